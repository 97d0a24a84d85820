"""A programme with two stations, two trainers and a hall, and a proposal for the next quarter."""

from dataclasses import dataclass
from datetime import date, time, timedelta

import pytest

from kash.people.models import Group, Organisation, Venue
from kash.planning.quarters import queries
from kash.planning.quarters.models import QuarterLine
from kash.planning.quarters.rules import quarter_of
from kash.planning.quarters.services import (
    Added,
    PlacesWanted,
    ProposalDetails,
    add_workshops,
    make_proposal,
)
from kash.platform.database import db
from kash.platform.web.formats import local_today
from kash.policy import Actor
from kash.training.models import CourseVersion
from tests.workshops.conftest import make_person, make_version


@dataclass
class Quarter:
    """A proposal and all that it is made of."""

    proposal: str
    version: str
    course: str
    group: str
    stations: list[str]
    hall: str
    atieno: Actor
    juma: Actor
    director: Actor

    @property
    def first(self) -> date:
        return quarter_of(local_today()).following.first

    @property
    def row_version(self) -> int:
        db.session.rollback()
        return queries.proposal(self.proposal).row_version

    def add(self, *places: int, most: int = 24) -> Added:
        """Workshops for so many people of each station, in order."""
        db.session.rollback()
        asked = dict(zip(self.stations, places, strict=False))
        wanted = PlacesWanted(self.version, self.group, asked, 1, most, 10)
        return add_workshops(self.proposal, wanted, by=self.atieno)

    def lines(self, state: str = "open") -> list[QuarterLine]:
        db.session.rollback()
        found = queries.lines_of(queries.proposal(self.proposal))
        return [one for one in found if one.state == state]


@pytest.fixture
def quarter(app, actor):
    version = make_version()
    make_person("Zawadi Sampuli")
    course = db.session.query(CourseVersion).filter_by(public_id=version).one().course.public_id
    group = db.session.query(Group).order_by(Group.id).first()
    assert group is not None
    stations = [
        Organisation(name=name, kind="station", place="Kisumu West", group_id=group.id)
        for name in ("Kondele", "Central")
    ]
    hall = Venue(name="Sample Hall", seats=40)
    db.session.add_all([*stations, hall])
    db.session.commit()
    letter, ids, hall_id = group.letter, [one.public_id for one in stations], hall.public_id
    trainer = actor("trainer", name="Atieno")
    found = Quarter(
        "",
        version,
        course,
        letter,
        ids,
        hall_id,
        trainer,
        actor("trainer", name="Juma"),
        actor("director", name="Subira"),
    )
    last = found.first + timedelta(days=89)
    details = ProposalDetails(found.first, last, [0, 1, 2, 3, 4], time(8, 30), time(16, 30), 2, 90)
    db.session.rollback()
    found.proposal = make_proposal(details, by=trainer)
    return found
