"""People who take part, those who could, and what each attended. Seats: the programme's rules, how
the waiting list stands, and how many came before. Workshops as they are to be: saved ones, and
such as stand in a form that is not saved yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True)
class EnrolledPerson:
    """A person in a workshop, as the list of people shows her."""

    enrolment: str
    person: str
    name: str
    group: str
    letter: str
    station: str
    state: EnrolmentState
    walk_in: bool
    place_in_queue: int
    minor: bool
    offer_until: datetime | None = None
    lapsed: bool = False


def _station() -> Any:
    return (
        select(Organisation.name)
        .join(Posting, Posting.organisation_id == Organisation.id)
        .where(Posting.person_id == Person.id, Posting.is_open)
        .correlate(Person)
        .scalar_subquery()
    )


def people_in(workshop: Workshop, states: Sequence[EnrolmentState]) -> list[EnrolledPerson]:
    """Everybody whose enrolment is in one of these states: the queue in its order, else by name."""
    queue = func.row_number().over(
        partition_by=Enrolment.state, order_by=(Enrolment.queued_at, Enrolment.id)
    )
    rows = db.session.execute(
        select(
            Enrolment.public_id,
            Person.public_id,
            Person.chosen_name,
            Group.name,
            Group.letter,
            func.coalesce(_station(), ""),
            Enrolment.state,
            func.coalesce(RosterEntry.walk_in, False),
            queue,
            Person.minor,
            Enrolment.offer_until,
            Enrolment.offer_lapsed_at,
        )
        .join(Person, Person.id == Enrolment.person_id)
        .join(Group, Group.id == Person.group_id)
        .outerjoin(RosterEntry, RosterEntry.id == Enrolment.roster_entry_id)
        .where(
            Enrolment.workshop_id == workshop.id,
            Enrolment.state.in_([str(state) for state in states]),
        )
        .order_by(case((Enrolment.state == "waiting", queue), else_=0), Person.sort_name, Person.id)
    )
    return [
        EnrolledPerson(
            row[0],
            row[1],
            row[2],
            row[3],
            row[4],
            row[5],
            EnrolmentState(row[6]),
            bool(row[7]),
            row[8],
            row[9],
            row[10],
            row[11] is not None,
        )
        for row in rows
    ]


@dataclass(frozen=True)
class OnePlace:
    """One person's place in a workshop, and in how many of its sessions she is marked."""

    enrolment: str
    person: str
    name: str
    group: str
    state: EnrolmentState
    marked: int


def place_of(workshop: Workshop, enrolment: str) -> OnePlace:
    """An enrolment, fetched through its workshop. Raises NotFound."""
    marked = (
        select(func.count(Mark.id))
        .join(Slot, Slot.id == Mark.slot_id)
        .where(Slot.register_id == workshop.register_id, Mark.person_id == Enrolment.person_id)
        .correlate(Enrolment)
        .scalar_subquery()
    )
    row = one_or_404(
        db.session.execute(
            select(Enrolment.state, Person.public_id, Person.chosen_name, Group.name, marked)
            .join(Person, Person.id == Enrolment.person_id)
            .join(Group, Group.id == Person.group_id)
            .where(Enrolment.workshop_id == workshop.id, Enrolment.public_id == enrolment)
        ).first()
    )
    return OnePlace(enrolment, row[1], row[2], row[3], EnrolmentState(row[0]), row[4])


def states_in(found: Workshop) -> dict[str, EnrolmentState]:
    """How everybody stands to a workshop, by the public ids of persons."""
    rows = db.session.execute(
        select(Person.public_id, Enrolment.state)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(Enrolment.workshop_id == found.id)
    )
    return {person: EnrolmentState(state) for person, state in rows}


def people_expected(found: Workshop) -> Select[int]:
    """The ids of the people who are invited, wait or have a seat."""
    return select(Enrolment.person_id).where(
        Enrolment.workshop_id == found.id,
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


@dataclass(frozen=True)
class PeopleCount:
    """How many people stand how to a workshop; confirmed ones also by group name."""

    by_state: Mapping[EnrolmentState, int]
    by_group: Sequence[tuple[str, int]]

    @property
    def confirmed(self) -> int:
        """How many have a seat."""
        return self.by_state.get(EnrolmentState.CONFIRMED, 0)

    @property
    def waiting(self) -> int:
        """How many wait for one."""
        return self.by_state.get(EnrolmentState.WAITING, 0)


def headcount(workshop: Workshop) -> PeopleCount:
    """How many people stand how to a workshop; one query."""
    rows = db.session.execute(
        select(Enrolment.state, Group.name, func.count(Enrolment.id))
        .join(Person, Person.id == Enrolment.person_id)
        .join(Group, Group.id == Person.group_id)
        .where(Enrolment.workshop_id == workshop.id)
        .group_by(Enrolment.state, Group.name, Group.position)
        .order_by(Group.position, Group.name)
    ).all()
    by_state: dict[EnrolmentState, int] = {}
    by_group: dict[str, int] = {}
    for state, group, count in rows:
        by_state[EnrolmentState(state)] = by_state.get(EnrolmentState(state), 0) + count
        if state == "confirmed":
            by_group[group] = by_group.get(group, 0) + count
    return PeopleCount(by_state, list(by_group.items()))


@dataclass(frozen=True)
class PersonToEnrol:
    """Someone found by name: who, and how she stands to this workshop already."""

    public_id: str
    name: str
    letter: str
    station: str
    state: EnrolmentState | None
    minor: bool


def people_to_enrol(workshop: Workshop, actor: Actor, text: str) -> list[PersonToEnrol]:
    """People found by name, with nothing but name, the group's letter and station."""
    candidates = find_people(actor, text)
    if not candidates:
        return []
    more = {
        row.public_id: row
        for row in db.session.execute(
            select(
                Person.public_id,
                Person.minor,
                func.coalesce(_station(), "").label("station"),
                Enrolment.state,
            )
            .outerjoin(
                Enrolment,
                and_(Enrolment.person_id == Person.id, Enrolment.workshop_id == workshop.id),
            )
            .where(Person.public_id.in_([one.public_id for one in candidates]))
        )
    }
    return [
        PersonToEnrol(
            one.public_id,
            one.chosen_name,
            one.letter,
            more[one.public_id].station,
            EnrolmentState(more[one.public_id].state) if more[one.public_id].state else None,
            more[one.public_id].minor,
        )
        for one in candidates
    ]


@dataclass(frozen=True)
class OwnPart:
    """A person's own part in a workshop: how she stands to it, until when a seat is held for her
    answer, and what she attended."""

    state: EnrolmentState
    attended: Presence | None
    offer_until: datetime | None = None


def own_part(workshop: Workshop, person_id: int) -> OwnPart:
    """One person's own enrolment and attendance. Raises NotFound."""
    state, until = one_or_404(
        db.session.execute(
            select(Enrolment.state, Enrolment.offer_until).where(
                Enrolment.workshop_id == workshop.id, Enrolment.person_id == person_id
            )
        ).first()
    )
    stands = until if until is not None and until > utc_now() else None
    return OwnPart(EnrolmentState(state), attended(workshop.register_id).get(person_id), stands)


@dataclass(frozen=True)
class AttendanceRecord:
    """Attendance of a person of a workshop, in minutes weighted by the marks, and in days."""

    person: Person
    minutes: int
    total_minutes: int
    percentage: int
    days: int


def attendance_record(workshop: Workshop, session: Session | None = None) -> list[AttendanceRecord]:
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
    return [
        AttendanceRecord(
            person,
            by_person[person.id].minutes,
            by_person[person.id].total_minutes,
            by_person[person.id].percentage,
            len(by_person[person.id].days),
        )
        for person in people
        if person.id in by_person
    ]


@dataclass(frozen=True)
class OwnWorkshop:
    """A workshop in which a person is or was enrolled, and the minutes that she attended there.

    `history` are the states that she had there, each with its day, the present one last.
    """

    public_id: str
    title: str
    starts_on: date
    ends_on: date
    state: str
    enrolment: EnrolmentState
    minutes: int = 0
    history: Sequence[tuple[EnrolmentState, date]] = ()


def workshops_of_person(person_public_id: str) -> list[OwnWorkshop]:
    """The workshops of one person, latest first."""
    minutes = (
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
    rows = db.session.execute(
        select(
            Workshop.public_id,
            Workshop.title,
            Workshop.starts_on,
            Workshop.ends_on,
            Workshop.state,
            Enrolment.state,
            func.coalesce(minutes, 0),
            Enrolment.history,
        )
        .join(Enrolment, Enrolment.workshop_id == Workshop.id)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Person.public_id == person_public_id)
        .order_by(Workshop.starts_on.desc(), Workshop.id.desc())
        .limit(100)
    )
    return [
        OwnWorkshop(
            row[0],
            row[1],
            row[2],
            row[3],
            row[4],
            EnrolmentState(row[5]),
            int(row[6]) // 100,
            [
                (EnrolmentState(state), to_local(datetime.fromisoformat(moment)).date())
                for state, moment in row[7]
            ],
        )
        for row in rows
    ]


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
    for begins, group, invited, came in rows:
        local = to_local(begins)
        found[group].append(PastTurnout(local.weekday(), local.hour, invited, came))
    return dict(found)


_Span = tuple[datetime, datetime]


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


@dataclass(frozen=True)
class WantedDays:
    """Days of a workshop, and the clock from which and to which each lasts."""

    first: date
    last: date
    day_starts_at: time
    day_ends_at: time


def version_taught(public_id: str) -> tuple[int, int, str] | None:
    """The keys of a published version and of its course, and its public title; None if there is no
    such version. One query."""
    row = db.session.execute(
        select(CourseVersion.id, CourseVersion.course_id, CourseVersion.public_title).where(
            CourseVersion.public_id == public_id, CourseVersion.state == "published"
        )
    ).first()
    return (row[0], row[1], row[2]) if row is not None else None


def wanted_of(workshop: Workshop, session: Session | None = None) -> WantedWorkshop:
    """A workshop as it is saved, or about to be; four queries."""
    asking = session or db.session()
    days = WantedDays(
        workshop.starts_on, workshop.ends_on, workshop.day_starts_at, workshop.day_ends_at
    )
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
            for number, (begins, ends) in enumerate(sorted(spans))
        ]
        return _laid(lengths, days)
    moved = days.first - workshop.starts_on
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
    timetable = lay_into_days(
        teachings, days_between(days.first, days.last), days.day_starts_at, days.day_ends_at
    )
    spans = []
    for place in timetable.placed:
        begins = from_local(place.day, place.starts_at)
        spans.append((begins, begins + timedelta(minutes=place.minutes)))
    return spans or _whole(days)


def _whole(days: WantedDays) -> list[_Span]:
    return [
        (from_local(day, days.day_starts_at), from_local(day, days.day_ends_at))
        for day in days_between(days.first, days.last)
    ]


def _later(moment: datetime, by: timedelta) -> datetime:
    local = to_local(moment)
    return from_local(local.date() + by, local.time())
