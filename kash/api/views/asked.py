"""Days and moments that stand in an address."""

from __future__ import annotations

from datetime import UTC, date, datetime

from apiflask import HTTPError


def day_asked(name: str, text: str) -> date | None:
    """A day that has the form of one, and perhaps is none. Raises HTTPError."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _wrong(name, "There is no such day.") from None


def moment_asked(name: str, text: str) -> datetime | None:
    """A moment with its zone that has the form of one, and perhaps is none. Raises HTTPError."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            raise ValueError
        return found.astimezone(UTC)
    except ValueError:
        raise _wrong(
            name,
            "Write a moment with its zone, as 2026-11-28T06:30:00Z, or with %2B for a plus as "
            "2026-11-28T09:30:00%2B03:00.",
        ) from None


def _wrong(name: str, said: str) -> HTTPError:
    return HTTPError(422, detail={"query": {name: [said]}})
