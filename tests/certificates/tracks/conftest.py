"""A held workshop with its people, and a track over its course."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kash.certificates.tracks.leaf_kinds import LeafQuestion
from kash.certificates.tracks.models import TrackVersion
from kash.certificates.tracks.queries.certifying import fulfilled
from kash.certificates.tracks.rules.tree import Leaf, Renewal, SomeOf, all_of
from kash.certificates.tracks.services.tracks import (
    TrackDetails,
    add_track,
    propose,
    publish,
    start_version,
    write_version,
)
from kash.certificates.tracks.services.visits import SeenTogether, enter
from kash.people.models import Person
from kash.platform.database import db
from kash.policy import Actor
from tests.certificates.conftest import ALL, LITTLE, MOST, Ready, ready  # noqa: F401
from tests.workshops.conftest import Held, held, plan  # noqa: F401

TODAY = datetime.now(ZoneInfo("Africa/Nairobi")).date()
PRACTICE = Leaf.of("practicum", count=2)


@dataclass
class Tracked:
    """A track, and who writes, publishes and keeps it."""

    track: str
    version: str
    ready: Ready
    course: str

    @property
    def trainer(self) -> Actor:
        return self.ready.trainer

    @property
    def director(self) -> Actor:
        return self.ready.director

    @property
    def row(self) -> TrackVersion:
        db.session.rollback()
        return db.session.query(TrackVersion).filter_by(public_id=self.version).one()

    def person(self, name: str) -> str:
        db.session.rollback()
        return self.ready.person(name)

    def write(self, *parts: Leaf | SomeOf, renewal: Renewal | None = None) -> None:
        tree = all_of(*parts)
        write_version(self.version, tree, renewal, self.row.row_version, by=self.trainer)

    def publish(self, *parts: Leaf | SomeOf, renewal: Renewal | None = None) -> None:
        self.write(*parts, renewal=renewal)
        propose(self.version, by=self.trainer)
        publish(self.version, by=self.director)

    def next_draft(self, *parts: Leaf | SomeOf) -> None:
        self.version = start_version(self.track, by=self.trainer)
        self.write(*parts)

    def next_version(self, *parts: Leaf | SomeOf) -> str:
        self.version = start_version(self.track, by=self.trainer)
        self.publish(*parts)
        return self.version

    def hours(self, share: int = 75) -> Leaf:
        return Leaf.of("hours", course=self.course, share=share, versions=())

    def saw(self, kind: str, *names: str, about: str = "", amount: int = 1, ago: int = 5) -> None:
        day = TODAY - timedelta(days=ago)
        seen = SeenTogether(kind, about, day, self.director.public_id)
        enter(seen, {self.person(name): amount for name in names}, by=self.trainer)

    def fulfil(self, *parts: Leaf | SomeOf, asked: LeafQuestion | None = None) -> dict[str, date]:
        """Names of who fulfils a tree, with the days: the same whether everybody is asked about, or
        each by her key."""
        db.session.rollback()
        tree, keys = all_of(*parts), self.keys()
        asked = asked or LeafQuestion(TODAY)
        done = fulfilled(db.session(), tree, asked)
        assert fulfilled(db.session(), tree, replace(asked, people=[*keys.values()])) == done
        return {name: done[key] for name, key in keys.items() if key in done}

    def keys(self) -> dict[str, int]:
        return {one.chosen_name: one.id for one in db.session.query(Person).all()}


@pytest.fixture
def tracked(ready):  # noqa: F811
    """A track with an empty draft, whose certificate is that of the workshop's course."""
    course = ready.workshop.version.course.public_id
    db.session.rollback()
    track, draft = add_track(
        TrackDetails("Peer educator", "Mwelimisha rika", course=course), by=ready.trainer
    )
    return Tracked(track, draft, ready, course)
