"""Facts of a stored file, as a store tells them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class StoredFile:
    """A file as the store lists it; `size` in bytes."""

    key: str
    size: int
    changed_at: datetime
