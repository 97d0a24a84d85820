"""Put, get, stream, delete and list files, the same on a folder and on S3."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote, urlsplit

from flask import Flask, current_app

from kash.platform.storage.bucket import Bucket
from kash.platform.storage.errors import FileDamaged, FileMissing, WrongKey
from kash.platform.storage.folder import Folder
from kash.platform.storage.stored_file import StoredFile

_EXTENSION = "kash_storage"
_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_LONGEST_KEY = 512
# Beside each file, but for those that are made again, its length and its SHA-256: by them a backup
# tells a file that was cut short from a whole one.
_DIGESTS, _MADE_AGAIN = "digests/", "jobs/"


def _checked(key: str) -> str:
    if len(key) > _LONGEST_KEY or not _KEY.fullmatch(key) or key.startswith(_DIGESTS):
        raise WrongKey
    return key


class _LengthAndDigest:
    """Length and SHA-256 of bytes, counted while they go by."""

    def __init__(self) -> None:
        self._digest, self._length = sha256(), 0

    def add(self, piece: bytes) -> None:
        self._digest.update(piece)
        self._length += len(piece)

    def each(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self.add(piece)
            yield piece

    def line(self) -> bytes:
        return f"{self._length} {self._digest.hexdigest()}\n".encode()


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
    store, measured = _store(), _LengthAndDigest()
    if isinstance(content, bytes):
        measured.add(content)
        store.put(_checked(key), content)
    else:
        store.put(_checked(key), measured.each(content))
    if not key.startswith(_MADE_AGAIN):
        store.put(_DIGESTS + key, measured.line())


def get(key: str) -> bytes:
    """A file's bytes. Raises FileMissing."""
    return _store().get(_checked(key))


def stream(key: str) -> Iterator[bytes]:
    """A file's bytes in pieces of about a megabyte. Raises FileMissing at once, not when read."""
    return _store().pieces(_checked(key))


def stream_whole(key: str) -> Iterator[bytes]:
    """A file's bytes in pieces, as `stream` gives them. Raises FileDamaged after the last one
    unless length and digest are those with which it was stored.

    A file that was stored before digests were kept is taken as it is, and has one from then on.
    """
    store, measured = _store(), _LengthAndDigest()
    pieces = store.pieces(_checked(key))

    def read() -> Iterator[bytes]:
        yield from measured.each(pieces)
        try:
            stored = store.get(_DIGESTS + key)
        except FileMissing:
            if store.exists(key):
                store.put(_DIGESTS + key, measured.line())
            return
        if stored != measured.line() and store.exists(key):
            raise FileDamaged(key)

    return read()


def exists(key: str) -> bool:
    """True if a file is kept under this key."""
    return _store().exists(_checked(key))


def delete(key: str) -> None:
    """Delete a file; one that is gone already is no error."""
    store = _store()
    store.delete(_checked(key))
    store.delete(_DIGESTS + key)


def listed(prefix: str = "") -> Iterator[StoredFile]:
    """Every file under a folder (`jobs`), or every file there is; ordered by key on S3 only."""
    folder = prefix.rstrip("/")
    for found in _store().listed(_checked(folder) if folder else ""):
        if not found.key.startswith(_DIGESTS):
            yield found


def clear_unfinished(before: datetime) -> int:
    """Delete what a process that was killed left half-written before then; how many files.

    In a folder only. A bucket aborts unfinished uploads by a rule of its own lifecycle.
    """
    return _store().clear_unfinished(before)
