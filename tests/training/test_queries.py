"""Courses and versions in reach, beside those that just aren't."""

from typing import Any

import pytest

from kash.people.models import Person
from kash.platform.web.errors import NotFound
from kash.policy import Actor
from kash.training.models import Course, CourseVersion, Module, PlanRow, SessionPlan
from kash.training.queries import (
    all_courses,
    course,
    find_courses,
    newer_source,
    objectives_of,
    plans_of,
    published_versions,
    sees_everything,
    version,
    versions_of,
    waiting_for,
)
from kash.training.rules.courses import OBJECTIVE
from kash.workshops.models import Enrolment, Workshop
from tests.rows import row

pytestmark = pytest.mark.usefixtures("as_it_was")


def _version(of: Course, number: int, state: str = "published", **more: Any) -> CourseVersion:
    told = {"language": "en", "public_title": f"{of.name} {number}"}
    return row(CourseVersion, course=of, number=number, state=state, **(told | more))


def _plan(of: CourseVersion, position: int, minutes: int, *, module: int = 1) -> SessionPlan:
    held = row(Module, version=of, position=module, title=f"Module {module}")
    more = {"minutes": minutes, "title": f"Plan {position}", "lineage": f"{position:016d}"}
    return row(SessionPlan, module=held, position=position, **more)


def test_courses_are_found_and_versions_read_as_far_as_they_are_in_reach(actor, groups):
    person = row(Person, group=groups[0])
    director, peer = actor("director"), actor("peer", person_id=person.id)
    beta, alpha, hidden = (row(Course, name=name) for name in ("beta arrest", "Alpha", "100%"))
    taught = _version(beta, 2, public_title="Rights")
    source = _version(beta, 1, language="sw")
    others = [
        _version(beta, 3, "draft", translates=source, public_title="Draft"),
        _version(alpha, 1, public_title="Arrest and rights"),
        _version(hidden, 1, "draft", public_title="Rights"),
    ]
    workshop = row(Workshop, version=taught)
    row(Enrolment, workshop_id=workshop.id, person_id=person.id, state="confirmed")
    for at, minutes in enumerate((30, 45)):
        _plan(taught, at, minutes, module=at)
    _plan(source, 9, 60)
    ids = {one.name: one.public_id for one in (beta, alpha, hidden)}

    def found(who: Actor, text: str, limit: int = 9) -> list[str]:
        rows = find_courses(who, text, limit)
        assert rows == [(ids[name], name) for _id, name in rows]
        return [name for _id, name in rows]

    assert (sees_everything(director), sees_everything(peer)) == (True, False)
    assert found(director, "RIGHTS") == ["100%", "Alpha", "beta arrest"]
    assert found(director, "arrest") == ["Alpha", "beta arrest"]
    assert found(director, "", 1) == ["100%"]
    assert found(director, "%") == ["100%"]
    reached = found(peer, "")
    assert ("100%" in reached, found(peer, "Draft")) == (False, [])
    assert course(director, hidden.public_id) == hidden
    with pytest.raises(NotFound):
        course(peer, hidden.public_id)
    rows = [
        (one.public_id, one.number, one.state, one.source, one.plans, one.minutes)
        for one in versions_of(director, beta)
    ]
    assert rows == [
        (others[0].public_id, 3, "draft", 1, 0, 0),
        (taught.public_id, 2, "published", None, 2, 75),
        (source.public_id, 1, "published", None, 1, 60),
    ]
    assert version(director, others[2].public_id) == others[2]
    for who, wrong in ((peer, others[2].public_id), (director, "nowhere")):
        with pytest.raises(NotFound):
            version(who, wrong)
    assert {key: sorted(held) for key, held in plans_of([taught.id, others[0].id]).items()} == {
        taught.id: [(f"{0:016d}", 30), (f"{1:016d}", 45)],
        others[0].id: [],
    }
    assert published_versions() == [
        (others[1].public_id, "Alpha", 1, "en", "Arrest and rights", 0, 0),
        (taught.public_id, "beta arrest", 2, "en", "Rights", 75, 2),
        (source.public_id, "beta arrest", 1, "sw", "beta arrest 1", 60, 1),
    ]
    assert all_courses() == [(ids[name], name) for name in ("100%", "Alpha", "beta arrest")]


def test_a_newer_source_is_published_in_the_same_language():
    own, other = row(Course, name="own"), row(Course, name="other")
    first = _version(own, 1)
    assert newer_source(first) is None
    newer = [_version(own, 2), _version(own, 3)]
    _version(own, 4, "draft")
    _version(own, 5, language="sw")
    _version(other, 6)
    assert newer_source(first) == newer[1]
    assert newer_source(newer[1]) is None


def test_versions_wait_for_whoever_publishes_or_writes_the_oldest_first(actor):
    director, trainer = actor("director"), actor("trainer")
    own = row(Course, name="Arrest")
    made = [
        _version(own, 1, "proposed", proposed_by=trainer.public_id),
        _version(own, 2, "proposed", proposed_by=director.public_id),
        _version(own, 3, "draft", returned_because="Too long"),
        _version(own, 4, "draft"),
        _version(own, 5, "published", returned_because="Once"),
        _version(own, 6, "proposed", proposed_by=trainer.public_id),
    ]

    def told(*numbers: int) -> list[tuple[str, str, int, bool]]:
        return [(made[at - 1].public_id, "Arrest", at, at == 3) for at in numbers]

    waits = waiting_for(director)
    assert [one for one in waits if not one.returned] == told(1, 6)
    assert waiting_for(director, 1) == told(1)
    assert {one.number for one in waiting_for(trainer)} <= {2, 3}
    assert waiting_for(actor("peer")) == []


def test_objectives_are_those_of_the_newest_published_version_in_the_language():
    own, other = row(Course, name="own"), row(Course, name="other")
    made = {
        (number, language): _version(of, number, state, language=language)
        for of, number, state, language in (
            (own, 1, "published", "sw"),
            (own, 2, "published", "en"),
            (own, 3, "published", "en"),
            (own, 4, "draft", "sw"),
            (other, 5, "draft", "en"),
        )
    }
    for (number, language), one in made.items():
        for module, position in ((2, 1), (1, 2), (1, 1)):
            plan = _plan(one, position, 30, module=10 * module + position)
            for at, kind in ((2, OBJECTIVE.name), (1, OBJECTIVE.name), (3, "step")):
                text = f"{number} {language} {module}.{position}.{at}"
                row(PlanRow, plan=plan, kind=kind, position=at, text=text)

    def read(of: Course, language: str = "") -> list[str]:
        found = objectives_of(of.public_id, language)
        assert all(one.lineage for one in found)
        return [one.text for one in found]

    order = ("1.1.1", "1.1.2", "1.2.1", "1.2.2", "2.1.1", "2.1.2")
    assert read(own, "en") == read(own) == [f"3 en {at}" for at in order]
    assert read(own, "sw") == [f"1 sw {at}" for at in order]
    assert read(own, "luo") == [f"3 en {at}" for at in order]
    assert read(other, "sw") == [f"5 en {at}" for at in order]
