"""Names that clashes need: of trainers, venues, events and holidays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from kash.accounts.models import Account
from kash.clashes.queries.timetable import TimetableEvent
from kash.clashes.rules.kinds import OF_TRAINERS, OF_VENUES, Clash, ClashKind
from kash.holidays.queries import local_holidays_between
from kash.holidays.rules import public_holidays
from kash.holidays.words import holiday_name
from kash.people.models import Venue
from kash.platform.database import db


@dataclass(frozen=True)
class ClashNames:
    """Names of trainers and venues by their keys, events by public ids, and holidays by days."""

    trainers: Mapping[int, str] = field(default_factory=dict)
    venues: Mapping[int, str] = field(default_factory=dict)
    events: Mapping[str, TimetableEvent] = field(default_factory=dict)
    holidays: Mapping[date, str] = field(default_factory=dict)


def names_for(clashes: Iterable[Clash], events: Mapping[str, TimetableEvent]) -> ClashNames:
    """The names that these clashes need; three queries at most."""
    told = list(clashes)
    trainers = {key for one in told if one.kind in OF_TRAINERS for key in one.subjects}
    venues = {key for one in told if one.kind in OF_VENUES for key in one.subjects}
    days = [one.day for one in told if one.kind is ClashKind.HOLIDAY]
    return ClashNames(
        _names(Account, trainers),
        _names(Venue, venues),
        events,
        _holiday_names(min(days), max(days)) if days else {},
    )


def _names(kind: type[Account] | type[Venue], keys: set[int]) -> dict[int, str]:
    if not keys:
        return {}
    rows = db.session.execute(select(kind.id, kind.name).where(kind.id.in_(sorted(keys))))
    return {row[0]: row[1] for row in rows}


def _holiday_names(first: date, last: date) -> dict[date, str]:
    of_law = {
        day: holiday_name(kept)
        for year in range(first.year, last.year + 1)
        for day, kept in public_holidays(year).items()
    }
    return {**{one.day: one.name for one in local_holidays_between(first, last)}, **of_law}
