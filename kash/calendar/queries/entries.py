"""Entries of all rooms on certain days, and what the calendar can be narrowed to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from sqlalchemy import func, select

from kash.accounts.queries.accounts import accounts_with_role
from kash.feature import declared
from kash.people.models import Group, Venue
from kash.platform.database import db
from kash.platform.web.calendar_entries import CalendarEntry, CalendarQuestion, CalendarSource
from kash.policy import Actor, Reach, Role
from kash.workshops.models import Funder

MOST_OFFERED = 500


@dataclass(frozen=True)
class KindEntry:
    """An entry, and its kind."""

    kind: str
    entry: CalendarEntry


def calendar_entries(question: CalendarQuestion, *, closely: bool) -> list[KindEntry]:
    """Entries of these days, as far as each room shows it to the actor: what takes whole days
    first, then by the clock. `closely` asks for what only a week and the agenda have room for."""
    found = [
        KindEntry(source.kind, entry)
        for source in declared(CalendarSource)
        if closely or not source.closely
        for entry in source.entries(question)
    ]
    return sorted(found, key=_order)


def _order(one: KindEntry) -> tuple[bool, time, str, str]:
    entry = one.entry
    return entry.starts_at is not None, entry.starts_at or time(), entry.title, entry.key


Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class FilterChoices:
    """Choices for narrowing the calendar: (public id, name) of each."""

    trainer: Choices
    venue: Choices
    group: Choices
    funder: Choices


def filter_choices(actor: Actor) -> FilterChoices | None:
    """Trainers, venues, groups and funders by name; None for whoever sees her own only."""
    if actor.reach("workshops.see") not in (Reach.ALL, Reach.OWN):
        return None
    session = db.session
    venues = select(Venue.public_id, Venue.name).order_by(func.lower(Venue.name))
    groups = select(Group.public_id, Group.name).order_by(Group.position, Group.letter)
    funders = select(Funder.public_id, Funder.name).order_by(func.lower(Funder.name))
    return FilterChoices(
        [(one.public_id, one.name) for one in accounts_with_role(Role.TRAINER)],
        [(row[0], row[1]) for row in session.execute(venues.limit(MOST_OFFERED))],
        [(row[0], row[1]) for row in session.execute(groups)],
        [(row[0], row[1]) for row in session.execute(funders.limit(MOST_OFFERED))],
    )
