"""Files that belong to a sealed document: sealed under that document's own key, piece by piece.

Each is bound to its document and to what it is there (`original`, `cleaned`), so that neither opens
in place of the other. With the document's key they are gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from kash.platform.vault.compartments import DOCUMENT_KEY_ID, SealingPlace
from kash.platform.vault.envelope import HEADER, open_chunks, read_fully, seal_chunks

_VERSION = 1


class _Joined:
    """Pieces of any length, read as one file."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._left = memoryview(b"")

    def read(self, size: int) -> bytes:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._left = memoryview(piece)
        taken, self._left = self._left[:size], self._left[size:]
        return bytes(taken)


def _kind(place: SealingPlace, part: str) -> str:
    return f"{place.compartment}/{place.kind}.{part}"


def _as_stream(pieces: Iterable[bytes]) -> BinaryIO:
    stream: BinaryIO = _Joined(pieces)  # type: ignore[assignment]
    return stream


def seal_file_under(
    key: bytes, place: SealingPlace, part: str, pieces: Iterable[bytes]
) -> Iterator[bytes]:
    """Seal a file while its pieces come; `part` is a fixed word for what it is in its document."""
    return seal_chunks(
        _as_stream(pieces),
        key_id=DOCUMENT_KEY_ID,
        key=key,
        kind=_kind(place, part),
        public_id=place.public_id,
        version=_VERSION,
    )


def open_file_under(
    key: bytes, place: SealingPlace, part: str, pieces: Iterable[bytes]
) -> Iterator[bytes]:
    """Open what `seal_file_under` sealed, from pieces of any length.

    Raises SealError, for a cut file only after its last piece.
    """
    stream = _as_stream(pieces)
    header = read_fully(stream, HEADER)
    return open_chunks(
        header,
        stream,
        keys={DOCUMENT_KEY_ID: key},
        kind=_kind(place, part),
        public_id=place.public_id,
        version=_VERSION,
    )
