"""When courts sit, as the programme knows it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from kash.accounts.models import Programme
from kash.database import db
from kash.incidents.rules.court_days import CourtDays


def court_days() -> CourtDays:
    """Kenyan court days, without the further days on which the programme says that none sits."""
    settings = db.session.scalar(select(Programme.settings)) or {}
    closed = set()
    for text in settings.get("court_closed", ()):
        try:
            closed.add(date.fromisoformat(str(text)))
        except ValueError:
            continue
    return CourtDays(closed=frozenset(closed))
