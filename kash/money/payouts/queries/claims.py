"""Days that one person claims in two workshops. Rates that hold. Drafts: what is due in a workshop
by now, who gets it and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from kash.attendance.models import Mark, MarkStatus, RosterEntry, Slot
from kash.money.payouts.models import (
    Payee,
    PayoutDay,
    PayoutLine,
    PayoutList,
    PayoutPart,
    RateTable,
    SettledClaim,
)
from kash.money.payouts.rules import (
    NOT_GIVEN,
    ROLES,
    WHOLE,
    Basis,
    Claim,
    DecidedPart,
    Double,
    Due,
    NotDue,
    Rates,
    RoleRates,
    Settled,
    Sitting,
    doubles,
    due,
    paid_elsewhere,
)
from kash.people.models import Group, Person
from kash.platform.database import db, utc_now
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import to_local
from kash.workshops.models import Workshop


def listed_claims(person_ids: Collection[int], session: Session | None = None) -> set[Claim]:
    """The days for which these people stand on lists that are proposed or approved, and for which
    the money has not come back."""
    rows = (session or db.session()).execute(
        select(PayoutLine.person_id, PayoutDay.day, PayoutList.workshop_id)
        .join(PayoutDay, PayoutDay.line_id == PayoutLine.id)
        .join(PayoutList, PayoutList.id == PayoutLine.list_id)
        .where(
            PayoutLine.person_id.in_(person_ids),
            PayoutLine.state.not_in(NOT_GIVEN),
            PayoutList.state != "returned",
        )
    )
    return {Claim(person or 0, day, workshop) for person, day, workshop in rows}


def settled_claims(
    workshop_id: int, person_ids: Collection[int] | None, session: Session | None = None
) -> dict[Double, SettledClaim]:
    """Settled claims between this workshop and others; of these people only, if any are named."""
    statement = select(SettledClaim).where(
        or_(SettledClaim.first_id == workshop_id, SettledClaim.second_id == workshop_id)
    )
    if person_ids is not None:
        statement = statement.where(SettledClaim.person_id.in_(person_ids))
    rows = (session or db.session()).scalars(statement)
    return {
        Double(double.day, double.person_id, double.first_id, double.second_id): double
        for double in rows
    }


def as_settled(rows: dict[Double, SettledClaim]) -> dict[Double, Settled]:
    """The same as rules know it."""
    return {double: Settled(value.keeps_id) for double, value in rows.items()}


@dataclass(frozen=True)
class DoubleClaim:
    """A double claim as the page of one of its workshops shows it.

    Of the other workshop no more than its title: the person who runs this one has the person on her
    own list. `here` says that this workshop claims the day now, `there` that the other does.
    """

    double: Double
    person: str
    name: str
    day: date
    other: str
    other_title: str
    other_approved: bool
    settled: SettledClaim | None
    keeps_here: bool
    letter: str

    @property
    def blocks(self) -> bool:
        """True if it keeps this workshop's list from approval."""
        return self.settled is None or not (self.settled.keeps_id is None or self.keeps_here)


def double_claims(
    workshop: Workshop, drafted: Iterable[Claim], session: Session | None = None
) -> list[DoubleClaim]:
    """The double claims of a workshop's people by day: of its lists, of what is due by now, and of
    what was left to the other workshop.

    Five queries whatever their number.
    """
    asking = session or db.session()
    own = set(drafted)
    own |= {
        Claim(person or 0, day, workshop.id)
        for person, day in asking.execute(
            select(PayoutLine.person_id, PayoutDay.day)
            .join(PayoutDay, PayoutDay.line_id == PayoutLine.id)
            .join(PayoutList, PayoutList.id == PayoutLine.list_id)
            .where(
                PayoutList.workshop_id == workshop.id,
                PayoutLine.person_id.is_not(None),
                PayoutLine.state.not_in(NOT_GIVEN),
                PayoutList.state != "returned",
            )
        )
    }
    settled = settled_claims(workshop.id, None, asking)
    # A day that was given up is claimed here no more, and can still be settled differently.
    given_up = {
        double
        for double, value in settled.items()
        if value.keeps_id is not None and value.keeps_id != workshop.id
    }
    people = {claim.person for claim in own}
    listed = listed_claims(people, asking) if people else set()
    twice = sorted(
        given_up.union(
            double
            for double in doubles(own | listed)
            if workshop.id in (double.first, double.second)
        )
    )
    if not twice:
        return []
    names = {
        line.id: line
        for line in asking.execute(
            select(Person.id, Person.public_id, Person.chosen_name, Group.letter)
            .join(Group, Group.id == Person.group_id)
            .where(Person.id.in_({double.person for double in twice}))
        )
    }
    others = {double.other(workshop.id) for double in twice}
    titles = {
        line.id: line
        for line in asking.execute(
            select(Workshop.id, Workshop.public_id, Workshop.title).where(Workshop.id.in_(others))
        )
    }
    approved = _approved_days(asking, others, {double.person for double in twice})
    return [
        DoubleClaim(
            double=double,
            person=names[double.person].public_id,
            name=names[double.person].chosen_name,
            day=double.day,
            other=titles[double.other(workshop.id)].public_id,
            other_title=titles[double.other(workshop.id)].title,
            other_approved=Claim(double.person, double.day, double.other(workshop.id)) in approved,
            settled=settled.get(double),
            keeps_here=double in settled and settled[double].keeps_id == workshop.id,
            letter=names[double.person].letter,
        )
        for double in twice
    ]


def _approved_days(
    session: Session, workshops: Collection[int], people: Collection[int]
) -> set[Claim]:
    rows = session.execute(
        select(PayoutLine.person_id, PayoutDay.day, PayoutList.workshop_id)
        .join(PayoutDay, PayoutDay.line_id == PayoutLine.id)
        .join(PayoutList, PayoutList.id == PayoutLine.list_id)
        .where(
            PayoutList.workshop_id.in_(workshops),
            PayoutList.state == "approved",
            PayoutLine.state.not_in(NOT_GIVEN),
            PayoutLine.person_id.in_(people),
        )
    )
    return {Claim(person or 0, day, workshop) for person, day, workshop in rows}


def has_approved_day(session: Session, claim: Claim) -> bool:
    """True if a day of a person stands on an approved list of a workshop, not given back."""
    return claim in _approved_days(session, {claim.workshop}, {claim.person})


def paid_on(register_id: int) -> dict[date, set[int]]:
    """Keys of the persons who are paid for each day of a workshop's register, on lists that
    stand."""
    claimed: dict[date, set[int]] = {}
    for day, person in db.session.execute(
        select(PayoutDay.day, PayoutLine.person_id)
        .join(PayoutLine, PayoutLine.id == PayoutDay.line_id)
        .join(PayoutList, PayoutList.id == PayoutLine.list_id)
        .join(Workshop, Workshop.id == PayoutList.workshop_id)
        .where(
            Workshop.register_id == register_id,
            PayoutLine.person_id.is_not(None),
            PayoutLine.state.not_in(NOT_GIVEN),
            PayoutList.state != "returned",
        )
    ):
        claimed.setdefault(day, set()).add(person or 0)
    return claimed


def latest_table(workshop_id: int | None, session: Session | None = None) -> RateTable | None:
    """The latest version of a workshop's own table, or of the programme's."""
    return (
        (session or db.session())
        .scalars(
            select(RateTable)
            .where(RateTable.workshop_id.is_not_distinct_from(workshop_id))
            .order_by(RateTable.version.desc())
            .limit(1)
        )
        .first()
    )


def table_for(workshop_id: int, session: Session | None = None) -> RateTable | None:
    """The table that holds for a workshop: its own, else the programme's.

    A version without bands says that the workshop's own rates were given up.
    """
    own = latest_table(workshop_id, session)
    return own if own is not None and own.bands else latest_table(None, session)


def programme_bands() -> list[str]:
    """The distance bands of the programme's own table, none if there is none yet."""
    table = latest_table(None)
    return list(table.bands) if table is not None else []


def table_versions(workshop_id: int | None) -> list[RateTable]:
    """All versions of a table, latest first."""
    return list(
        db.session.scalars(
            select(RateTable)
            .where(RateTable.workshop_id.is_not_distinct_from(workshop_id))
            .order_by(RateTable.version.desc())
        )
    )


def rates_of(table: RateTable) -> Rates:
    """A stored table as rules know it."""
    return Rates(
        bands=tuple(table.bands),
        roles={
            role: RoleRates(Basis(table.rates[role][0]), tuple(table.rates[role][1]))
            for role in ROLES
            if role in table.rates
        },
        least_weight=table.least_weight,
        weighted=table.weighted,
        currency=table.currency,
    )


def band_number(rates: Rates, band: str | None) -> int | None:
    """The place of a band in a table by its words; the only one there is if none was chosen."""
    if len(rates.bands) == 1:
        return 0
    return rates.bands.index(band) if band in rates.bands else None


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
    settled = as_settled(settled_claims(workshop.id, [person.id for person in people], asking))
    for person in people:
        given = before.get(("person", person.id), 0)
        part = DecidedPart(
            person.role or "participant",
            band_number(rates, person.band),
            bool(person.waived),
            person.extra_cents or 0,
        )
        elsewhere = paid_elsewhere(settled, person.id, workshop.id)
        # Who was taken off the roster is due nothing, but may have been given something.
        there = () if person.removed else sittings.get(person.id, ())
        owed = due(rates, part, there, elsewhere)
        if owed.days or given or elsewhere:
            rows.append(
                DraftRow(
                    public_id=person.public_id,
                    person_id=person.id,
                    payee_id=None,
                    name=person.chosen_name,
                    letter=person.letter,
                    part=part,
                    reason=person.reason or "",
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
        Claim(draft_row.person_id, day, found.id)
        for draft_row in rows
        if draft_row.person_id is not None and (draft_row.due.cents or draft_row.undecided)
        for day in draft_row.due.days
    }


def _sittings(session: Session, register_id: int) -> tuple[dict[int, list[Sitting]], list[date]]:
    """By person, the closed sessions in which her mark counts for something; and the day of each
    session. Nothing is due of a session that has not begun, however its register stands."""
    now = utc_now()
    days = {
        line.id: to_local(line.starts_at).date()
        for line in session.execute(
            select(Slot.id, Slot.starts_at)
            .where(Slot.register_id == register_id, Slot.starts_at <= now)
            .order_by(Slot.starts_at, Slot.id)
        )
    }
    sittings: dict[int, list[Sitting]] = {}
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
        sittings.setdefault(person, []).append(Sitting(days[slot], weight))
    return sittings, list(days.values())


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


def _people(session: Session, workshop: Workshop, given: Collection[int]) -> Sequence[Any]:
    """People on the roster, and what was decided of each, if anything was."""
    return session.execute(
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
            RosterEntry.removed_at.is_not(None).label("removed"),
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
    ).all()


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
