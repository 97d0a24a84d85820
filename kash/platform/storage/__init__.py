"""Files by address: a folder on this machine or an S3 bucket, chosen by `KASH_STORAGE_URL` alone.

A key is a plain relative path such as `jobs/1f3k…`; it holds ids, never names. What lies here is
as readable as the folder is: whatever must be sealed is sealed before it arrives.
"""

from kash.platform.storage.errors import (
    FileDamaged,
    FileMissing,
    StorageError,
    StorageFull,
    StorageUnavailable,
    WrongKey,
)
from kash.platform.storage.named import NamedFiles
from kash.platform.storage.store import (
    clear_unfinished,
    delete,
    exists,
    get,
    init_storage,
    put,
    stream,
    stream_whole,
)
from kash.platform.storage.store import listed as list
from kash.platform.storage.stored_file import StoredFile
