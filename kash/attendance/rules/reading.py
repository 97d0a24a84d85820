"""Proof that somebody has read a register before she confirms it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime


def register_text(
    slot: str, closed_at: datetime, early_reason: str, marks: Iterable[tuple[int, str, int]]
) -> str:
    """A closed register in one text, the same whenever nothing in it changed.

    `marks` are person, status and version.
    """
    said = ";".join(f"{person}:{status}:{version}" for person, status, version in sorted(marks))
    return f"{slot}|{closed_at.isoformat()}|{early_reason}|{said}"
