"""Stations, officers posted there, and certificates of a course, written straight into tables."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kash.attendance.models import Register
from kash.certificates.coverage.queries import Subject, subjects
from kash.certificates.models import Certificate, CertificateBatch, CertificateRule
from kash.certificates.services.issuing import set_rule
from kash.people.models import Group, Organisation, Person, Posting
from kash.people.rules.persons import sort_name
from kash.platform.database import Base, db, utc_now
from kash.policy import Actor
from kash.training.models import Course, CourseVersion
from kash.workshops.models import Workshop
from tests.workshops.conftest import make_version

TODAY = datetime.now(ZoneInfo("Africa/Nairobi")).date()


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@dataclass
class Place:
    """A programme with two groups, whose stations and officers a test adds."""

    groups: tuple[Group, Group]
    workshop: int
    rule: int
    director: Actor
    stations: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    issued: int = 0

    def add(self, *rows: Base) -> None:
        db.session.add_all(rows)
        db.session.flush()

    def station(self, name: str, place: str = "", *, group: int = 0, kind: str = "station") -> int:
        row = Organisation(name=name, kind=kind, place=place, group_id=self.groups[group].id)
        self.add(row)
        self.stations[name] = row.id
        return row.id

    def person(
        self,
        name: str,
        station: str,
        *moves: tuple[str, int],
        since: int = 900,
        group: int = 0,
        cadre: str = "",
        minor: bool = False,
        by: str = "system",
    ) -> int:
        """Somebody posted since so many days ago, then moved: to which station, and how many days
        ago; "" is nowhere."""
        row = Person(
            chosen_name=name,
            sort_name=sort_name(name),
            group_id=self.groups[group].id,
            cadre=cadre,
            minor=minor,
            created_by=by,
        )
        self.add(row)
        self.people[name] = row.id
        stays = [(station, since), *moves]
        for (where, first), following in zip(stays, [*stays[1:], None], strict=True):
            if where:
                until = ago(following[1]) if following else None
                self.add(
                    Posting(
                        person_id=row.id,
                        organisation_id=self.stations[where],
                        since=ago(first),
                        until=until,
                    )
                )
        return row.id

    def batch(self, kind: str = "workshop", workshop: int = 0) -> CertificateBatch:
        row = CertificateBatch(
            workshop_id=workshop or self.workshop,
            rule_id=self.rule,
            kind=kind,
            state="issued",
            proposed_by="system",
            issued_at=utc_now(),
        )
        self.add(row)
        return row

    def certify(
        self, name: str, issued: int, last: int | None, batch: CertificateBatch, **more: object
    ) -> Certificate:
        """A certificate issued so many days ago, that holds until so many days ago (negative: still
        to come; None: for ever)."""
        self.issued += 1
        row = Certificate(
            batch_id=batch.id,
            person_id=self.people[name],
            serial=f"S{self.issued:015}",
            printed_name=name,
            public_title="Working Together",
            minutes=360,
            issued_on=ago(issued),
            expires_on=None if last is None else ago(last),
            **more,
        )
        self.add(row)
        return row

    def other_workshop(self) -> int:
        return _workshop()

    @property
    def subject(self) -> Subject:
        return subjects()[0]

    @property
    def police(self) -> Group:
        return self.groups[0]


def _workshop() -> int:
    version = make_version()
    key = db.session.query(CourseVersion.id).filter_by(public_id=version).scalar()
    register = Register(purpose="workshop")
    db.session.add(register)
    db.session.flush()
    row = Workshop(
        version_id=key,
        register_id=register.id,
        title="Working together",
        starts_on=ago(500),
        ends_on=ago(498),
        created_by="system",
    )
    db.session.add(row)
    db.session.flush()
    return row.id


@pytest.fixture
def place(app, groups, actor):
    """A programme with a course of which certificates are issued, and nobody yet."""
    director = actor("director")
    workshop = _workshop()
    db.session.commit()
    set_rule(80, name_must_be_confirmed=True, by=director)
    rule = db.session.query(CertificateRule).one()
    course = db.session.query(Course).one()
    course.name = "Rights and policing"
    first, second = db.session.query(Group).order_by(Group.position).all()
    return Place((first, second), workshop, rule.id, director)
