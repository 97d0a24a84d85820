"""A published course, people, and a workshop with a trainer."""

from dataclasses import dataclass
from datetime import date, time, timedelta

import pytest

from kash.attendance.models import Slot
from kash.people.models import Group, Organisation, Person, Posting
from kash.people.rules.persons import sort_name
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.web.formats import local_today
from kash.policy import Actor
from kash.training.models import Course, CourseVersion, Module, SessionPlan
from kash.workshops.models import Workshop
from kash.workshops.services.people import enrol
from kash.workshops.services.planning import WorkshopDetails, plan_workshop

FIRST_DAY = date(2026, 11, 17)
SECOND_DAY = date(2026, 11, 18)


def in_days(first: int, last: int | None = None) -> dict[str, date]:
    """The first and last day of a workshop that begins in so many days; counted from the present,
    since a waiting list moves with the clock."""
    begins = local_today() + timedelta(days=first)
    return {
        "starts_on": begins,
        "ends_on": begins + timedelta(days=1 if last is None else last - first),
    }


def make_version(minutes: tuple[int, ...] = (90, 90, 90, 90), state: str = "published") -> str:
    """A course version with one module; returns its public id."""
    version = CourseVersion(
        course=Course(name=f"Course {new_public_id()}"),
        number=1,
        language="en",
        public_title="Working Together",
        state=state,
        modules=[
            Module(
                position=1,
                title="Module",
                plans=[
                    SessionPlan(position=number, title=f"Session {number}", minutes=length)
                    for number, length in enumerate(minutes, start=1)
                ],
            )
        ],
    )
    db.session.add(version)
    db.session.commit()
    public_id = version.public_id
    db.session.rollback()
    return public_id


def make_person(name: str, letter: str = "B", *, minor: bool = False, station: str = "") -> str:
    """A person of a group; returns the public id."""
    group = db.session.query(Group).filter_by(letter=letter).one()
    person = Person(
        chosen_name=name,
        sort_name=sort_name(name),
        group_id=group.id,
        minor=minor,
        created_by="system",
    )
    if station:
        organisation = db.session.query(Organisation).filter_by(name=station).one_or_none()
        organisation = organisation or Organisation(name=station, kind="station")
        person.postings = [Posting(organisation=organisation, since=date(2026, 1, 1))]
    db.session.add(person)
    db.session.commit()
    public_id = person.public_id
    db.session.rollback()
    return public_id


@dataclass
class Held:
    """A planned workshop and the trainer who runs it."""

    workshop: str
    trainer: Actor

    @property
    def row(self) -> Workshop:
        return db.session.query(Workshop).filter_by(public_id=self.workshop).one()

    @property
    def row_version(self) -> int:
        return self.row.row_version

    @property
    def register(self) -> str:
        return self.row.register.public_id


def put_ahead(workshop: Workshop, *positions: int) -> None:
    """Have closed sessions begin in two days, as if somebody had closed them ahead of time."""
    db.session.rollback()
    for slot in db.session.query(Slot).filter_by(register_id=workshop.register_id):
        if slot.position in positions:
            slot.starts_at = utc_now() + timedelta(days=2, hours=slot.position)
    db.session.commit()
    db.session.rollback()


def details(**changes: object) -> WorkshopDetails:
    given: dict[str, object] = {
        "title": "Kisumu Central",
        "starts_on": FIRST_DAY,
        "ends_on": SECOND_DAY,
        "day_starts_at": time(8, 30),
        "day_ends_at": time(16, 30),
    }
    return WorkshopDetails(**(given | changes))  # type: ignore[arg-type]


@pytest.fixture
def plan(app, actor):
    """`plan(capacity=…)` makes a workshop of four sessions over two days, run by a new trainer."""

    def make(
        *, minutes: tuple[int, ...] = (90, 90, 90, 90), by: Actor | None = None, **changes: object
    ) -> Held:
        trainer = by or actor("trainer", name="Amani Mfano")
        made = plan_workshop(make_version(minutes), details(**changes), trainer)
        return Held(made, trainer)

    return make


@pytest.fixture
def held(plan):
    """One such workshop with three people on its register."""
    made = plan()
    for name, letter in (("Zawadi", "B"), ("Baraka", "A"), ("Faraja", "B")):
        enrol(made.workshop, make_person(f"{name} Sampuli", letter), made.trainer)
    return made
