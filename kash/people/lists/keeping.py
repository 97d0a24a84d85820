"""Files of lists, sealed in the file store: what waits, and reports of what was done."""

from __future__ import annotations

import io
from datetime import timedelta

from kash import storage
from kash.vault import open_file, seal_file

REPORT_KEPT = timedelta(days=30)
FOLDER = "lists"


def _key(public_id: str, what: str) -> str:
    return f"{FOLDER}/{public_id}-{what}"


def keep(public_id: str, what: str, content: bytes) -> None:
    """Keep a file sealed; `what` is "file" or "report"."""
    pieces = seal_file(io.BytesIO(content), kind=f"people.list_{what}", public_id=public_id)
    storage.put(_key(public_id, what), b"".join(pieces))


def kept(public_id: str, what: str) -> bytes:
    """What was kept. Raises FileMissing and SealError."""
    sealed = io.BytesIO(storage.get(_key(public_id, what)))
    return b"".join(open_file(sealed, kind=f"people.list_{what}", public_id=public_id))


def throw_away(public_id: str, what: str) -> None:
    """Delete it; one that is gone already is no error."""
    storage.delete(_key(public_id, what))
