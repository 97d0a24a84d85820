"""Days that one person claims in two workshops."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kash.payouts.models import PayoutDay, PayoutLine, PayoutList, SettledClaim
from kash.payouts.rules.claims import Claim, Double, Settled, doubles
from kash.payouts.rules.steps import NOT_GIVEN
from kash.people.models import Group, Person
from kash.platform.database import db
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
    return {Double(row.day, row.person_id, row.first_id, row.second_id): row for row in rows}


def as_settled(rows: dict[Double, SettledClaim]) -> dict[Double, Settled]:
    """The same as rules know it."""
    return {double: Settled(row.keeps_id) for double, row in rows.items()}


@dataclass(frozen=True)
class DoubleClaim:
    """A double claim as the page of one of its workshops shows it.

    Of the other workshop no more than its title: whoever runs this one has the person on her own
    list. `here` says that this workshop claims the day now, `there` that the other does.
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
        for double, row in settled.items()
        if row.keeps_id is not None and row.keeps_id != workshop.id
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
        row.id: row
        for row in asking.execute(
            select(Person.id, Person.public_id, Person.chosen_name, Group.letter)
            .join(Group, Group.id == Person.group_id)
            .where(Person.id.in_({double.person for double in twice}))
        )
    }
    others = {double.other(workshop.id) for double in twice}
    titles = {
        row.id: row
        for row in asking.execute(
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
    found: dict[date, set[int]] = {}
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
        found.setdefault(day, set()).add(person or 0)
    return found
