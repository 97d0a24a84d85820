"""Put, get, stream, delete and list files, the same on a folder and on S3."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from flask import Flask, current_app

from kash.platform.storage.bucket import Bucket
from kash.platform.storage.errors import WrongKey
from kash.platform.storage.folder import Folder
from kash.platform.storage.stored_file import StoredFile

_EXTENSION = "kash_storage"
_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_LONGEST_KEY = 512


def _checked(key: str) -> str:
    if len(key) > _LONGEST_KEY or not _KEY.fullmatch(key):
        raise WrongKey
    return key


class _Store:
    """One address; what stands behind it is opened at first use."""

    def __init__(self, address: str) -> None:
        self._address = urlsplit(address)
        self._opened: Folder | Bucket | None = None

    def opened(self) -> Folder | Bucket:
        """The folder or the bucket. Raises StorageUnavailable."""
        if self._opened is None:
            if self._address.scheme == "file":
                self._opened = Folder(Path(unquote(self._address.path)))
            else:
                self._opened = Bucket(self._address)
        return self._opened


def init_storage(app: Flask, address: str) -> None:
    """Give the application its file store (`Settings.storage_address`); nothing is opened yet."""
    app.extensions[_EXTENSION] = _Store(address)


def _store() -> Folder | Bucket:
    store: _Store = current_app.extensions[_EXTENSION]
    return store.opened()


def put(key: str, content: bytes | Iterable[bytes]) -> None:
    """Store a file whole, replacing one of the same key. Raises StorageError.

    Pieces are carried on as they come, a few parts in memory at a time; the file appears only when
    the last has arrived. What the iteration raises goes on to the caller, and nothing is stored.
    """
    _store().put(_checked(key), content)


def get(key: str) -> bytes:
    """A file's bytes. Raises FileMissing."""
    return _store().get(_checked(key))


def stream(key: str) -> Iterator[bytes]:
    """A file's bytes in pieces of about a megabyte. Raises FileMissing at once, not when read."""
    return _store().pieces(_checked(key))


def exists(key: str) -> bool:
    """True if a file is kept under this key."""
    return _store().exists(_checked(key))


def delete(key: str) -> None:
    """Delete a file; one that is gone already is no error."""
    _store().delete(_checked(key))


def listed(prefix: str = "") -> Iterator[StoredFile]:
    """Every file under a folder (`jobs`), or every file there is; ordered by key on S3 only."""
    folder = prefix.rstrip("/")
    yield from _store().listed(_checked(folder) if folder else "")


def clear_unfinished(before: datetime) -> int:
    """Delete what a process that was killed left half-written before then; how many files.

    In a folder only. A bucket aborts unfinished uploads by a rule of its own lifecycle.
    """
    return _store().clear_unfinished(before)
