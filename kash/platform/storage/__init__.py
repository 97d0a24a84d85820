"""Files by address: a folder on this machine or an S3 bucket, chosen by `KASH_STORAGE_URL` alone.

A key is a plain relative path such as `jobs/1f3k…`; it holds ids, never names. What lies here is
as readable as the folder is: whatever must be sealed is sealed before it arrives.
"""

from kash.platform.storage.store import (
    FileDamaged,
    FileMissing,
    NamedFiles,
    StorageError,
    StorageFull,
    StorageUnavailable,
    StoredFile,
    WrongKey,
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
