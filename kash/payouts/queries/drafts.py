"""Drafts: what is due in a workshop by now, to whom and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from kash.attendance.models import Mark, MarkStatus, RosterEntry, Slot
from kash.payouts.models import Payee, PayoutLine, PayoutList, PayoutPart, RateTable
from kash.payouts.queries.claims import as_settled, settled_claims
from kash.payouts.queries.rates import band_number, rates_of
from kash.payouts.rules.claims import Claim, paid_elsewhere
from kash.payouts.rules.rates import WHOLE, DecidedPart, Due, NotDue, Sitting, due
from kash.payouts.rules.steps import NOT_GIVEN
from kash.people.models import Group, Person
from kash.platform.database import db, utc_now
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import to_local
from kash.workshops.models import Workshop


@dataclass(frozen=True)
class DraftRow:
    """A payee: what is due to her, and what lists that stand already give her (`before`).

    `letter` is empty for somebody who stands on no register. Money is in cents.
    """

    public_id: str
    person_id: int | None
    payee_id: int | None
    name: str
    letter: str
    part: DecidedPart
    reason: str
    due: Due
    before: int
    paid_elsewhere: tuple[date, ...] = ()

    @property
    def amount(self) -> int:
        """Amount that the next list would give her."""
        return max(self.due.cents - self.before, 0)

    @property
    def undecided(self) -> bool:
        """True if a band must be chosen first."""
        return self.due.missing is NotDue.BAND

    @property
    def overpaid(self) -> int:
        """Amount that she was given beyond what is due by now."""
        return 0 if self.undecided else max(self.before - self.due.cents, 0)


def draft(
    workshop: Workshop,
    table: RateTable,
    session: Session | None = None,
    excluding: PayoutList | None = None,
) -> list[DraftRow]:
    """Everybody who attended or is paid besides, by group and name; seven queries at most.

    `excluding` leaves one list out of account, to ask anew whether it is right.
    """
    asking = session or db.session()
    sittings, slot_days = _sittings(asking, workshop.register_id)
    before = _before(asking, workshop.id, excluding)
    rates = rates_of(table)
    rows: list[DraftRow] = []
    people = _people(asking, workshop, {key for kind, key in before if kind == "person"})
    settled = as_settled(settled_claims(workshop.id, [row.id for row in people], asking))
    for row in people:
        given = before.get(("person", row.id), 0)
        part = DecidedPart(
            row.role or "participant",
            band_number(rates, row.band),
            bool(row.waived),
            row.extra_cents or 0,
        )
        elsewhere = paid_elsewhere(settled, row.id, workshop.id)
        # Who was taken off the roster is due nothing, but may have been given something.
        there = () if row.removed else sittings.get(row.id, ())
        owed = due(rates, part, there, elsewhere)
        if owed.days or given or elsewhere:
            rows.append(
                DraftRow(
                    public_id=row.public_id,
                    person_id=row.id,
                    payee_id=None,
                    name=row.chosen_name,
                    letter=row.letter,
                    part=part,
                    reason=row.reason or "",
                    due=owed,
                    before=given,
                    paid_elsewhere=tuple(sorted(elsewhere)),
                )
            )
    for payee in _payees(asking, workshop.id):
        days = {date.fromisoformat(day) for day in payee.days}
        part = DecidedPart(payee.role, band_number(rates, payee.band))
        served = [Sitting(day, WHOLE) for day in slot_days if day in days]
        given = before.get(("payee", payee.id), 0)
        gone = payee.removed_at is not None
        if gone and not given:
            continue
        rows.append(
            DraftRow(
                public_id=payee.public_id,
                person_id=None,
                payee_id=payee.id,
                name=payee.name,
                letter="",
                part=part,
                reason="",
                due=Due() if gone else due(rates, part, served),
                before=given,
            )
        )
    return rows


def drafted_claims(found: Workshop, rows: Iterable[DraftRow]) -> set[Claim]:
    """The days that a draft claims."""
    return {
        Claim(row.person_id, day, found.id)
        for row in rows
        if row.person_id is not None and (row.due.cents or row.undecided)
        for day in row.due.days
    }


def _sittings(session: Session, register_id: int) -> tuple[dict[int, list[Sitting]], list[date]]:
    """By person, the closed sessions in which her mark counts for something; and the day of each
    session. Nothing is due of a session that has not begun, however its register stands."""
    now = utc_now()
    days = {
        row.id: to_local(row.starts_at).date()
        for row in session.execute(
            select(Slot.id, Slot.starts_at)
            .where(Slot.register_id == register_id, Slot.starts_at <= now)
            .order_by(Slot.starts_at, Slot.id)
        )
    }
    found: dict[int, list[Sitting]] = {}
    for person, slot, weight in session.execute(
        select(Mark.person_id, Mark.slot_id, MarkStatus.weight)
        .join(Slot, Slot.id == Mark.slot_id)
        .join(MarkStatus, MarkStatus.code == Mark.status)
        .where(
            Slot.register_id == register_id,
            Slot.closed_at.is_not(None),
            Slot.starts_at <= now,
            MarkStatus.weight > 0,
        )
    ):
        found.setdefault(person, []).append(Sitting(days[slot], weight))
    return found, list(days.values())


def _before(
    session: Session, workshop_id: int, excluding: PayoutList | None
) -> dict[tuple[str, int], int]:
    statement = (
        select(PayoutLine.person_id, PayoutLine.payee_id, func.sum(PayoutLine.amount_cents))
        .join(PayoutList, PayoutList.id == PayoutLine.list_id)
        .where(
            PayoutList.workshop_id == workshop_id,
            PayoutList.state != "returned",
            PayoutLine.state.not_in(NOT_GIVEN),
        )
        .group_by(PayoutLine.person_id, PayoutLine.payee_id)
    )
    if excluding is not None:
        statement = statement.where(PayoutList.id != excluding.id)
    return {
        ("person", person) if person is not None else ("payee", payee or 0): int(cents)
        for person, payee, cents in session.execute(statement)
    }


def _people(session: Session, workshop: Workshop, given: Collection[int]) -> list[PersonValues]:
    rows: Iterable[Any] = session.execute(
        select(
            Person.id,
            Person.public_id,
            Person.chosen_name,
            Group.letter,
            PayoutPart.role,
            PayoutPart.band,
            PayoutPart.waived,
            PayoutPart.extra_cents,
            PayoutPart.reason,
            RosterEntry.removed_at.is_not(None),
        )
        .join(RosterEntry, RosterEntry.person_id == Person.id)
        .join(Group, Group.id == Person.group_id)
        .outerjoin(
            PayoutPart,
            and_(PayoutPart.person_id == Person.id, PayoutPart.workshop_id == workshop.id),
        )
        .where(
            RosterEntry.register_id == workshop.register_id,
            or_(RosterEntry.removed_at.is_(None), Person.id.in_(given)),
        )
        .order_by(Group.letter, Person.sort_name, Person.id)
    )
    return [PersonValues(*row) for row in rows]


@dataclass(frozen=True)
class PersonValues:
    """A person on the roster, and what was decided of her, if anything was."""

    id: int
    public_id: str
    chosen_name: str
    letter: str
    role: str | None
    band: str | None
    waived: bool | None
    extra_cents: int | None
    reason: str | None
    removed: bool


def _payees(session: Session, workshop_id: int) -> list[Payee]:
    return list(
        session.scalars(
            select(Payee).where(Payee.workshop_id == workshop_id).order_by(Payee.name, Payee.id)
        )
    )


def person_and_part(workshop: Workshop, public_id: str) -> tuple[Person, PayoutPart | None]:
    """Somebody on a workshop's roster, and what was decided of her. Raises NotFound."""
    person = one_or_404(
        db.session.scalars(
            select(Person)
            .join(RosterEntry, RosterEntry.person_id == Person.id)
            .where(
                Person.public_id == public_id,
                RosterEntry.register_id == workshop.register_id,
                RosterEntry.removed_at.is_(None),
            )
        ).first()
    )
    part = db.session.scalars(
        select(PayoutPart).where(
            PayoutPart.workshop_id == workshop.id, PayoutPart.person_id == person.id
        )
    ).first()
    return person, part
