"""Files in an S3 bucket, by a library that is loaded only where there is one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult, parse_qsl

from kash.platform.storage.errors import FileMissing, StorageUnavailable
from kash.platform.storage.stored_file import StoredFile

_CHUNK = 1024 * 1024
# S3 takes no smaller parts of a file than this.
_PART = 5 * 1024 * 1024
_PARTS_AT_ONCE = 2
_YES = frozenset({"1", "true", "yes"})


@contextmanager
def _typed_errors() -> Iterator[None]:
    """Turn the library's errors into ours: theirs quote keys and addresses."""
    from obstore import exceptions as obstore_errors

    try:
        yield
    except (FileNotFoundError, obstore_errors.NotFoundError):
        raise FileMissing from None
    except (obstore_errors.BaseError, OSError):
        raise StorageUnavailable from None


class Bucket:
    """One bucket, or a folder of it.

    The connection is opened at first use and again in every process: it runs threads, which do
    not survive a fork.
    """

    def __init__(self, address: SplitResult) -> None:
        self._address = address
        self._opened: Any = None
        self._process = 0

    @property
    def _connection(self) -> Any:
        if self._opened is None or self._process != os.getpid():
            self._opened = self._open()
            self._process = os.getpid()
        return self._opened

    def _open(self) -> Any:
        from obstore.store import S3Store

        # What the address asks for goes to the library as it is; it refuses what it does not know.
        options: Any = dict(parse_qsl(self._address.query))
        client: Any = {"timeout": "60s", "connect_timeout": "10s"}
        if options.pop("allow_http", "").lower() in _YES:
            client["allow_http"] = True
        return S3Store(
            self._address.netloc,
            prefix=self._address.path.strip("/") or None,
            config=options,
            client_options=client,
            retry_config={"max_retries": 2},
        )

    def put(self, key: str, content: bytes | Iterable[bytes]) -> None:
        """Store it; pieces are sent on as they come, a few parts in memory at a time."""
        import obstore

        with _typed_errors():
            if isinstance(content, bytes):
                obstore.put(self._connection, key, content)
                return
            obstore.put(
                self._connection,
                key,
                iter(content),
                use_multipart=True,
                chunk_size=_PART,
                max_concurrency=_PARTS_AT_ONCE,
            )

    def get(self, key: str) -> bytes:
        """All bytes. Raises FileMissing."""
        import obstore

        with _typed_errors():
            return bytes(obstore.get(self._connection, key).bytes())

    def pieces(self, key: str) -> Iterator[bytes]:
        """The bytes in pieces. Raises FileMissing at once."""
        import obstore

        with _typed_errors():
            pieces = iter(obstore.get(self._connection, key).stream(min_chunk_size=_CHUNK))

        def read() -> Iterator[bytes]:
            with _typed_errors():
                for piece in pieces:
                    yield bytes(piece)

        return read()

    def exists(self, key: str) -> bool:
        """True if it is there."""
        import obstore

        try:
            with _typed_errors():
                obstore.head(self._connection, key)
        except FileMissing:
            return False
        return True

    def delete(self, key: str) -> None:
        """Delete it, if it is there."""
        import obstore

        try:
            with _typed_errors():
                obstore.delete(self._connection, key)
        except FileMissing:
            return

    def listed(self, prefix: str) -> Iterator[StoredFile]:
        """Every file below a folder, or all (""), in the order of their keys."""
        import obstore

        with _typed_errors():
            for page in obstore.list(self._connection, prefix=prefix or None):
                for found in page:
                    yield StoredFile(found["path"], found["size"], found["last_modified"])

    def clear_unfinished(self, before: datetime) -> int:
        """None: a bucket aborts unfinished uploads by a rule of its own lifecycle."""
        return 0
