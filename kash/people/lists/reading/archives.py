"""Zip files, as which workbooks come: a few kilobytes of one can stand for gigabytes.

So a part is inflated piece by piece, and no further than the limit, whatever the directory says.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

from kash.people.lists.reading.refusals import LOCKED, UNPACKS_TOO_FAR, Refused

MOST_INFLATED = 64 * 1024 * 1024
# What comes of reading a zip that is none.
NOT_A_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    EOFError,
    KeyError,
    OSError,
    ValueError,
)
_CHUNK = 256 * 1024
_ENCRYPTED = 0x1
# What a spreadsheet holds that LibreOffice saved; with a password it may be one sealed piece.
_OPEN_DOCUMENT = {"content.xml", "encrypted-package"}


def is_open_document(content: bytes) -> bool:
    """True if a zip is an OpenDocument file, as far as its directory says."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as given:
            return not _OPEN_DOCUMENT.isdisjoint(given.namelist())
    except NOT_A_ZIP:
        return False


def refuse_locked(given: zipfile.ZipFile) -> None:
    """Refuse a zip of which a part is locked. Raises Refused."""
    if any(entry.flag_bits & _ENCRYPTED for entry in given.infolist()):
        raise Refused(LOCKED)


def inflated(
    given: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int = MOST_INFLATED
) -> Iterator[bytes]:
    """A part in pieces. Raises Refused before there are more than `most` bytes of it."""
    left = most
    with given.open(entry) as part:
        while piece := part.read(min(_CHUNK, left + 1)):
            left -= len(piece)
            if left < 0:
                raise Refused(UNPACKS_TOO_FAR)
            yield piece
