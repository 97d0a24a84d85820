"""People who take part, those who could, and what each attended. Seats: the programme's rules, how
the waiting list stands, and how many came before. Workshops as they are to be: saved ones, and
such as stand in a form that is not saved yet."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, distinct, func, select
from sqlalchemy.orm import Session, joinedload

from kash.accounts.models import Account, Programme
from kash.attendance.models import Mark, MarkStatus, RosterEntry, Slot
from kash.attendance.queries.registers import attended
from kash.attendance.rules.marking import Presence
from kash.people.models import Group, Organisation, Person, Posting, Venue
from kash.people.queries.search import find_people
from kash.platform.database import db, utc_now
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import from_local, to_local
from kash.policy import Actor
from kash.training.models import CourseVersion
from kash.workshops.models import Enrolment, Facilitator, Workshop, WorkshopSession
from kash.workshops.queries.plan import teachings_of
from kash.workshops.rules import (
    Advice,
    EnrolmentState,
    InQueue,
    PastTurnout,
    SeatRules,
    StayReason,
    Teaching,
    advice_for,
    days_between,
    lay_into_days,
    moving_at,
    seat_rules_from,
    why_nobody_moved,
)


def _station() -> Any:
    station = (
        select(Organisation.name)
        .join(Posting, Posting.organisation_id == Organisation.id)
        .where(Posting.person_id == Person.id, Posting.is_open)
        .correlate(Person)
        .scalar_subquery()
    )
    return func.coalesce(station, "").label("station")


def people_in(workshop: Workshop, states: Sequence[EnrolmentState]) -> Sequence[Any]:
    """Everybody whose enrolment is in one of these states: the queue in its order, else by name."""
    queue = func.row_number().over(
        partition_by=Enrolment.state, order_by=(Enrolment.queued_at, Enrolment.id)
    )
    return db.session.execute(
        select(
            Enrolment.public_id.label("enrolment"),
            Person.public_id.label("person"),
            Person.chosen_name.label("name"),
            Group.name.label("group"),
            Group.letter,
            _station(),
            Enrolment.state,
            func.coalesce(RosterEntry.walk_in, False).label("walk_in"),
            queue.label("place_in_queue"),
            Person.minor,
            Enrolment.offer_until,
            Enrolment.offer_lapsed_at.is_not(None).label("lapsed"),
        )
        .join(Person, Person.id == Enrolment.person_id)
        .join(Group, Group.id == Person.group_id)
        .outerjoin(RosterEntry, RosterEntry.id == Enrolment.roster_entry_id)
        .where(Enrolment.workshop_id == workshop.id, Enrolment.state.in_(map(str, states)))
        .order_by(case((Enrolment.state == "waiting", queue), else_=0), Person.sort_name, Person.id)
    ).all()


def place_of(workshop: Workshop, enrolment: str) -> Any:
    """An enrolment, fetched through its workshop, and in how many sessions she is marked. Raises
    NotFound."""
    marked = (
        select(func.count(Mark.id))
        .join(Slot, Slot.id == Mark.slot_id)
        .where(Slot.register_id == workshop.register_id, Mark.person_id == Enrolment.person_id)
        .correlate(Enrolment)
        .scalar_subquery()
    )
    return one_or_404(
        db.session.execute(
            select(
                Enrolment.public_id.label("enrolment"),
                Person.public_id.label("person"),
                Person.chosen_name.label("name"),
                Group.name.label("group"),
                Enrolment.state,
                marked.label("marked"),
            )
            .join(Person, Person.id == Enrolment.person_id)
            .join(Group, Group.id == Person.group_id)
            .where(Enrolment.workshop_id == workshop.id, Enrolment.public_id == enrolment)
        ).first()
    )


def states_in(workshop: Workshop) -> dict[str, str]:
    """How everybody stands to a workshop, by the public ids of persons."""
    rows = db.session.execute(
        select(Person.public_id, Enrolment.state)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(Enrolment.workshop_id == workshop.id)
    )
    return dict(rows.all())


def people_expected(workshop: Workshop) -> Select[int]:
    """The ids of the people who are invited, wait or have a seat."""
    return select(Enrolment.person_id).where(
        Enrolment.workshop_id == workshop.id,
        Enrolment.state.in_(("invited", "waiting", "confirmed")),
    )


def group_letter(person: str) -> str | None:
    """The letter of the group of a person (public id)."""
    return db.session.scalar(select(Group.letter).join(Person).where(Person.public_id == person))


def place_on_register(workshop: Workshop, person: str) -> tuple[str, str] | None:
    """Roster entry and group letter of a person (public id) who stands on the register."""
    row = db.session.execute(
        select(RosterEntry.public_id, Group.letter)
        .join(Person, Person.id == RosterEntry.person_id)
        .join(Group, Group.id == Person.group_id)
        .where(
            RosterEntry.register_id == workshop.register_id,
            RosterEntry.removed_at.is_(None),
            Person.public_id == person,
        )
    ).first()
    return (row[0], row[1]) if row is not None else None


def headcount(workshop: Workshop) -> dict[str, Any]:
    """How many people are `confirmed` and `waiting`, and stand how (`by_state`); those confirmed
    also by group name (`by_group`). One query."""
    rows = db.session.execute(
        select(Enrolment.state, Group.name, func.count(Enrolment.id))
        .join(Person, Person.id == Enrolment.person_id)
        .join(Group, Group.id == Person.group_id)
        .where(Enrolment.workshop_id == workshop.id)
        .group_by(Enrolment.state, Group.name, Group.position)
        .order_by(Group.position, Group.name)
    ).all()
    by_state: Counter[str] = Counter()
    by_group: Counter[str] = Counter()
    for state, group, people in rows:
        by_state[state] += people
        if state == "confirmed":
            by_group[group] += people
    return {
        "confirmed": by_state["confirmed"],
        "waiting": by_state["waiting"],
        "by_state": by_state,
        "by_group": list(by_group.items()),
    }


def people_to_enrol(workshop: Workshop, actor: Actor, text: str) -> list[Any]:
    """People found by name, with nothing but name, the group's letter, the station and how each
    stands to this workshop already."""
    candidates = [person.public_id for person in find_people(actor, text)]
    if not candidates:
        return []
    rows = {
        row.public_id: row
        for row in db.session.execute(
            select(
                Person.public_id,
                Person.chosen_name.label("name"),
                Group.letter,
                Person.minor,
                _station(),
                Enrolment.state,
            )
            .join(Group, Group.id == Person.group_id)
            .outerjoin(
                Enrolment,
                and_(Enrolment.person_id == Person.id, Enrolment.workshop_id == workshop.id),
            )
            .where(Person.public_id.in_(candidates))
        )
    }
    return [rows[public_id] for public_id in candidates]


def own_part(workshop: Workshop, person_id: int) -> dict[str, Any]:
    """One person's own enrolment: its `state`, until when a seat is held for her answer
    (`offer_until`), and what she `attended`. Raises NotFound."""
    state, until = one_or_404(
        db.session.execute(
            select(Enrolment.state, Enrolment.offer_until).where(
                Enrolment.workshop_id == workshop.id, Enrolment.person_id == person_id
            )
        ).first()
    )
    hers = attended(workshop.register_id).get(person_id)
    stands = until if until is not None and until > utc_now() else None
    return {"state": state, "offer_until": stands, "attended": hers}


def attendance_record(
    workshop: Workshop, session: Session | None = None
) -> list[tuple[Person, Presence]]:
    """Everybody on the roster by name, with the person and her group, and what she attended."""
    asking = session or db.session()
    by_person = attended(workshop.register_id, asking)
    people = asking.scalars(
        select(Person)
        .join(RosterEntry, RosterEntry.person_id == Person.id)
        .options(joinedload(Person.group))
        .where(RosterEntry.register_id == workshop.register_id, RosterEntry.removed_at.is_(None))
        .order_by(Person.sort_name, Person.id)
    )
    return [(person, by_person[person.id]) for person in people if person.id in by_person]


def workshops_of_person(person_public_id: str) -> Sequence[Any]:
    """The workshops of one person, latest first, with the minutes that she attended, and the states
    that she had there, each with its moment, the present one last (`history`)."""
    weighted = (
        select(func.sum(Slot.minutes * MarkStatus.weight))
        .select_from(Mark)
        .join(Slot, Slot.id == Mark.slot_id)
        .join(MarkStatus, MarkStatus.code == Mark.status)
        .where(
            Slot.register_id == Workshop.register_id,
            Slot.starts_at <= utc_now(),
            Mark.person_id == Person.id,
        )
        .correlate(Workshop, Person)
        .scalar_subquery()
    )
    return db.session.execute(
        select(
            Workshop.public_id,
            Workshop.title,
            Workshop.starts_on,
            Workshop.ends_on,
            Workshop.state,
            Enrolment.state.label("enrolment"),
            (func.coalesce(weighted, 0) // 100).label("minutes"),
            Enrolment.history,
        )
        .join(Enrolment, Enrolment.workshop_id == Workshop.id)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Person.public_id == person_public_id)
        .order_by(Workshop.starts_on.desc(), Workshop.id.desc())
        .limit(100)
    ).all()


SEATS = "seats"
# What came long ago says little of what comes now.
_DAYS_BACK, _MOST_WORKSHOPS = 3 * 365, 300


def seat_rules(session: Session | None = None) -> SeatRules:
    """The programme's rules of seats."""
    settings = (session or db.session()).scalar(select(Programme.settings))
    return seat_rules_from((settings or {}).get(SEATS))


def programme_version() -> int:
    """The row version of the programme, which its settings share."""
    return db.session.scalar(select(Programme.version)) or 0


def waiting_in(session: Session, workshop: Workshop) -> Sequence[Enrolment]:
    """Everybody who waits, in the order of the queue, with the persons."""
    return session.scalars(
        select(Enrolment)
        .where(Enrolment.workshop_id == workshop.id, Enrolment.state == "waiting")
        .options(joinedload(Enrolment.person))
        .order_by(Enrolment.queued_at, Enrolment.id)
    ).all()


def as_queue(waiting: Sequence[Enrolment]) -> list[InQueue]:
    """The queue as the rules see it, each by the key of her enrolment."""
    return [
        InQueue(row.id, row.person.minor, row.offer_until, row.offer_lapsed_at is not None)
        for row in waiting
    ]


def starts_at(workshop: Workshop) -> datetime:
    """The moment at which a workshop begins."""
    return from_local(workshop.starts_on, workshop.day_starts_at)


def why_the_list_stands(workshop: Workshop, confirmed: int, now: datetime) -> list[StayReason]:
    """Why nobody on the waiting list of a workshop moved up."""
    queue = as_queue(waiting_in(db.session(), workshop))
    moving = moving_at(now, starts_at(workshop), seat_rules())
    return why_nobody_moved(queue, confirmed, workshop.capacity, moving)


def invitations_advised(workshop: Workshop, today: date) -> list[tuple[str, Advice | None]]:
    """How many of each group (its letter) to invite so that the seats fill, None where too little
    is known; nothing without a number of seats."""
    if not workshop.capacity:
        return []
    past = past_turnouts(today)
    begins = workshop.starts_on.weekday(), workshop.day_starts_at.hour
    return [
        (group.letter, advice_for(past.get(group.id, ()), workshop.capacity, *begins))
        for group in db.session.scalars(select(Group).order_by(Group.position, Group.name))
    ]


def past_turnouts(today: date) -> dict[int, Sequence[PastTurnout]]:
    """Turnout of the latest workshops that are over, by the keys of groups; one query.

    Counted are those who were invited or had a seat, whatever they answered; not those who only
    waited, nor who came to the door uninvited. A workshop without a mark says nothing.
    """
    over = (
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
        .where(MarkStatus.weight > 0, Slot.register_id.in_(select(over.c.register_id)))
        .distinct()
        .subquery()
    )
    rows = db.session.execute(
        select(
            over.c.begins,
            Person.group_id,
            func.count(distinct(Enrolment.id)),
            func.count(came.c.person_id),
        )
        .select_from(over)
        .join(Enrolment, Enrolment.workshop_id == over.c.id)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(RosterEntry, RosterEntry.id == Enrolment.roster_entry_id)
        .outerjoin(
            came,
            (came.c.register_id == over.c.register_id) & (came.c.person_id == Enrolment.person_id),
        )
        .where(
            Enrolment.state != "waiting",
            func.coalesce(RosterEntry.walk_in, False).is_(False),
            over.c.register_id.in_(select(came.c.register_id)),
        )
        .group_by(over.c.id, over.c.begins, Person.group_id)
    )
    turnouts: dict[int, list[PastTurnout]] = defaultdict(list)
    for begins, group, invited, there in rows:
        local = to_local(begins)
        turnouts[group].append(PastTurnout(local.weekday(), local.hour, invited, there))
    return dict(turnouts)


_Span = tuple[datetime, datetime]
# First and last day of a workshop, and the clock from which and to which each day lasts.
WantedDays = tuple[date, date, time, time]


@dataclass(frozen=True)
class WantedWorkshop:
    """A workshop as it is to be: `spans` are from when to when its sessions last, as aware moments;
    `team` and `venue` are public ids. `workshop` is the public id of one that is there, empty for a
    new one."""

    title: str
    spans: Sequence[tuple[datetime, datetime]]
    course_id: int
    team: Sequence[str] = ()
    venue: str = ""
    capacity: int | None = None
    workshop: str = ""


def version_taught(public_id: str) -> tuple[int, int, str] | None:
    """The keys of a published version and of its course, and its public title; None if there is no
    such version. One query."""
    row = db.session.execute(
        select(CourseVersion.id, CourseVersion.course_id, CourseVersion.public_title).where(
            CourseVersion.public_id == public_id, CourseVersion.state != "draft"
        )
    ).first()
    return (row[0], row[1], row[2]) if row is not None else None


def wanted_of(workshop: Workshop, session: Session | None = None) -> WantedWorkshop:
    """A workshop as it is saved, or about to be; four queries."""
    asking = session or db.session()
    days = workshop.starts_on, workshop.ends_on, workshop.day_starts_at, workshop.day_ends_at
    team = asking.scalars(
        select(Account.public_id)
        .join(Facilitator, Facilitator.account_id == Account.id)
        .where(Facilitator.workshop_id == workshop.id)
        .order_by(Facilitator.id)
    ).all()
    venue = asking.scalar(select(Venue.public_id).where(Venue.id == workshop.venue_id))
    course = asking.scalar(
        select(CourseVersion.course_id).where(CourseVersion.id == workshop.version_id)
    )
    return WantedWorkshop(
        workshop.title,
        _spans(asking, workshop) or _whole(days),
        course or 0,
        team,
        venue or "",
        workshop.capacity,
        workshop.public_id,
    )


def spans_of_new(version_id: int, days: WantedDays, *, as_delivered: bool) -> list[_Span]:
    """Spans of the sessions of a version that would be laid into these days, as far as they fit."""
    plans = teachings_of(version_id, as_delivered=as_delivered)
    return _laid([teaching for _plan, teaching in plans], days)


def spans_of_changed(workshop: Workshop, days: WantedDays, *, anew: bool) -> list[_Span]:
    """Spans of the sessions of a workshop on these days: moved along with the first, or laid out
    afresh."""
    spans = _spans(db.session(), workshop)
    if anew:
        lengths = [
            Teaching(str(number), int((ends - begins).total_seconds() // 60))
            for number, (begins, ends) in enumerate(spans)
        ]
        return _laid(lengths, days)
    moved = days[0] - workshop.starts_on
    return [(_later(begins, moved), _later(ends, moved)) for begins, ends in spans] or _whole(days)


def _spans(session: Session, workshop: Workshop) -> list[_Span]:
    return [
        (starts_at, starts_at + timedelta(minutes=minutes))
        for starts_at, minutes in session.execute(
            select(Slot.starts_at, Slot.minutes)
            .join(WorkshopSession, WorkshopSession.slot_id == Slot.id)
            .where(WorkshopSession.workshop_id == workshop.id)
            .order_by(Slot.starts_at, Slot.id)
        )
    ]


def _laid(teachings: Sequence[Teaching], days: WantedDays) -> list[_Span]:
    first, last, begins, ends = days
    timetable = lay_into_days(teachings, days_between(first, last), begins, ends)
    return [
        (start, start + timedelta(minutes=place.minutes))
        for place in timetable.placed
        for start in [from_local(place.day, place.starts_at)]
    ] or _whole(days)


def _whole(days: WantedDays) -> list[_Span]:
    first, last, begins, ends = days
    return [(from_local(day, begins), from_local(day, ends)) for day in days_between(first, last)]


def _later(moment: datetime, by: timedelta) -> datetime:
    local = to_local(moment)
    return from_local(local.date() + by, local.time())
