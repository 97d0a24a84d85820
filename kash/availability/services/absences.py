"""Writing down absences and teaching days, changing and removing them, and forgetting them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kash.accounts.models import Account
from kash.availability.errors import (
    AwayAlready,
    EndsBeforeItStarts,
    LongerThanAYear,
    NobodyAway,
    TooFarAway,
    TooManyAbsences,
)
from kash.availability.models import Absence, TeachingDays, VenueBlock
from kash.availability.queries.absences import NOTE, may_write_of
from kash.availability.rules.absences import (
    AbsenceDays,
    SpanFault,
    forgotten_before,
    overlapped,
    span_fault,
)
from kash.platform.database import writing
from kash.platform.vault import audited, seal
from kash.platform.web.errors import ChangedMeanwhile, NotFound, Problem, one_or_404
from kash.platform.web.formats import local_today, to_local
from kash.policy import GRANTS, Actor

MOST = 200
_FAULTS: dict[SpanFault, type[Problem]] = {
    SpanFault.ENDS_BEFORE: EndsBeforeItStarts,
    SpanFault.TOO_LONG: LongerThanAYear,
    SpanFault.TOO_FAR: TooFarAway,
}


@dataclass(frozen=True)
class AbsenceDetails:
    """An absence as entered. Without a last day it is of one day."""

    first: date
    last: date | None = None
    kind: str = "leave"
    note: str = ""

    @property
    def days(self) -> AbsenceDays:
        """Its days."""
        return AbsenceDays(self.first, self.last or self.first)


@dataclass(frozen=True)
class TeachingDaysDetails:
    """Weekdays on which somebody teaches (0 is Monday), and her most days of a month."""

    weekdays: tuple[int, ...]
    most_days_a_month: int | None = None


def refuse_days(days: AbsenceDays, today: date) -> None:
    """Raises EndsBeforeItStarts, LongerThanAYear or TooFarAway."""
    fault = span_fault(days, today)
    if fault is not None:
        raise _FAULTS[fault]


def add_absence(details: AbsenceDetails, *, whose: str, key: str, by: Actor) -> str:
    """Write down that an account is away; the absence's public id, which is `key`. The same key
    again changes nothing. Raises NotFound, NobodyAway, EndsBeforeItStarts, LongerThanAYear,
    TooFarAway, AwayAlready and TooManyAbsences."""
    refuse_days(details.days, local_today())
    with audited("absences.added", by) as change:
        session = change.session
        account = _locked(session, whose, by)
        there = session.scalar(select(Absence).where(Absence.public_id == key))
        if there is not None and there.account_id == account.id:
            change.nothing()
            return key
        others = _others(session, account.id)
        if len(others) >= MOST:
            raise TooManyAbsences
        _refuse_overlap(details.days, others)
        added = Absence(
            public_id=key,
            account_id=account.id,
            first=details.days.first,
            last=details.days.last,
            kind=details.kind,
            note_sealed=_sealed(details.note, key),
            written_by=by.public_id,
            written_at=change.now,
        )
        session.add(added)
        change.about(key, account.public_id)
        return key


def change_absence(public_id: str, details: AbsenceDetails, row_version: int, *, by: Actor) -> None:
    """Change an absence. Raises NotFound, ChangedMeanwhile, EndsBeforeItStarts, LongerThanAYear,
    TooFarAway and AwayAlready."""
    refuse_days(details.days, local_today())
    with audited("absences.changed", by) as change:
        session = change.session
        absence, account = _held(session, public_id, by)
        if absence.row_version != row_version:
            raise ChangedMeanwhile
        _refuse_overlap(
            details.days, [one for one in _others(session, account.id) if one.id != absence.id]
        )
        absence.first, absence.last = details.days.first, details.days.last
        absence.kind = details.kind
        absence.note_sealed = _sealed(details.note, public_id)
        absence.row_version += 1
        absence.written_by, absence.written_at = by.public_id, change.now
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
    weekdays without a most are as if nothing was said. Raises NotFound, NobodyAway and
    ChangedMeanwhile."""
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
        if said is None:
            said = TeachingDays(account_id=account.id, row_version=0)
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
        return sum(int(getattr(one, "rowcount", 0)) for one in gone)


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
    account = one_or_404(
        session.scalars(
            select(Account).where(Account.public_id == whose, Account.active).with_for_update()
        ).first()
    )
    if not may_write_of(by, account.id):
        raise NotFound
    if not {role.role for role in account.roles} & {str(role) for role in GRANTS["absences.write"]}:
        raise NobodyAway
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


def _others(session: Session, account_id: int) -> Sequence[Absence]:
    return session.scalars(select(Absence).where(Absence.account_id == account_id)).all()


def _refuse_overlap(days: AbsenceDays, others: Sequence[Absence]) -> None:
    found = overlapped(days, [AbsenceDays(one.first, one.last) for one in others])
    if found is not None:
        raise AwayAlready(found.first, found.last)


def _sealed(note: str, public_id: str) -> bytes | None:
    return seal(note, kind=NOTE, public_id=public_id) if note else None
