"""Entries of all rooms on certain days, and what the calendar can be narrowed to. Free days of a
workshop that is to be moved: what would be in its way on each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from sqlalchemy import func, select

from kash.accounts.queries.accounts import accounts_with_role
from kash.feature import declared
from kash.people.models import Group, Venue
from kash.planning.clashes.queries.checking import told_by_first_day
from kash.platform.database import db
from kash.platform.web.parts import CalendarEntry, CalendarQuestion, CalendarSource
from kash.policy import Actor, Reach, Role
from kash.workshops.models import Funder, Workshop
from kash.workshops.queries.people import wanted_of
from kash.workshops.rules import clocks_from

MOST_OFFERED = 500


@dataclass(frozen=True)
class KindEntry:
    """An entry, and its kind."""

    kind: str
    entry: CalendarEntry


def calendar_entries(question: CalendarQuestion, *, closely: bool) -> list[KindEntry]:
    """Entries of these days, as far as each room shows it to the actor: what takes whole days
    first, then by the clock. `closely` asks for what only a week and the agenda have room for."""
    entries = [
        KindEntry(source.kind, entry)
        for source in declared(CalendarSource)
        if closely or not source.closely
        for entry in source.entries(question)
    ]
    return sorted(entries, key=_order)


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
    """Trainers, venues, groups and funders by name; None for the person who sees her own only."""
    if actor.reach("workshops.see") not in (Reach.ALL, Reach.OWN):
        return None
    session = db.session
    venues = select(Venue.public_id, Venue.name).order_by(func.lower(Venue.name))
    groups = select(Group.public_id, Group.name).order_by(Group.position, Group.letter)
    funders = select(Funder.public_id, Funder.name).order_by(func.lower(Funder.name))
    return FilterChoices(
        [(account.public_id, account.name) for account in accounts_with_role(Role.TRAINER)],
        [(venue[0], venue[1]) for venue in session.execute(venues.limit(MOST_OFFERED))],
        [(group[0], group[1]) for group in session.execute(groups)],
        [(funder[0], funder[1]) for funder in session.execute(funders.limit(MOST_OFFERED))],
    )


def reasons_against(
    workshop: Workshop, first_days: Sequence[date], begins: time, venue: str, actor: Actor
) -> Mapping[date, Sequence[str]]:
    """Reasons by each first day, as far as this actor may know them, against a workshop as long as
    this one whose days begin at a clock, in a venue by public id (empty for none)."""
    wanted = wanted_of(workshop)
    clocks = clocks_from(workshop.day_starts_at, workshop.day_ends_at, begins)
    later = clocks[0] if clocks is not None else timedelta()
    moved = [(starts + later, ends + later) for starts, ends in wanted.spans]
    return told_by_first_day(replace(wanted, spans=moved, venue=venue), first_days, actor)
