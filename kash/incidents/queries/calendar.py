"""When courts sit, as the programme knows it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import select

from kash.accounts.models import Programme
from kash.incidents.rules.court_days import CourtDays
from kash.platform.database import db

# The part of the programme's settings that holds further days without court.
CLOSED = "court_closed"


def court_days() -> CourtDays:
    """Kenyan court days, without the further days on which the programme says that none sits."""
    settings: dict[str, Any] = db.session.scalar(select(Programme.settings)) or {}
    kept = settings.get(CLOSED, {}).get("days", ())
    return CourtDays(closed=frozenset(date.fromisoformat(day) for day in days_in(kept)))


def days_in(texts: Iterable[Any]) -> list[str]:
    """Those of some texts that are days, as they are kept: `2027-03-10`."""
    found = []
    for text in texts:
        try:
            found.append(date.fromisoformat(str(text)).isoformat())
        except ValueError:
            continue
    return found
