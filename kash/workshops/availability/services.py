"""Problems that stand in the way of what is said of absences, teaching days, venues and ways.
Writing down absences and teaching days, changing and removing them, and forgetting them. Days on
which a venue can't be had, and minutes between zones. Words for absences and venues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from flask import flash
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from wtforms.validators import Optional

from kash.accounts.models import Account
from kash.people.models import Venue, Zone
from kash.people.words import day_name
from kash.platform.database import writing
from kash.platform.vault import audited, seal
from kash.platform.web.errors import ChangedMeanwhile, NotFound, Problem, get_or_404, one_or_404
from kash.platform.web.fields import DayField, TimeOfDayField
from kash.platform.web.formats import day_text, local_today, short_date_text, to_local
from kash.platform.web.forms import required, text_field
from kash.platform.web.plain_tables import PlainTable
from kash.policy import GRANTS, Actor
from kash.workshops.availability import venues_blueprint
from kash.workshops.availability.models import Absence, TeachingDays, VenueBlock, ZoneTravel
from kash.workshops.availability.queries import NOTE, Booked, bookings_of_venue, may_write_of
from kash.workshops.availability.rules import (
    AbsenceDays,
    AbsenceKind,
    days_fault,
    forgotten_before,
    overlapped,
)

MOST = 200
_FAULTS = {
    "order": ("last", _l("The last day comes before the first.")),
    "long": (
        "last",
        _l(
            "This is longer than a year. Check the year that you typed. A person who stays "
            "away for longer hands over the work."
        ),
    ),
    "far": ("first", _l("These days are too far away. Check the year that you typed.")),
}


@dataclass(frozen=True)
class _DaysEntered:
    first: date
    last: date | None = None

    @property
    def days(self) -> AbsenceDays:
        """Its days; without a last one it is of one day."""
        return AbsenceDays(self.first, self.last or self.first)


@dataclass(frozen=True)
class AbsenceDetails(_DaysEntered):
    """An absence as entered. Without a last day it is of one day."""

    kind: str = "leave"
    note: str = ""


@dataclass(frozen=True)
class TeachingDaysDetails:
    """Weekdays on which somebody teaches (0 is Monday), and her most days of a month."""

    weekdays: tuple[int, ...]
    most_days_a_month: int | None = None


def refuse_days(days: AbsenceDays, today: date) -> None:
    """Refuse days that end before they start, go on for a year, or are too far away."""
    fault = days_fault(days, today)
    if fault:
        field, sentence = _FAULTS[fault]
        raise Problem(sentence, field=field)


def add_absence(details: AbsenceDetails, *, whose: str, key: str, by: Actor) -> str:
    """Write down that an account is away; the absence's public id, which is `key`. The same key
    again changes nothing. Raises NotFound; refused on days that make no sense or on which it is
    away already, and for one who doesn't teach."""
    refuse_days(details.days, local_today())
    with audited("absences.added", by) as change:
        session = change.session
        account = _locked(session, whose, by)
        there = session.scalar(select(Absence).where(Absence.public_id == key))
        if there is not None and there.account_id == account.id:
            change.nothing()
            return key
        others = _refuse_overlap(session, account.id, details.days)
        if others >= MOST:
            raise Problem(_l("There are too many absences already. Remove one that is wrong."))
        absence = Absence(public_id=key, account_id=account.id)
        session.add(absence)
        _write(absence, details, by, change.now)
        change.about(key, account.public_id)
        return key


def _write(absence: Absence, details: AbsenceDetails, by: Actor, now: datetime) -> None:
    absence.first, absence.last = details.days.first, details.days.last
    absence.kind, note = details.kind, details.note
    absence.note_sealed = seal(note, kind=NOTE, public_id=absence.public_id) if note else None
    absence.written_by, absence.written_at = by.public_id, now


def change_absence(public_id: str, details: AbsenceDetails, row_version: int, *, by: Actor) -> None:
    """Change an absence. Raises NotFound and ChangedMeanwhile, and refuses as `add_absence`
    does."""
    refuse_days(details.days, local_today())
    with audited("absences.changed", by) as change:
        absence, account = _held(change.session, public_id, by)
        if absence.row_version != row_version:
            raise ChangedMeanwhile
        _refuse_overlap(change.session, account.id, details.days, but=absence.id)
        _write(absence, details, by, change.now)
        absence.row_version += 1
        change.about(public_id, account.public_id)


def remove_absence(public_id: str, *, by: Actor) -> str:
    """Remove an absence; the public id of whose it was. Raises NotFound."""
    with audited("absences.removed", by) as change:
        absence, account = _held(change.session, public_id, by)
        change.session.delete(absence)
        change.about(public_id, account.public_id)
        return account.public_id


def say_teaching_days(
    whose: str, details: TeachingDaysDetails, row_version: int, *, by: Actor
) -> None:
    """Say on which days an account teaches; row version 0 is of one that said nothing yet. All
    weekdays without a most are as if nothing was said. Raises NotFound and ChangedMeanwhile;
    refused for one who doesn't teach."""
    with audited("absences.teaching_days_said", by) as change:
        session = change.session
        account = _locked(session, whose, by)
        said = session.get(TeachingDays, account.id)
        if (said.row_version if said is not None else 0) != row_version:
            raise ChangedMeanwhile
        change.about(account.public_id)
        weekdays = sorted({day for day in details.weekdays if 0 <= day <= 6})
        if len(weekdays) == 7 and details.most_days_a_month is None:
            if said is None:
                change.nothing()
            else:
                session.delete(said)
            return
        said = said or TeachingDays(account_id=account.id, row_version=0)
        session.add(said)
        said.weekdays, said.most_days_a_month = weekdays, details.most_days_a_month
        said.row_version += 1


def forget_past_days(now: datetime) -> int:
    """Forget absences, and days that a venue couldn't be had, once they ended long enough ago;
    how many."""
    before = forgotten_before(to_local(now).date())
    with writing() as session:
        gone = [
            session.execute(delete(kind).where(kind.last < before))
            for kind in (Absence, VenueBlock)
        ]
        return sum(int(getattr(result, "rowcount", 0)) for result in gone)


def forget_leaver(session: Session, account_id: int, _now: datetime) -> None:
    """Forget why and when a leaver is away. An account that is only locked keeps what it said."""
    account = session.get_one(Account, account_id)
    if account.active:
        return
    for kind in (Absence, TeachingDays):
        session.execute(delete(kind).where(kind.account_id == account_id))


def _locked(session: Session, whose: str, by: Actor) -> Account:
    """An account that may be away, locked, so that two absences of it are written one after the
    other."""
    account = get_or_404(session, Account, whose, Account.active, lock=True)
    if not may_write_of(by, account.id):
        raise NotFound
    if not {role.role for role in account.roles} & {str(role) for role in GRANTS["absences.write"]}:
        raise Problem(_l("Choose somebody who teaches."), field="whose")
    return account


def _held(session: Session, public_id: str, by: Actor) -> tuple[Absence, Account]:
    whose = one_or_404(
        session.scalar(
            select(Account.public_id)
            .join(Absence, Absence.account_id == Account.id)
            .where(Absence.public_id == public_id)
        )
    )
    account = _locked(session, whose, by)
    absence = session.scalars(
        select(Absence).where(Absence.public_id == public_id).with_for_update()
    ).first()
    return one_or_404(absence), account


def _refuse_overlap(session: Session, account_id: int, days: AbsenceDays, but: int = 0) -> int:
    """Refuse days that another absence of the account touches; how many others it has."""
    others = session.scalars(
        select(Absence).where(Absence.account_id == account_id, Absence.id != but)
    ).all()
    touched = overlapped(days, [AbsenceDays(other.first, other.last) for other in others])
    if touched is not None:
        raise Problem(
            _(
                "An absence from %(first)s to %(last)s is there already. Change that one.",
                first=short_date_text(touched.first),
                last=short_date_text(touched.last),
            ),
            field="first",
        )
    return len(others)


@dataclass(frozen=True)
class BlockDetails(_DaysEntered):
    """Days on which a venue can't be had, as entered. Without a last day it is one day; without
    times, the whole of each."""

    starts_at: time | None = None
    ends_at: time | None = None
    reason: str = ""


def add_block(venue: str, details: BlockDetails, *, key: str, by: Actor) -> str:
    """Say that a venue can't be had; the block's public id, which is `key`. The same key again
    changes nothing. Raises NotFound; refused on days and at times that make no sense."""
    BLOCKS.write(venue, vars(details), key=key, by=by)
    return key


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """A block as it is stored. Refuses days and times that make no sense."""
    details = BlockDetails(**values)
    refuse_days(details.days, local_today())
    if (details.starts_at is None) != (details.ends_at is None):
        raise Problem(_l("Enter both times, or none for the whole day."), field="ends_at")
    if details.starts_at and details.ends_at and details.ends_at <= details.starts_at:
        raise Problem(_l("The end comes before the start."), field="ends_at")
    return values | {"last": details.days.last}


def _tell_of_block(block: VenueBlock) -> None:
    tell_what_is_held(bookings_of_venue(block.venue_id, block.first, block.last))


def tell_what_is_held(booked: Sequence[Booked]) -> None:
    """Tell, once it is saved, what is to be held at a venue that can't be had."""
    if booked:
        titles = [f"{held.title}, {days_text(held.first, held.last)}" for held in booked]
        flash(
            _(
                "To be held here all the same: %(titles)s. Move it, or choose another venue.",
                titles="; ".join(titles),
            ),
            "warn",
        )


BLOCKS = PlainTable(
    blueprint=venues_blueprint,
    kind=VenueBlock,
    above=Venue,
    page="venues.venue",
    permission="venues.plan",
    seen="venues.see",
    fields={
        "first": DayField(_l("First day"), validators=[required()], default=local_today),
        "last": DayField(
            _l("Last day"),
            validators=[Optional()],
            description=_l("Leave it empty for a single day."),
        ),
        "starts_at": TimeOfDayField(_l("From"), validators=[Optional()]),
        "ends_at": TimeOfDayField(
            _l("Until"),
            validators=[Optional()],
            description=_l("Leave both empty for the whole day."),
        ),
        "reason": text_field(_l("Why"), most=120, required=False),
    },
    title=_l("Days on which it can’t be had"),
    add=_l("Add days"),
    question=_l("Can it be had after all?"),
    words=(
        _l("venues: days added on which one can’t be had"),
        _l("venues: days removed on which one can’t be had"),
    ),
    too_many=_l("There are too many such days already. Remove some that are over."),
    order=("first",),
    shown=lambda: VenueBlock.last >= local_today(),
    template="venues/blocks.html",
    line=lambda block: days_text(block.first, block.last),
    check=_checked,
    saved=_tell_of_block,
)


def type_minutes(zone: str, minutes: int | None, *, by: Actor) -> None:
    """Type the minutes to a zone from others; None forgets what was typed. Raises NotFound."""
    with audited("venues.minutes_typed", by) as change:
        session = change.session
        # One at a time: two who type the same must not make it twice.
        key = get_or_404(session, Zone, zone, lock=True).id
        typed = session.get(ZoneTravel, key)
        if (typed.minutes if typed is not None else None) == minutes:
            change.nothing()
        elif minutes is not None:
            session.merge(ZoneTravel(zone_id=key, minutes=minutes))
        else:
            session.delete(typed)
        change.about(zone)


ABSENCE_KIND: dict[str, Any] = {
    AbsenceKind.LEAVE: _l("Days off"),
    AbsenceKind.TRAINING: _l("Training"),
    AbsenceKind.SICK: _l("Sick"),
    AbsenceKind.OTHER: _l("Something else"),
}
ACCESS: dict[str, Any] = {
    "step_free": _l("No steps"),
    "toilet": _l("A toilet that a wheelchair fits into"),
    "stage": _l("A stage nearby"),
    "children": _l("A room for children"),
    "quiet": _l("Quiet enough to hear"),
    "power": _l("Electricity that lasts"),
}


def days_text(first: date, last: date) -> str:
    """Mon 16 Nov, or Mon 16 Nov to Thu 19 Nov; with years where they differ."""
    if first == last:
        return day_text(first)
    if first.year != last.year:
        return _("%(first)s to %(last)s", first=short_date_text(first), last=short_date_text(last))
    return _("%(first)s to %(last)s", first=day_text(first), last=day_text(last))


def weekdays_text(weekdays: list[int]) -> str:
    """Mon, Wed."""
    return ", ".join(day_name(day, "abbreviated") for day in weekdays)
