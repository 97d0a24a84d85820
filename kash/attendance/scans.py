"""Pictures of signed sheets: sealed under the server's keys, in the file store.

They hold names and signatures, so they lie nowhere in clear: read in memory, drawn anew by a child
process, sealed, and only then stored.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import timedelta
from itertools import islice

from sqlalchemy import select

from kash.attendance.models import Register, SheetScan
from kash.attendance.services.sheets import NewScan
from kash.platform import storage
from kash.platform.cleaning import HEAD, SCANS, CannotClean, ScannedPage, kind_of, scanned_pages
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.vault import open_file, seal_file

_KIND = "attendance.scan"
_FOLDER = "scans"
_LONGEST_CODE = 16
# Longer than any upload takes: its row is written at the end.
_SPARED = timedelta(days=1)
_AT_ONCE = 200


def key_of_scan(register: str, scan: str) -> str:
    """Where a page's picture lies in the file store."""
    return f"{_FOLDER}/{register}/{scan}"


def pages_of(content: bytes) -> list[ScannedPage]:
    """The pages of a photo or a scan. Raises CannotClean, also for a kind that is not taken,
    and CleaningBusy."""
    kind = kind_of(content[:HEAD])
    if kind is None or kind.code not in SCANS:
        raise CannotClean
    return scanned_pages([content], kind)


def sheet_of(page: ScannedPage) -> str | None:
    """The sheet whose id a page's code says; None if it says none."""
    for code in page.codes:
        text = code.strip().lower()
        if len(text) == _LONGEST_CODE and text.isascii() and text.isalnum():
            return text
    return None


def store(register: str, pages: Sequence[ScannedPage]) -> list[NewScan]:
    """Seal and store pages; the caller sets them down. Raises StorageError."""
    scans: list[NewScan] = []
    for page in pages:
        public_id = new_public_id()
        sealed = seal_file(io.BytesIO(page.picture), kind=_KIND, public_id=public_id)
        storage.put(key_of_scan(register, public_id), b"".join(sealed))
        scans.append(NewScan(public_id, len(page.picture), page.width, page.height, sheet_of(page)))
    return scans


def picture(register: str, scan: str) -> bytes:
    """A page's picture, as JPEG. Raises StorageError and SealError."""
    sealed = io.BytesIO(storage.get(key_of_scan(register, scan)))
    return b"".join(open_file(sealed, kind=_KIND, public_id=scan))


def forget(register: str, scan: str) -> None:
    """Delete a page's picture."""
    storage.delete(key_of_scan(register, scan))


def delete_orphans() -> None:
    """Delete pictures that no row names, left by a process that was killed."""
    before = utc_now() - _SPARED
    old = (picture.key for picture in storage.list(_FOLDER) if picture.changed_at < before)
    while keys := list(islice(old, _AT_ONCE)):
        named = {key.rsplit("/", 1)[1]: key for key in keys}
        there = set(
            db.session.scalars(
                select(SheetScan.public_id).where(SheetScan.public_id.in_(list(named)))
            )
        )
        db.session.rollback()
        for scan, key in named.items():
            if scan not in there:
                storage.delete(key)


def keys_of_scans() -> set[str]:
    """The keys of all pictures of sign-in sheets."""
    scans = db.session.execute(
        select(Register.public_id, SheetScan.public_id).join(
            Register, Register.id == SheetScan.register_id
        )
    )
    return {key_of_scan(register, scan) for register, scan in scans}
