"""Stations whose officers were in a workshop, and cases at them."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest

from kash.attendance.models import Register
from kash.figures.indicators.models import Completion
from kash.figures.trends.rules import window
from kash.incidents.rules.parts import Happening, Party, Place
from kash.incidents.rules.record import Record
from kash.people.models import Group, Organisation, Person
from kash.platform.database import db
from kash.platform.web.formats import local_today
from kash.training.models import CourseVersion
from kash.workshops.models import Workshop
from tests.conftest import AMember
from tests.incidents.filed_cases import filed
from tests.workshops.conftest import make_version


@dataclass
class Desk:
    """Somebody who keeps the cases, and stations by name. Day 0 is the first that is counted."""

    member: AMember
    stations: dict[str, str] = field(default_factory=dict)

    def day(self, number: int) -> date:
        return window(local_today()).starts[0] + timedelta(days=number)

    def station(self, name: str, ward: str = "") -> str:
        place = Organisation(name=name, kind="station", place=ward)
        db.session.add(place)
        db.session.commit()
        self.stations[name] = place.public_id
        return place.public_id

    def case(
        self,
        number: int,
        *,
        by: str = "police",
        station: str = "",
        ward: str = "",
        state: str = "verified",
        **more: object,
    ) -> str:
        """A case of that day; the kind of party that did it is empty if nobody knows."""
        parties = [Party(id="x1", kind=by, station=self.stations.get(station, ""))] if by else []
        record = Record(
            parties=parties,
            place=Place(ward=ward),
            happening=Happening(begun_on=self.day(number)),
            **more,
        )
        return filed(record, state)

    def workshop(self, station: str, day: date, officers: int, *, met: bool = True) -> None:
        """A workshop that ended on a day, with so many officers of a station."""
        session = db.session()
        course, workshop = _course_and_workshop(day)
        police = session.query(Group).filter_by(is_police=True).one()
        place = session.query(Organisation).filter_by(public_id=station).one()
        for _number in range(officers):
            person = Person(
                chosen_name="Officer", sort_name="officer", group_id=police.id, created_by="system"
            )
            session.add(person)
            session.flush()
            session.add(
                Completion(
                    workshop_id=workshop,
                    course_id=course,
                    person_id=person.id,
                    held_on=day,
                    completed_on=day,
                    minutes=300,
                    percentage=100,
                    met=met,
                    group_id=police.id,
                    organisation_id=place.id,
                )
            )
        session.commit()


def _course_and_workshop(day: date) -> tuple[int, int]:
    session = db.session()
    version = session.query(CourseVersion).first()
    if version is None:
        version = session.query(CourseVersion).filter_by(public_id=make_version()).one()
    register = Register(purpose="workshop")
    session.add(register)
    session.flush()
    row = Workshop(
        version_id=version.id,
        register_id=register.id,
        title="Working together",
        starts_on=day,
        ends_on=day,
        created_by="system",
    )
    session.add(row)
    session.flush()
    return version.course_id, row.id


@pytest.fixture
def desk(app, a_member):
    return Desk(a_member("documentation"))
