"""Workshops that lie across each other, weeks ahead, on days that are no holidays."""

from dataclasses import dataclass, field
from datetime import date, time, timedelta

import pytest
from sqlalchemy import update

from kash.people.models import Person, Venue, Zone
from kash.planning.clashes.queries.checking import check, latest_set, rules_of
from kash.planning.clashes.rules import Clash, ClashKind, ClashRules, SafetyLimits, Weight
from kash.planning.clashes.services import set_rules
from kash.platform.database import Base, db
from kash.platform.web.formats import local_today
from kash.policy import Actor
from kash.training.models import CourseVersion
from kash.workshops.holidays.rules import is_public_holiday
from kash.workshops.models import Workshop
from kash.workshops.queries.people import wanted_of
from kash.workshops.services.people import enrol
from kash.workshops.services.planning import plan_workshop
from tests.workshops.conftest import details, make_person, make_version


def ahead() -> date:
    """A Monday some weeks ahead, the days around which are no holidays."""
    day = local_today() + timedelta(days=35 - local_today().weekday())
    while any(is_public_holiday(day + timedelta(days=near)) for near in range(-1, 6)):
        day += timedelta(days=7)
    return day


@dataclass
class Schedule:
    """A course, two trainers, a director, and what a test plans."""

    atieno: Actor
    juma: Actor
    director: Actor
    version: str = field(default_factory=make_version)
    monday: date = field(default_factory=ahead)

    @property
    def course_id(self) -> int:
        rows = db.session.query(CourseVersion.course_id).filter_by(public_id=self.version)
        return int(rows.scalar())

    def venue(self, name: str, zone: str = "", seats: int | None = None) -> str:
        row = Venue(name=name, seats=seats)
        if zone:
            row.zone = db.session.query(Zone).filter_by(name=zone).one_or_none() or Zone(name=zone)
        self.add(row)
        return str(row.public_id)

    def add(self, *rows: Base) -> None:
        db.session.add_all(rows)
        db.session.commit()

    def plan(self, title: str, by: Actor | None = None, *, day: int = 0, **changes: object) -> str:
        """A workshop of one day, 8:30 to about 15:45, that number of days after the Monday."""
        db.session.rollback()
        wanted = self.monday + timedelta(days=day)
        given: dict[str, object] = {"title": title, "starts_on": wanted, "ends_on": wanted}
        return plan_workshop(self.version, details(**(given | changes)), by or self.atieno)

    def person(self, name: str, letter: str = "B", ward: str = "") -> str:
        made = make_person(name, letter)
        if ward:
            db.session.execute(update(Person).where(Person.public_id == made).values(ward=ward))
            db.session.commit()
        return made

    def enrol(self, workshop: str, *people: str, by: Actor | None = None) -> None:
        for one in people:
            db.session.rollback()
            enrol(workshop, one, by or self.atieno)

    def row(self, workshop: str) -> Workshop:
        db.session.rollback()
        return db.session.query(Workshop).filter_by(public_id=workshop).one()

    def clashes(self, workshop: str, actor: Actor | None = None) -> list[Clash]:
        return list(check(wanted_of(self.row(workshop)), actor or self.director).clashes)

    def kinds(self, workshop: str, actor: Actor | None = None) -> list[str]:
        return [str(one.kind) for one in self.clashes(workshop, actor)]

    def refuse(self, *kinds: ClashKind, **limits: int) -> None:
        db.session.rollback()
        weights = dict.fromkeys(kinds, Weight.ERROR)
        set_rules(ClashRules(weights, SafetyLimits(**limits)), by=self.director)

    def rules(self) -> ClashRules:
        db.session.rollback()
        return rules_of(latest_set())


@pytest.fixture
def schedule(app, actor):
    return Schedule(
        actor("trainer", name="Atieno"),
        actor("trainer", name="Juma"),
        actor("director", name="Subira"),
    )


LATE = {"day_starts_at": time(11, 0), "day_ends_at": time(19, 0)}
