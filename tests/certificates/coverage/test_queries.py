"""Stations, who is posted there, subjects and goals, beside rows that just don't belong."""

import pytest

from kash.certificates.coverage.queries import (
    COURSE,
    TRACK,
    Goal,
    Subject,
    all_groups,
    area_choices,
    area_names,
    cadres,
    goal_of,
    goals_set,
    latest_goal,
    organisation_names,
    stations_of,
    stays_of,
    subjects,
)
from kash.certificates.coverage.rules import Station, StationStay
from kash.certificates.models import CertificateBatch, CoverageGoal
from kash.certificates.tracks.models import Track, TrackVersion
from kash.people.models import Group, Organisation, Person, Posting, Zone
from kash.platform.database import db
from kash.training.models import Course, CourseVersion
from kash.workshops.models import Workshop
from tests.rows import DAY, NOW, TODAY, row

pytestmark = pytest.mark.usefixtures("as_it_was")


def _posted(person: Person, place: Organisation, since: int, until: int | None = None) -> Posting:
    return row(
        Posting,
        person_id=person.id,
        organisation_id=place.id,
        since=TODAY - since * DAY,
        until=None if until is None else TODAY - until * DAY,
    )


def test_stations_are_the_groups_and_those_where_its_people_are(groups):
    police, members = groups
    made = {
        name: row(Organisation, name=name, kind=kind, group=group, place=place)
        for name, kind, group, place in (
            ("beta", "station", police, " Kondele "),
            ("Alpha", "station", None, "Nyalenda"),
            ("House", "collective", police, ""),
            ("Partner", "partner", police, ""),
            ("Seconded", "partner", None, "Kondele"),
            ("Members", "collective", members, ""),
            ("Nobody's", "collective", None, ""),
            ("Former", "partner", None, ""),
            ("Young", "partner", None, ""),
        )
    }
    people = [
        row(Person, group=group, minor=minor)
        for group, minor in ((police, False), (police, True), (members, False))
    ]
    _posted(people[0], made["Seconded"], 9)
    _posted(people[0], made["Former"], 99, 10)
    _posted(people[1], made["Young"], 9)
    _posted(people[2], made["Nobody's"], 9)

    def told(*names: str) -> list[Station]:
        return [
            Station(made[name].id, made[name].public_id, name, made[name].place) for name in names
        ]

    session = db.session()

    def found(group: Group, area: str = "") -> list[Station]:
        here = stays_of(session, group.id, (), TODAY).here
        return stations_of(session, group, here, area)

    assert found(police) == told("Alpha", "beta", "House", "Seconded")
    assert found(members) == told("Members", "Nobody's")
    county = row(Zone, kind="county", name="County")
    ward = row(Zone, kind="ward", name="Kondele", within_id=county.id)
    row(Zone, kind="ward", name="Nyalenda")
    assert found(police, ward.public_id) == told("beta", "Seconded")
    assert found(police, county.public_id) == told("beta", "Seconded")
    assert found(police, "nowhere") == []
    assert area_names(session, county.public_id) == {"county", "kondele"}
    assert area_names(session, "nowhere") == frozenset()
    assert organisation_names(session) == {one.key: one for one in told(*made)}
    assert all_groups()[:2] == [police, members]


def test_those_are_counted_who_are_of_the_group_and_rank_and_grown_up(actor, groups, count_queries):
    police, members = groups
    place, other = row(Organisation, kind="station"), row(Organisation, kind="station")
    people = [
        row(Person, group=group, cadre=cadre, minor=minor)
        for group, cadre, minor in (
            (police, "Sergeant", False),
            (police, "Constable", False),
            (police, "", False),
            (police, "Constable", True),
            (members, "Peer", False),
        )
    ]
    since = TODAY - 30 * DAY
    for person in people:
        _posted(person, place, 20)
    _posted(people[0], other, 90, 30)
    _posted(people[1], other, 90, 31)
    ids = [one.id for one in people]
    session = db.session()
    grown = [(key, place.id) for key in ids[:3]]
    found = stays_of(session, police.id, ids[:2], since)
    assert sorted(found.posted) == grown
    assert found.here == {place.id}
    assert set(found.stays) == {
        StationStay(ids[0], place.id, TODAY - 20 * DAY, None),
        StationStay(ids[1], place.id, TODAY - 20 * DAY, None),
        StationStay(ids[0], other.id, TODAY - 90 * DAY, TODAY - 30 * DAY),
    }
    narrowed = stays_of(session, police.id, ids, since, "Constable")
    assert narrowed.posted == grown[1:2]
    assert narrowed.stays == [StationStay(ids[1], place.id, TODAY - 20 * DAY, None)]
    monitor = actor("monitoring")
    assert cadres(monitor, police.id) == ["Constable", "Sergeant"]
    assert cadres(monitor, members.id) == ["Peer"]
    assert cadres(actor("peer"), police.id) == []
    trainer = actor("trainer")
    with count_queries() as asked:
        assert cadres(trainer, police.id) == []
    # Whom she reaches is asked of the first of each rank, and not of all who have any.
    assert "LIMIT" in asked.statements[-1].partition("SELECT person.id")[2]
    people[0].created_by = trainer.public_id
    db.session.flush()
    assert cadres(trainer, police.id) == [people[0].cadre]


def test_subjects_are_courses_with_certificates_and_tracks_that_are_published():
    courses = [row(Course, name=name) for name in ("beta", "Alpha", "Unissued")]
    for course, issued in zip(courses, (NOW, NOW, None), strict=True):
        workshop = row(Workshop, version=row(CourseVersion, course=course))
        row(CertificateBatch, workshop=workshop, issued_at=issued)
    made = {}
    for name, state, certifies, course in (
        ("second", "published", False, None),
        ("First", "published", True, courses[0]),
        ("Draft", "draft", False, None),
        ("All certificates", "published", True, None),
    ):
        made[name] = row(Track, name=name, name_sw=f"{name} sw", certifies=certifies, course=course)
        row(TrackVersion, track_id=made[name].id, state=state)

    def of_track(name: str, course: Course | None = None) -> Subject:
        track = made[name]
        of = (course.id, course.public_id) if course is not None else (None, "")
        return Subject(TRACK, track.id, track.public_id, name, f"{name} sw", *of)

    of_courses = [
        Subject(COURSE, one.id, one.public_id, one.name, "", one.id, one.public_id)
        for one in (courses[1], courses[0])
    ]
    assert subjects() == [*of_courses, of_track("First", courses[0]), of_track("second")]


def test_the_last_goal_holds_and_areas_stand_the_widest_first():
    assert (latest_goal(), goal_of(None)) == (None, Goal(3, 3, ""))
    zones = [
        row(Zone, kind=kind, name=name, active=active)
        for kind, name, active in (
            ("ward", "Kondele", True),
            ("county", "Kisumu", True),
            ("ward", "closed", False),
            ("other", "Beach", True),
            ("sub_county", "East", True),
            ("ward", "bandani", True),
        )
    ]
    order = [(zones[at].public_id, zones[at].name) for at in (1, 4, 5, 0, 3)]
    assert area_choices() == order
    goals = [
        row(CoverageGoal, wanted=wanted, due_months=2, area=area)
        for wanted, area in ((5, None), (4, zones[0]), (6, None))
    ]
    assert (goals_set(), latest_goal()) == (goals[::-1], goals[2])
    assert goal_of(goals[1]) == Goal(4, 2, zones[0].public_id)
    for _at in range(50):
        row(CoverageGoal, wanted=1, due_months=1)
    assert len(goals_set()) == 50
