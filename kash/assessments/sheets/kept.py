"""Pictures of sheets that wait to be confirmed: sealed under the server's keys, in the file store.

They show handwriting, and may show a name. They are kept only so that whoever confirms a reading
can look at the rows that she is asked about, and are deleted once she has.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Collection
from datetime import timedelta
from itertools import islice

from kash.assessments.sheets.reading import ReadSheet
from kash.platform import storage
from kash.platform.database import utc_now
from kash.platform.vault import open_file, seal_file

_KIND = "assessments.answer_sheet"
_FOLDER = "answer-sheets"
_WHOLE = "sheet"
# Longer than any upload takes: the reading's row is written at the end.
_SPARED = timedelta(days=1)
_AT_ONCE = 200


def keep(reading: str, read: ReadSheet) -> None:
    """Keep the pictures of what was read, by the reading's public id. Raises StorageError."""
    for row, strip in read.strips.items():
        _put(reading, str(row), strip)
    _put(reading, _WHOLE, read.picture)


def sheet_picture(reading: str) -> bytes:
    """The whole sheet, as JPEG. Raises StorageError and SealError."""
    return _get(reading, _WHOLE)


def row_picture(reading: str, row: int) -> bytes:
    """A row that is asked about, by its place on its page from 0, as JPEG. Raises StorageError and
    SealError."""
    return _get(reading, str(row))


def forget(reading: str) -> None:
    """Delete all pictures of a reading: it was confirmed, or thrown away."""
    for key in [found.key for found in storage.list(f"{_FOLDER}/{reading}")]:
        storage.delete(key)


def forget_orphans(known: Callable[[Collection[str]], Collection[str]]) -> None:
    """Delete pictures of readings that are no more, left by a process that was killed.

    `known` tells which of some readings still wait.
    """
    before = utc_now() - _SPARED
    old = (found.key for found in storage.list(_FOLDER) if found.changed_at < before)
    while keys := list(islice(old, _AT_ONCE)):
        readings = {key.split("/")[1] for key in keys}
        there = known(readings)
        for key in keys:
            if key.split("/")[1] not in there:
                storage.delete(key)


def _key(reading: str, name: str) -> str:
    return f"{_FOLDER}/{reading}/{name}"


def _put(reading: str, name: str, picture: bytes) -> None:
    sealed = seal_file(io.BytesIO(picture), kind=_KIND, public_id=f"{reading}.{name}")
    storage.put(_key(reading, name), b"".join(sealed))


def _get(reading: str, name: str) -> bytes:
    sealed = io.BytesIO(storage.get(_key(reading, name)))
    return b"".join(open_file(sealed, kind=_KIND, public_id=f"{reading}.{name}"))
