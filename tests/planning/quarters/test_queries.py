"""Proposals, their lines and what is planned for stations, beside rows that just don't count."""

from datetime import date, datetime, time
from typing import Any

import pytest

from kash.certificates.coverage.queries import COURSE, Subject
from kash.certificates.models import CertificateBatch
from kash.people.models import Group, Organisation, Person, Posting, Venue
from kash.planning.quarters.models import QuarterLine, QuarterProposal
from kash.planning.quarters.queries import (
    StationRow,
    accepted_lines,
    line,
    lines_of,
    names_for,
    plannable_subjects,
    proposal,
    proposal_list,
    station_rows,
    stored,
    versions_of,
)
from kash.planning.quarters.rules import Hindering, QuarterHindrance
from kash.platform.web.errors import NotFound
from kash.platform.web.formats import from_local
from kash.policy import SYSTEM
from kash.training.models import Course, CourseVersion
from kash.workshops.models import Enrolment, Workshop
from kash.workshops.other_events import EventQuestion, HoldsEvents, OtherEvent
from tests.declaring import also_declared
from tests.rows import DAY, NOW, TODAY, row

pytestmark = pytest.mark.usefixtures("as_it_was")


def _proposal(last: date = TODAY) -> QuarterProposal:
    return row(
        QuarterProposal,
        first=TODAY - 90 * DAY,
        last=last,
        weekdays=[0],
        day_starts_at=time(8),
        day_ends_at=time(16),
        trainers=2,
    )


def _line(of: QuarterProposal, group: Group, state: str = "open", **more: Any) -> QuarterLine:
    told = {"days": 1, "people": 9, "stations": [], "workshop": None, "venue": None}
    return row(QuarterLine, proposal=of, group=group, state=state, **(told | more))


def test_lines_stand_by_their_days_and_the_latest_proposal_first(sqlite_app):
    group = row(Group)
    own, other, empty = _proposal(), _proposal(TODAY + DAY), _proposal(TODAY - DAY)
    place: dict[str, Any] = {"venue": row(Venue), "team": ["atieno"]}
    lines = [
        _line(own, group, first=None),
        _line(own, group, "accepted", first=TODAY + DAY, **place),
        _line(own, group, "rejected", first=TODAY, **place),
        _line(own, group, first=TODAY - DAY, **place),
        _line(own, group, "accepted", first=TODAY + DAY, **place),
        # Fixed, and without a place all the same.
        _line(own, group, first=TODAY + 2 * DAY, venue=place["venue"], team=[]),
    ]
    strange = _line(other, group, "rejected", first=TODAY)
    assert lines_of(own) == [lines[3], lines[2], lines[1], lines[4], lines[5], lines[0]]
    assert accepted_lines(own) == [lines[1], lines[4]]
    assert line(own, lines[0].public_id) == lines[0]
    with pytest.raises(NotFound):
        line(own, strange.public_id)
    assert proposal(own.public_id) == own
    with pytest.raises(NotFound):
        proposal("nowhere")
    with sqlite_app.test_request_context("/"):
        rows = [
            (one.public_id, one.last, one.lines, one.placed, one.accepted)
            for one in proposal_list()
        ]
    assert rows == [
        (other.public_id, other.last, 0, 0, 0),
        (own.public_id, own.last, 5, 3, 2),
        (empty.public_id, empty.last, 0, 0, 0),
    ]


def test_courses_with_certificates_come_before_those_that_are_new():
    courses = [row(Course, name=name) for name in ("beta", "Alpha", "Issued", "Draft")]
    versions = [
        row(CourseVersion, course=courses[at], number=number, state=state)
        for at, number, state in (
            (0, 1, "published"),
            (0, 3, "published"),
            (0, 2, "draft"),
            (1, 1, "published"),
            (2, 1, "published"),
            (3, 1, "draft"),
        )
    ]
    row(CertificateBatch, workshop=row(Workshop, version=versions[4]), issued_at=NOW)

    def told(at: int) -> Subject:
        one = courses[at]
        key, public_id = one.id, one.public_id
        return Subject(COURSE, key, public_id, one.name, course=key, course_id=public_id)

    assert plannable_subjects() == [told(2), told(1), told(0)]
    assert versions_of(courses[0].id) == [versions[1], versions[0]]


def test_what_is_planned_for_a_station_is_taken_off_its_need(groups):
    police = groups[0]
    course = row(Course)
    version, other = (row(CourseVersion, course=one) for one in (course, row(Course)))
    stations = [
        row(Organisation, kind="station", name=name, group=police, place="")
        for name in ("Alpha", "Beta", "Gamma")
    ]
    ids = [one.public_id for one in stations]
    people = []
    for at, officers in enumerate((3, 5, 4)):
        for _each in range(officers):
            person = row(Person, group=police)
            people.append(person)
            row(
                Posting,
                person_id=person.id,
                organisation_id=stations[at].id,
                since=TODAY - 90 * DAY,
                until=None,
            )
    own = _proposal()

    def workshop(ends: date, of: CourseVersion = version, state: str = "planned") -> Workshop:
        return row(Workshop, version=of, starts_on=ends, ends_on=ends, state=state)

    def keep(held: Workshop | None, at: int, count: int, **more: Any) -> None:
        of = more.pop("of", _proposal())
        used = more.pop("version", version)
        stored = [[ids[at], count]]
        _line(of, police, version=used, stations=stored, workshop=held, **more)

    to_come = workshop(TODAY)
    keep(to_come, 0, 1, state="accepted")
    for person, state in zip(
        people[:5], ("invited", "confirmed", "declined", "waiting", "withdrawn"), strict=True
    ):
        row(Enrolment, workshop_id=to_come.id, person_id=person.id, state=state)
    for held in (workshop(TODAY - DAY), workshop(TODAY, other), workshop(TODAY, state="cancelled")):
        keep(held, 1, 9, state="accepted")
        row(Enrolment, workshop_id=held.id, person_id=people[5].id, state="confirmed")
    keep(None, 2, 2, of=own)
    keep(None, 2, 1, of=own)
    keep(None, 2, 9, of=own, state="rejected")
    keep(None, 2, 9, of=own, version=other)
    keep(None, 2, 9)
    subject = Subject(
        COURSE, course.id, course.public_id, course.name, "", course.id, course.public_id
    )
    rows = station_rows(own, subject, police, TODAY)
    assert rows == [
        StationRow(ids[1], "Beta", "", 5, 1, 0),
        StationRow(ids[0], "Alpha", "", 3, 2, 0),
        StationRow(ids[2], "Gamma", "", 4, 0, 3),
    ]
    assert [one.left for one in rows] == [4, 1, 1]


def test_titles_of_other_events_are_asked_for_on_the_days_of_what_is_no_workshop_alone():
    asked: list[tuple[datetime, datetime]] = []

    def events(question: EventQuestion) -> list[OtherEvent]:
        asked.append((question.begins, question.ends))
        return [
            OtherEvent(key, f"Forum {key}", "", (), NOW, 60) for key in ("in the way", "elsewhere")
        ]

    held = row(Workshop, title="Kisumu Central")
    hindrances = [
        QuarterHindrance(Hindering.ENGAGED, "", held.public_id, TODAY - 9 * DAY),
        QuarterHindrance(Hindering.BOOKED, "", "in the way", TODAY),
        QuarterHindrance(Hindering.SENT, "", "called off"),
    ]
    kept = _line(_proposal(), row(Group), hindrances=stored(hindrances))
    with also_declared(HoldsEvents(events), without=HoldsEvents):
        assert names_for([kept], SYSTEM).events == {
            held.public_id: "Kisumu Central",
            "in the way": "Forum in the way",
        }
    assert asked == [(from_local(TODAY, time.min), from_local(TODAY + DAY, time.min))]
