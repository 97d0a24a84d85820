"""Put, get, stream, delete and list files, the same on a folder and on S3."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from flask import Flask, current_app

from kash.storage.errors import FileMissing, StorageUnavailable, WrongKey

_EXTENSION = "kash_storage"
_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_LONGEST_KEY = 512
_CHUNK = 1024 * 1024
# S3 takes no smaller parts of a file than this.
_PART = 5 * 1024 * 1024
_PARTS_AT_ONCE = 2
# How a folder calls a file that is still being written.
_UNFINISHED = re.compile(r".+#[0-9]+")
_YES = frozenset({"1", "true", "yes"})


@dataclass(frozen=True)
class StoredFile:
    """A file as the store lists it; `size` in bytes."""

    key: str
    size: int
    changed_at: datetime


@dataclass
class Store:
    """One address and the connection to it.

    The connection is opened at first use and again in every process: it runs threads, which do
    not survive a fork.
    """

    address: str
    _connection: Any = field(default=None, repr=False)
    _process: int = 0

    @property
    def connection(self) -> Any:
        if self._connection is None or self._process != os.getpid():
            self._connection = _connect(self.address)
            self._process = os.getpid()
        return self._connection


def _connect(address: str) -> Any:
    # Imported here, so that a process which stores nothing does not carry it.
    from obstore.store import LocalStore, S3Store

    parts = urlsplit(address)
    if parts.scheme == "file":
        folder = Path(unquote(parts.path))
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return LocalStore(prefix=folder, automatic_cleanup=True)
    # What the address asks for goes to the library as it is; it refuses what it does not know.
    options: Any = dict(parse_qsl(parts.query))
    client: Any = {"timeout": "60s", "connect_timeout": "10s"}
    if options.pop("allow_http", "").lower() in _YES:
        client["allow_http"] = True
    return S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        config=options,
        client_options=client,
        retry_config={"max_retries": 2},
    )


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


def _checked(key: str) -> str:
    if len(key) > _LONGEST_KEY or not _KEY.fullmatch(key):
        raise WrongKey
    return key


def init_storage(app: Flask, address: str) -> None:
    """Give the application its file store (`Settings.storage_address`); nothing is opened yet."""
    app.extensions[_EXTENSION] = Store(address)


def _store() -> Any:
    store: Store = current_app.extensions[_EXTENSION]
    with _typed_errors():
        return store.connection


def put(key: str, content: bytes | Iterable[bytes]) -> None:
    """Store a file whole, replacing one of the same key. Raises StorageError.

    Pieces are carried on as they come, a few parts in memory at a time; the file appears only when
    the last has arrived. What the iteration raises goes on to the caller, and nothing is stored.
    """
    import obstore

    _checked(key)
    connection = _store()
    with _typed_errors():
        if isinstance(content, bytes):
            obstore.put(connection, key, content)
        else:
            pieces = iter(content)
            obstore.put(
                connection,
                key,
                pieces,
                use_multipart=True,
                chunk_size=_PART,
                max_concurrency=_PARTS_AT_ONCE,
            )


def get(key: str) -> bytes:
    """A file's bytes. Raises FileMissing."""
    import obstore

    _checked(key)
    connection = _store()
    with _typed_errors():
        return bytes(obstore.get(connection, key).bytes())


def stream(key: str) -> Iterator[bytes]:
    """A file's bytes in pieces of about a megabyte. Raises FileMissing at once, not when read."""
    import obstore

    _checked(key)
    connection = _store()
    with _typed_errors():
        pieces = iter(obstore.get(connection, key).stream(min_chunk_size=_CHUNK))

    def read() -> Iterator[bytes]:
        with _typed_errors():
            for piece in pieces:
                yield bytes(piece)

    return read()


def exists(key: str) -> bool:
    """Whether a file is kept under this key."""
    import obstore

    _checked(key)
    connection = _store()
    try:
        with _typed_errors():
            obstore.head(connection, key)
    except FileMissing:
        return False
    return True


def delete(key: str) -> None:
    """Delete a file; one that is gone already is no error."""
    import obstore

    _checked(key)
    connection = _store()
    try:
        with _typed_errors():
            obstore.delete(connection, key)
    except FileMissing:
        return


def listed(prefix: str = "") -> Iterator[StoredFile]:
    """Every file under a folder (`jobs`), or every file there is; ordered by key on S3 only."""
    import obstore

    if prefix:
        _checked(prefix.rstrip("/"))
    connection = _store()
    with _typed_errors():
        for page in obstore.list(connection, prefix=prefix.rstrip("/") or None):
            for found in page:
                yield StoredFile(found["path"], found["size"], found["last_modified"])


def clear_unfinished(before: datetime) -> int:
    """Delete what a process that was killed left half-written before then; how many files.

    In a folder only. A bucket aborts unfinished uploads by a rule of its own lifecycle.
    """
    store: Store = current_app.extensions[_EXTENSION]
    parts = urlsplit(store.address)
    if parts.scheme != "file":
        return 0
    cleared = 0
    with _typed_errors():
        for path in Path(unquote(parts.path)).rglob("*#*"):
            try:
                changed_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                if changed_at < before and path.is_file() and _UNFINISHED.fullmatch(path.name):
                    path.unlink()
                    cleared += 1
            except FileNotFoundError:
                continue
    return cleared
