"""Files of lists, sealed in the file store: what waits, the rows that it was taken apart into, the
preview that was made of them, and reports of what was done."""

from __future__ import annotations

import io
from datetime import timedelta

from kash.people.lists.files import ReadFile, file_of, written_file
from kash.people.lists.previews import Preview, read, written
from kash.platform import storage
from kash.platform.vault import open_file, seal_file

REPORT_KEPT = timedelta(days=30)
FOLDER = "lists"
WAITING = ("file", "rows", "table")


def _key(public_id: str, what: str) -> str:
    return f"{FOLDER}/{public_id}-{what}"


def keep(public_id: str, what: str, content: bytes) -> None:
    """Keep a file sealed; `what` is "file", "rows", "table" or "report"."""
    pieces = seal_file(io.BytesIO(content), kind=f"people.list_{what}", public_id=public_id)
    storage.put(_key(public_id, what), b"".join(pieces))


def kept(public_id: str, what: str) -> bytes:
    """Content that was kept. Raises FileMissing and SealError."""
    sealed = io.BytesIO(storage.get(_key(public_id, what)))
    return b"".join(open_file(sealed, kind=f"people.list_{what}", public_id=public_id))


def throw_away(public_id: str, what: str) -> None:
    """Delete it; one that is gone already is no error."""
    storage.delete(_key(public_id, what))


def keep_rows(public_id: str, read: ReadFile) -> None:
    """Keep what a list's file was taken apart into, so that it is taken apart once."""
    keep(public_id, "rows", written_file(read))


def kept_rows(public_id: str) -> ReadFile | None:
    """Sheets and rows of a list's file, if they were kept."""
    try:
        return file_of(kept(public_id, "rows"))
    except storage.FileMissing:
        return None


def keep_preview(public_id: str, preview: Preview, former: Preview | None = None) -> None:
    """Keep what was read of a list beside its file. `former` is the preview it was made from."""
    keep(public_id, "table", written(preview, former.rows if former is not None else None))


def kept_preview(public_id: str) -> Preview | None:
    """Preview that was kept of a list, if it was read."""
    try:
        return read(kept(public_id, "table"))
    except storage.FileMissing:
        return None


def throw_away_waiting(public_id: str) -> None:
    """Delete a list's file and what was read of it."""
    for what in WAITING:
        throw_away(public_id, what)
