"""What is read of tracks where of each kind of row there is one that just doesn't belong."""

from typing import Any

import pytest

from kash.certificates.tracks.models import SeenFact, Track, TrackEnrolment, TrackVersion
from kash.certificates.tracks.queries import tracks as people
from kash.certificates.tracks.queries.certifying import facts_seen
from kash.certificates.tracks.queries.tracks import (
    all_names,
    all_tracks,
    enterable_people,
    find_tracks,
    one_track,
    people_to_enter,
    published_version,
    version_of,
    waiting_for,
)
from kash.people.models import Group, Person
from kash.platform.database import db
from kash.platform.web.errors import NotFound
from kash.training.models import Course, CourseVersion
from tests.rows import DAY, TODAY, row

pytestmark = pytest.mark.usefixtures("as_it_was")


def _version(track: Track, number: int, state: str, **more: Any) -> TrackVersion:
    return row(TrackVersion, track=track, number=number, state=state, **more)


def _person(group: Group, name: str, **more: Any) -> Person:
    return row(Person, chosen_name=name, sort_name=name.lower(), group_id=group.id, **more)


def test_tracks_stand_by_name_with_their_published_version_and_who_is_on_them(
    sqlite_app, groups, actor, monkeypatch
):
    published, draft, bare = (
        row(Track, name=name, name_sw=sw)
        for name, sw in (("beta", "Njia ya kwanza"), ("Alpha 100%", "Wenza"), ("Gamma", ""))
    )
    versions = [
        _version(published, number, state)
        for number, state in ((1, "published"), (3, "draft"), (2, "published"))
    ]
    sent_back = _version(draft, 1, "draft", returned_because="Too short")
    for name, of in (("Nyota", versions[0]), ("Mto", versions[2])):
        her = _person(groups[1], name)
        row(TrackEnrolment, track=published, version=of, person=her)
    with sqlite_app.test_request_context("/"):
        told = [(one.name, one.published, one.unpublished, one.enrolled) for one in all_tracks()]
    assert told == [("Alpha 100%", 0, True, 0), ("beta", 2, True, 2), ("Gamma", 0, False, 0)]
    monkeypatch.setattr(people, "MOST_COUNTED", 0)
    for taken, counts in ((False, [0, 1, 0]), (True, [0, 2, 0])):
        monkeypatch.setattr(people, "is_taken", lambda answer=taken: answer)
        with sqlite_app.test_request_context("/"):
            assert [one.enrolled for one in all_tracks()] == counts
    assert [name for _id, name in find_tracks("A", 9)] == ["Alpha 100%", "beta", "Gamma"]
    assert [name for _id, name in find_tracks("WENZA", 9)] == ["Alpha 100%"]
    assert [name for _id, name in find_tracks("%", 9)] == ["Alpha 100%"]
    assert find_tracks("_", 9) == []
    assert len(find_tracks("a", 1)) == 1
    db.session.expire_all()
    found = one_track(published.public_id)
    assert [one.number for one in found.versions] == [3, 2, 1]
    assert version_of(found, versions[0].public_id) is versions[0]
    assert published_version(found) is versions[2]
    assert published_version(one_track(bare.public_id)) is None
    for track, version in ((found, sent_back.public_id), (one_track(draft.public_id), "none")):
        with pytest.raises(NotFound):
            version_of(track, version)
    trainer = actor("trainer")
    waiting = [(one.name, one.number, one.state == "draft") for one in waiting_for(trainer)]
    assert waiting == [("Alpha 100%", 1, True)]
    assert waiting_for(actor("peer")) == []


def test_names_are_those_of_courses_that_can_be_taught():
    course, other = row(Course, name="beta"), row(Course, name="Alpha")
    made = [
        row(CourseVersion, course=of, number=number, state=state, language="en")
        for of, number, state in (
            (course, 2, "published"),
            (course, 1, "published"),
            (course, 3, "draft"),
            (other, 1, "draft"),
        )
    ]
    track = row(Track, name="Peers", name_sw="Wenza")
    names = all_names()
    assert names.courses.get(course.public_id) == "beta"
    assert other.public_id not in names.courses
    assert names.versions[course.public_id] == [
        (made[1].public_id, 1, "en"),
        (made[0].public_id, 2, "en"),
    ]
    assert [names.track(track.public_id, code) for code in ("sw", "en")] == ["Wenza", "Peers"]
    assert names.track("none", "sw") == ""


def test_what_was_seen_of_somebody_and_whom_to_enter_something_about(
    sqlite_app, groups, actor, monkeypatch
):
    track = row(Track)
    version = _version(track, 1, "published")
    nyota, bahari, mto = (
        _person(groups[group], name) for name, group in (("Nyota", 1), ("Bahari", 1), ("Mto", 0))
    )
    trainer = actor("trainer", person_id=mto.id)
    nyota.created_by = bahari.created_by = mto.created_by = trainer.public_id
    for her in (nyota, bahari, mto):
        row(TrackEnrolment, track=track, version=version, person=her)
    other = row(Track)
    elsewhere = _version(other, 1, "published")
    row(TrackEnrolment, track=other, version=elsewhere, person=_person(groups[1], "Ziwa"))
    ziwa = _person(groups[1], "Ua")
    row(TrackEnrolment, track=track, version=version, person=ziwa)
    with sqlite_app.test_request_context("/"):
        page, group = people_to_enter(track, trainer)
    # Never of herself, and of nobody who is not her own.
    assert [(one.name, one.letter) for one in page] == [("Bahari", "B"), ("Nyota", "B")]
    assert group.counts == {"B": 2}
    everybody = [one.public_id for one in (nyota, bahari, mto, ziwa)]
    for at_once in (1, 500):
        monkeypatch.setattr(people, "_MOST_KEYS", at_once)
        found = enterable_people(track, trainer, everybody)
        assert found == {nyota.public_id, bahari.public_id}
    facts = [
        row(SeenFact, person_id=of.id, kind="outreach", day=TODAY + days * DAY)
        for of, days in ((nyota, 0), (nyota, 2), (nyota, 1), (bahari, 5))
    ]
    assert facts_seen(nyota) == [facts[1], facts[2], facts[0]]


def test_of_many_to_enter_something_about_the_page_is_shown_that_a_form_asks_for(
    sqlite_app, groups, actor, monkeypatch
):
    track, trainer = row(Track), actor("trainer")
    version = _version(track, 1, "published")
    names = [f"Nyota {number:03}" for number in range(101)]
    for name in reversed(names):
        her = _person(groups[1], name, created_by=trainer.public_id)
        row(TrackEnrolment, track=track, version=version, person=her)
    monkeypatch.setattr(people, "MOST_ON_TRACK", 20)

    def shown(page: int) -> tuple[list[str], int, bool, str]:
        # What an address asks for is not asked of a form.
        with sqlite_app.test_request_context("/?page=3"):
            found, group = people_to_enter(track, trainer, letter="B", page=page)
        return [one.name for one in found], found.pages, found.beyond, group.number("B")

    assert shown(1) == (names[:50], 2, True, "20+")
    assert shown(2) == (names[50:100], 3, True, "20+")
    assert shown(7) == (names[100:], 3, False, "20+")
    monkeypatch.setattr(people, "MOST_ON_TRACK", 200)
    assert shown(0) == (names[:50], 3, False, "101")
