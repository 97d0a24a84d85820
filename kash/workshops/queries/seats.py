"""Seats: the programme's rules, how the waiting list stands, and how many came before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from kash.accounts.models import Programme
from kash.attendance.models import Mark, MarkStatus, RosterEntry, Slot
from kash.people.models import Group, Person
from kash.platform.database import db
from kash.platform.web.formats import from_local, to_local
from kash.workshops.models import Enrolment, Workshop
from kash.workshops.seating import (
    InQueue,
    SeatRules,
    StayReason,
    moving_at,
    seat_rules_from,
    why_nobody_moved,
)
from kash.workshops.turnout import Advice, PastTurnout, advice_for

SEATS = "seats"
# What came long ago says little of what comes now.
_DAYS_BACK, _MOST_WORKSHOPS = 3 * 365, 300


def seat_rules(session: Session | None = None) -> SeatRules:
    """The programme's rules of seats."""
    kept = (session or db.session()).scalar(select(Programme.settings))
    return seat_rules_from((kept or {}).get(SEATS))


def programme_version() -> int:
    """The row version of the programme, which its settings share."""
    return db.session.scalar(select(Programme.version)) or 0


def waiting_list(workshop: Workshop) -> list[InQueue]:
    """Whoever waits, in the order of the queue."""
    rows = db.session.execute(
        select(Enrolment.id, Person.minor, Enrolment.offer_until, Enrolment.offer_lapsed_at)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.workshop_id == workshop.id, Enrolment.state == "waiting")
        .order_by(Enrolment.queued_at, Enrolment.id)
    )
    return [InQueue(row[0], row[1], row[2], row[3] is not None) for row in rows]


def why_the_list_stands(workshop: Workshop, confirmed: int, now: datetime) -> list[StayReason]:
    """Why nobody on the waiting list of a workshop moved up."""
    begins = from_local(workshop.starts_on, workshop.day_starts_at)
    return why_nobody_moved(
        waiting_list(workshop),
        confirmed,
        workshop.capacity,
        moving_at(now, begins, seat_rules()),
    )


@dataclass(frozen=True)
class GroupAdvice:
    """A group by its letter, and how many of it to invite; None where too little is known."""

    letter: str
    advice: Advice | None


def invitations_advised(workshop: Workshop, today: date) -> list[GroupAdvice]:
    """How many of each group to invite so that the seats fill; none without a number of seats."""
    if not workshop.capacity:
        return []
    past = past_turnouts(today)
    begins = workshop.starts_on.weekday(), workshop.day_starts_at.hour
    return [
        GroupAdvice(group.letter, advice_for(past.get(group.id, ()), workshop.capacity, *begins))
        for group in db.session.scalars(select(Group).order_by(Group.position, Group.name))
    ]


def past_turnouts(today: date) -> dict[int, Sequence[PastTurnout]]:
    """Turnout of the latest workshops that are over, by the keys of groups; one query.

    Counted are those who were invited or had a seat, whatever they answered; not whoever only
    waited, nor who came to the door uninvited. A workshop without a mark says nothing.
    """
    held = (
        select(Workshop.id, Workshop.register_id, func.min(Slot.starts_at).label("begins"))
        .join(Slot, Slot.register_id == Workshop.register_id)
        .where(
            Workshop.state == "planned",
            Workshop.ends_on < today,
            Workshop.ends_on >= today - timedelta(days=_DAYS_BACK),
        )
        .group_by(Workshop.id, Workshop.register_id)
        .order_by(func.min(Slot.starts_at).desc())
        .limit(_MOST_WORKSHOPS)
        .subquery()
    )
    came = (
        select(Slot.register_id, Mark.person_id)
        .join(Mark, Mark.slot_id == Slot.id)
        .join(MarkStatus, MarkStatus.code == Mark.status)
        .where(MarkStatus.weight > 0, Slot.register_id.in_(select(held.c.register_id)))
        .distinct()
        .subquery()
    )
    rows = db.session.execute(
        select(
            held.c.begins,
            Person.group_id,
            func.count(distinct(Enrolment.id)),
            func.count(came.c.person_id),
        )
        .select_from(held)
        .join(Enrolment, Enrolment.workshop_id == held.c.id)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(RosterEntry, RosterEntry.id == Enrolment.roster_entry_id)
        .outerjoin(
            came,
            (came.c.register_id == held.c.register_id) & (came.c.person_id == Enrolment.person_id),
        )
        .where(
            Enrolment.state != "waiting",
            func.coalesce(RosterEntry.walk_in, False).is_(False),
            held.c.register_id.in_(select(came.c.register_id)),
        )
        .group_by(held.c.id, held.c.begins, Person.group_id)
    )
    found: dict[int, list[PastTurnout]] = defaultdict(list)
    for begins, group, invited, attended in rows:
        local = to_local(begins)
        found[group].append(PastTurnout(local.weekday(), local.hour, invited, attended))
    return dict(found)
