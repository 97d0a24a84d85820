"""Files in a folder of this machine.

Written by hand rather than by the library that speaks to buckets: in every process that stores or
serves one file it would take 12 MB and a pool of threads.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from kash.platform.faults import Fault, fault_of
from kash.platform.storage.errors import FileMissing, StorageFull, StorageUnavailable
from kash.platform.storage.stored_file import StoredFile

_CHUNK = 1024 * 1024
# How a file is called while it is being written. No key has such a name.
_UNFINISHED = re.compile(r".+#[0-9]+")
# An emptied folder may be taken away by another process just before a file is made in it.
_TRIES = 5


@contextmanager
def _typed_errors() -> Iterator[None]:
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
        with _typed_errors():
            return (self._root / key).read_bytes()

    def pieces(self, key: str) -> Iterator[bytes]:
        """The bytes in pieces. Raises FileMissing at once."""
        with _typed_errors():
            file = (self._root / key).open("rb", buffering=0)

        def read() -> Iterator[bytes]:
            with _typed_errors(), file:
                while piece := file.read(_CHUNK):
                    yield piece

        return read()

    def exists(self, key: str) -> bool:
        """True if it is there."""
        return (self._root / key).is_file()

    def delete(self, key: str) -> None:
        """Delete it, and the folders that are empty without it."""
        path = self._root / key
        with contextlib.suppress(FileMissing), _typed_errors():
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
                with _typed_errors():
                    found = path.stat()
            except FileMissing:
                continue
            yield StoredFile(
                path.relative_to(self._root).as_posix(),
                found.st_size,
                datetime.fromtimestamp(found.st_mtime, UTC),
            )

    def clear_unfinished(self, before: datetime) -> int:
        """Delete what a process that was killed left half-written before then; how many files."""
        cleared = 0
        for path in self._below(""):
            if not _UNFINISHED.fullmatch(path.name):
                continue
            with contextlib.suppress(FileMissing), _typed_errors():
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
