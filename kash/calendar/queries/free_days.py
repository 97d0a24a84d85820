"""Free days of a workshop that is to be moved: on which its trainers and a venue can be had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select

from kash.accounts.models import Account
from kash.availability.queries.spans import absences_between, venue_blocks_between
from kash.calendar.rules import Busy, Span, in_the_way
from kash.holidays.queries import local_holidays_between
from kash.holidays.rules import public_holidays
from kash.holidays.words import holiday_name
from kash.people.models import Venue
from kash.platform.database import db
from kash.workshops.models import Facilitator, Workshop


def reasons_against(
    workshop: Workshop, first_days: Sequence[date], begins: time, ends: time, venue: str
) -> Mapping[date, tuple[str, ...]]:
    """By each first day what is in the way of a workshop as long as this one, with days between
    these clocks, in a venue by public id (empty for none); at most six queries.

    Another workshop of a trainer is told by its title, an absence without its kind.
    """
    length = (workshop.ends_on - workshop.starts_on).days + 1
    around = Span(min(first_days), max(first_days) + timedelta(days=length - 1))
    return in_the_way(first_days, length, begins, ends, busy(workshop, around, venue))


def busy(workshop: Workshop, around: Span, venue: str) -> list[Busy]:
    """Everything in the way of a workshop on these days."""
    return [*_holidays(around), *_trainers(workshop, around), *_venue(workshop, around, venue)]


def _holidays(around: Span) -> list[Busy]:
    of_law = [
        (day, holiday_name(kept))
        for year in range(around.first.year, around.last.year + 1)
        for day, kept in public_holidays(year).items()
        if around.first <= day <= around.last
    ]
    added = [(one.day, one.name) for one in local_holidays_between(around.first, around.last)]
    return [
        Busy(Span(day, day), _("Public holiday: %(name)s.", name=name))
        for day, name in sorted([*of_law, *added])
    ]


def _others(workshop: Workshop, around: Span) -> Select[*tuple[Any, ...]]:
    return select(
        Workshop.starts_on,
        Workshop.ends_on,
        Workshop.day_starts_at,
        Workshop.day_ends_at,
        Workshop.title,
    ).where(
        Workshop.id != workshop.id,
        Workshop.state == "planned",
        Workshop.starts_on <= around.last,
        Workshop.ends_on >= around.first,
    )


def _trainers(workshop: Workshop, around: Span) -> list[Busy]:
    names = dict(
        db.session.execute(
            select(Account.id, Account.name)
            .join(Facilitator, Facilitator.account_id == Account.id)
            .where(Facilitator.workshop_id == workshop.id)
        ).all()
    )
    teaching = db.session.execute(
        _others(workshop, around)
        .add_columns(Facilitator.account_id)
        .join(Facilitator, Facilitator.workshop_id == Workshop.id)
        .where(Facilitator.account_id.in_(names))
        .order_by(Workshop.starts_on, Workshop.id)
    )
    found = [
        Busy(
            Span(first, last),
            _("%(name)s teaches “%(title)s”.", name=names[account], title=title),
            begins,
            ends,
        )
        for first, last, begins, ends, title, account in teaching
    ]
    away = [
        Busy(Span(one.first, one.last), _("%(name)s is away.", name=names[one.account_id]))
        for one in absences_between(around.first, around.last)
        if one.account_id in names
    ]
    return [*found, *away]


def _venue(workshop: Workshop, around: Span, venue: str) -> list[Busy]:
    if not venue:
        return []
    place = db.session.execute(
        select(Venue.id, Venue.name).where(Venue.public_id == venue)
    ).one_or_none()
    if place is None:
        return []
    taken = db.session.execute(
        _others(workshop, around)
        .where(Workshop.venue_id == place.id)
        .order_by(Workshop.starts_on, Workshop.id)
    )
    found = [
        Busy(
            Span(first, last),
            _("%(venue)s is taken by “%(title)s”.", venue=place.name, title=title),
            begins,
            ends,
        )
        for first, last, begins, ends, title in taken
    ]
    blocked = [
        Busy(
            Span(one.first, one.last),
            _("%(venue)s can’t be had.", venue=place.name),
            one.starts_at,
            one.ends_at,
        )
        for one in venue_blocks_between(around.first, around.last)
        if one.venue_id == place.id
    ]
    return [*found, *blocked]
