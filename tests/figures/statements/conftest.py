"""Workshops with facts of completion, written straight into tables, and funders who paid them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest

from kash.attendance.models import Register
from kash.figures.indicators.models import Completion
from kash.figures.indicators.rules import Period, read_period
from kash.figures.statements import services as asking
from kash.figures.statements.models import Statement
from kash.figures.statements.queries import statement
from kash.figures.statements.services import approve, freeze, propose, send
from kash.figures.statements.solving.child import answer_to
from kash.people.models import Group, Organisation, Person
from kash.people.rules.persons import sort_name
from kash.platform.database import Base, db
from kash.policy import Actor
from kash.training.models import CourseVersion
from kash.workshops.models import Funder, Funding, Workshop
from tests.workshops.conftest import make_version

Q1, Q2 = read_period("2025-Q1"), read_period("2025-Q2")


@dataclass
class Programme:
    """A programme with two groups, two funders and an officer of monitoring."""

    groups: tuple[Group, Group]
    funders: dict[str, str]
    version: int
    course: int
    station: int
    monitoring: Actor
    director: Actor
    made: int = 0
    day: date = date(2025, 3, 9)

    def add(self, *rows: Base) -> None:
        db.session.add_all(rows)
        db.session.flush()

    def workshop(self, day: date, *payers: str) -> int:
        """A workshop that ended on a day, paid in equal parts."""
        register = Register(purpose="workshop")
        self.add(register)
        row = Workshop(
            version_id=self.version,
            register_id=register.id,
            title="Working together",
            starts_on=day,
            ends_on=day,
            created_by="system",
        )
        self.add(row)
        for name in payers:
            funder = db.session.query(Funder).filter_by(name=name).one()
            share = 100 // len(payers)
            self.add(Funding(workshop_id=row.id, funder_id=funder.id, share=share))
        db.session.commit()
        return row.id

    def completed(
        self, workshop: int, count: int, *, police: bool = False, sex: str = "female", age: str = ""
    ) -> list[int]:
        """So many more people who completed it; their keys."""
        held = db.session.get_one(Workshop, workshop)
        day, keys = held.ends_on, []
        group = self.groups[0 if police else 1]
        for _one in range(count):
            self.made += 1
            name = f"Person {self.made}"
            person = Person(
                chosen_name=name, sort_name=sort_name(name), group_id=group.id, created_by="system"
            )
            self.add(person)
            keys.append(person.id)
            self.add(
                Completion(
                    workshop_id=workshop,
                    person_id=person.id,
                    course_id=self.course,
                    held_on=day,
                    completed_on=day,
                    minutes=360,
                    percentage=100,
                    met=True,
                    group_id=group.id,
                    sex=sex,
                    age_band=age,
                    organisation_id=self.station if police else None,
                )
            )
        db.session.commit()
        return keys

    def frozen(self, funder: str = "Amber", period: Period = Q1, **asked: bool) -> str:
        """A statement that was frozen."""
        made = freeze(self.funders[funder], period, self.monitoring, **asked)
        db.session.rollback()
        return made

    def agreed(self, funder: str = "Amber", period: Period = Q1, **asked: bool) -> str:
        """A statement that was approved."""
        made = self.frozen(funder, period, **asked)
        propose(made, self.monitoring)
        approve(made, self.read(made).digest, self.director)
        return made

    def sent(self, funder: str = "Amber", period: Period = Q1, **asked: bool) -> str:
        """A statement that was sent."""
        made = self.agreed(funder, period, **asked)
        send(made, self.monitoring)
        db.session.rollback()
        return made

    def read(self, public_id: str) -> Statement:
        """A statement as staff read it."""
        return statement(public_id, self.monitoring)


def _programme(actor: Callable[..., Actor]) -> Programme:
    version = db.session.query(CourseVersion).filter_by(public_id=make_version()).one()
    course = version.course_id
    station = Organisation(name="Kondele", kind="station")
    first, second = db.session.query(Group).order_by(Group.position).all()
    funders = [Funder(name="Amber"), Funder(name="Birch")]
    db.session.add_all([station, *funders])
    db.session.flush()
    made = Programme(
        (first, second),
        {one.name: one.public_id for one in funders},
        version.id,
        course,
        station.id,
        actor("monitoring"),
        actor("director"),
    )
    db.session.commit()
    return made


@pytest.fixture
def programme(app, actor, monkeypatch):
    """A programme without a workshop yet. The solver answers here: a child takes as long to start
    as all the rest, and is asked in `test_solving`."""
    monkeypatch.setattr(asking, "_asked", lambda asked: answer_to(json.loads(json.dumps(asked))))
    return _programme(actor)


@pytest.fixture
def held(programme):
    """A quarter in which Amber paid alone, and one workshop together with Birch."""
    alone = programme.workshop(date(2025, 2, 10), "Amber")
    both = programme.workshop(date(2025, 3, 3), "Amber", "Birch")
    programme.completed(alone, 2, police=True, sex="male")
    programme.completed(alone, 12, sex="female", age="18-24")
    programme.completed(alone, 9, sex="female", age="25-34")
    programme.completed(both, 8, sex="male", age="18-24")
    programme.completed(both, 3, sex="male", age="25-34")
    programme.completed(both, 20, sex="male", age="35-44")
    programme.completed(both, 10, sex="female", age="35-44")
    return programme
