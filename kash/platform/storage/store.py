"""The store of files: a folder or a bucket, and the calls that read and write in either."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, ClassVar
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from flask import Flask, current_app
from flask_babel import lazy_gettext as _l

from kash.feature import Part
from kash.platform.faults import Fault, fault_of


class StorageError(Exception):
    """A stored file cannot be read or written. The message names no key and no address."""

    sentence: ClassVar[str] = _l("The file store did not answer as it should. Try again later.")

    def __str__(self) -> str:
        return str(self.sentence)


class FileMissing(StorageError):
    """There is no file under this key, or no longer."""

    sentence = _l("This file is no longer kept. Make it again.")


class FileDamaged(StorageError):
    """A file is no longer as it was stored. `folder` is the first part of its key."""

    sentence = _l("A stored file is cut short or was altered.")

    def __init__(self, key: str) -> None:
        super().__init__()
        self.folder = key.split("/")[0]


class WrongKey(StorageError):
    """The key is not a plain relative path."""

    sentence = _l("This file cannot be stored under such a name.")


class StorageUnavailable(StorageError):
    """The folder or the bucket cannot be reached, or refuses us."""

    sentence = _l("The file store cannot be reached at the moment. Try again later.")


class StorageFull(StorageUnavailable):
    """There is no room for the file."""

    sentence = _l("There is no room left on the server's disk. The file was not stored.")


@dataclass(frozen=True)
class NamedFiles(Part):
    """The keys of files that must be there with the database, which a backup looks for."""

    keys: Callable[[], Collection[str]]


@dataclass(frozen=True)
class StoredFile:
    """A file as the store lists it; `size` in bytes."""

    key: str
    size: int
    changed_at: datetime


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
                for item in page:
                    yield StoredFile(item["path"], item["size"], item["last_modified"])

    def clear_unfinished(self, before: datetime) -> int:
        """None: a bucket aborts unfinished uploads by a rule of its own lifecycle."""
        return 0


# How a file is called while it is being written. No key has such a name.
_UNFINISHED = re.compile(r".+#[0-9]+")
# An emptied folder may be taken away by another process just before a file is made in it.
_TRIES = 5


@contextmanager
def _disk_errors() -> Iterator[None]:
    """Turn the system's errors into ours: theirs quote keys."""
    try:
        yield
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise FileMissing from None
    except OSError:
        raise StorageUnavailable from None


class Folder:
    """One folder. Raises StorageUnavailable if it cannot be made."""

    def __init__(self, root: Path) -> None:
        self._root = root
        with _refusals():
            root.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put(self, key: str, content: bytes | Iterable[bytes]) -> None:
        """Write beside the place, then move there: nobody ever sees half a file."""
        path = self._root / key
        with _refusals():
            file = _begun(path)
        try:
            with file:
                _written(file, (content,) if isinstance(content, bytes) else content)
            with _refusals():
                Path(file.name).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(file.name).unlink()
            self._take_empty_folders(path)
            raise

    def get(self, key: str) -> bytes:
        """All bytes. Raises FileMissing."""
        with _disk_errors():
            return (self._root / key).read_bytes()

    def pieces(self, key: str) -> Iterator[bytes]:
        """The bytes in pieces. Raises FileMissing at once."""
        with _disk_errors():
            file = (self._root / key).open("rb", buffering=0)

        def read() -> Iterator[bytes]:
            with _disk_errors(), file:
                while piece := file.read(_CHUNK):
                    yield piece

        return read()

    def exists(self, key: str) -> bool:
        """True if it is there."""
        return (self._root / key).is_file()

    def delete(self, key: str) -> None:
        """Delete it, and the folders that are empty without it."""
        path = self._root / key
        with contextlib.suppress(FileMissing), _disk_errors():
            path.unlink()
            self._take_empty_folders(path)

    def listed(self, prefix: str) -> Iterator[StoredFile]:
        """Whole files below a folder of this one, or all (""), in no order.

        Raises StorageUnavailable if a folder cannot be read: what is in it is not known then.
        """
        for path in self._below(prefix):
            if _UNFINISHED.fullmatch(path.name):
                continue
            try:
                with _disk_errors():
                    status = path.stat()
            except FileMissing:
                continue
            yield StoredFile(
                path.relative_to(self._root).as_posix(),
                status.st_size,
                datetime.fromtimestamp(status.st_mtime, UTC),
            )

    def clear_unfinished(self, before: datetime) -> int:
        """Delete what a process that was killed left half-written before then; how many files."""
        cleared = 0
        for path in self._below(""):
            if not _UNFINISHED.fullmatch(path.name):
                continue
            with contextlib.suppress(FileMissing), _disk_errors():
                if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
                    path.unlink()
                    cleared += 1
        return cleared

    def _below(self, prefix: str) -> Iterator[Path]:
        for folder, _folders, names in os.walk(self._root / prefix, onerror=self._refuse):
            for name in names:
                yield Path(folder, name)

    def _refuse(self, error: OSError) -> None:
        """A folder below may not be there, or no longer. One that cannot be read is not empty."""
        gone = isinstance(error, FileNotFoundError | NotADirectoryError)
        if not (gone and self._root.is_dir()):
            raise StorageUnavailable from None

    def _take_empty_folders(self, path: Path) -> None:
        with contextlib.suppress(OSError):
            for folder in path.parents:
                if folder == self._root:
                    return
                folder.rmdir()


def _begun(path: Path) -> BinaryIO:
    """A new file beside the place of another, under a name that no key has."""
    for _ in range(_TRIES - 1):
        with contextlib.suppress(FileNotFoundError):
            return _new_beside(path)
    return _new_beside(path)


def _new_beside(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.with_name(f"{path.name}#{secrets.randbits(62)}").open("xb")


def _written(file: BinaryIO, content: Iterable[bytes]) -> None:
    """Only what the disk refuses becomes our error, not what the iteration raises."""
    for piece in content:
        with _refusals():
            file.write(piece)
    with _refusals():
        file.flush()
        # Else a machine that stops may leave the name with half of what it stands for.
        os.fsync(file.fileno())


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = fault_of(error) is Fault.NO_ROOM
        raise (StorageFull if full else StorageUnavailable) from None


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
    for file in _store().listed(_checked(folder) if folder else ""):
        if not file.key.startswith(_DIGESTS):
            yield file


def clear_unfinished(before: datetime) -> int:
    """Delete what a process that was killed left half-written before then; how many files.

    In a folder only. A bucket aborts unfinished uploads by a rule of its own lifecycle.
    """
    return _store().clear_unfinished(before)
