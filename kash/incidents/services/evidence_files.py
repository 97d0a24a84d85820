"""Files of evidence on their way into the store and out of it: piece by piece, and always sealed.

Of an original no more than a few pieces are in memory; a copy is cleaned in memory, one at a time.
Nothing here writes to the database, or to a disk in clear.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from typing import IO

from kash.incidents.errors import ArchiveNotTaken, EmptyFile, EvidenceDamaged, NotTaken
from kash.incidents.rules.evidence import CLEANED, ORIGINAL, StoredCopy, file_key, file_keys
from kash.platform import storage
from kash.platform.cleaning import HEAD, CannotClean, FileKind, cleaned, is_archive, kind_of
from kash.platform.vault import SealError, SealingPlace, open_file_under, seal_file_under
from kash.platform.web.bodies import too_large

_PIECE = 64 * 1024


class _Measured:
    """Pieces that are counted and hashed as they pass."""

    def __init__(self, pieces: Iterable[bytes], most: int | None = None) -> None:
        self._pieces = pieces
        self._most = most
        self._hash = hashlib.sha256()
        self._size = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self._size += len(piece)
            if self._most is not None and self._size > self._most:
                raise too_large(self._most)
            self._hash.update(piece)
            yield piece

    def copy(self, code: str) -> StoredCopy:
        """Copy as it was measured, once all has passed."""
        return StoredCopy(code=code, size=self._size, sha256=self._hash.hexdigest())


def _read(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.read(_PIECE):
        yield piece


def _beginning(pieces: Iterator[bytes]) -> bytes:
    read = b""
    while len(read) < HEAD and (piece := next(pieces, b"")):
        read += piece
    return read


def _kind_taken(head: bytes) -> FileKind:
    if not head:
        raise EmptyFile
    if is_archive(head):
        raise ArchiveNotTaken
    kind = kind_of(head)
    if kind is None:
        raise NotTaken
    return kind


def keep_original(
    place: SealingPlace, key: bytes, stream: IO[bytes], most: int
) -> tuple[FileKind, StoredCopy]:
    """Seal a file into the store while it arrives; its kind, by its content, and its measure.

    Raises NotTaken before anything is stored, BodyTooLarge past `most` bytes, and StorageError.
    """
    pieces = _read(stream)
    head = _beginning(pieces)
    kind = _kind_taken(head)
    measured = _Measured(chain([head], pieces), most)
    _put(place, key, ORIGINAL, measured)
    return kind, measured.copy(kind.code)


def keep_cleaned(place: SealingPlace, key: bytes, kind: FileKind) -> StoredCopy | None:
    """Make and seal the cleaned copy of the original as it lies in the store.

    None if that kind or that file cannot be cleaned. Raises StorageError, EvidenceDamaged and
    CleaningBusy.
    """
    if not kind.cleaner:
        return None
    stored = storage.stream(file_key(place.public_id, ORIGINAL))
    original = open_file_under(key, place, ORIGINAL, stored)
    try:
        with cleaned(original, kind) as (becomes, pieces):
            measured = _Measured(pieces)
            _put(place, key, CLEANED, measured)
    except CannotClean:
        return None
    except SealError:
        raise EvidenceDamaged from None
    return measured.copy(becomes.code)


def _put(place: SealingPlace, key: bytes, part: str, pieces: Iterable[bytes]) -> None:
    sealed = seal_file_under(key, place, part, pieces)
    storage.put(file_key(place.public_id, part), sealed)


def opened(place: SealingPlace, key: bytes, part: str) -> Iterator[bytes]:
    """The pieces of a copy; what is wrong with its beginning is said before the first is used.

    Raises EvidenceDamaged and StorageError. What is cut off is missed only at the end: tell the
    receiver how long it must be.
    """
    try:
        pieces = open_file_under(key, place, part, storage.stream(file_key(place.public_id, part)))
        first = next(pieces, b"")
    except (SealError, storage.FileMissing):
        raise EvidenceDamaged from None
    return chain([first], pieces)


def delete_files(document: str) -> None:
    """Delete what lies in the store of a piece of evidence. What cannot be deleted now is without
    a key, and goes with the next chore."""
    for key in file_keys(document):
        with suppress(storage.StorageError):
            storage.delete(key)
