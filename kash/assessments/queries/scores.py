"""Scores of people in the tests of a course, whichever of its workshops it was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from kash.assessments.models import (
    AskedQuestion,
    GivenAnswer,
    ListedScore,
    QuestionRevision,
    WorkshopTest,
)
from kash.assessments.queries.bank import value_of
from kash.assessments.rules.results import AnsweredTest, ScoredQuestion
from kash.assessments.rules.scoring import read_choices
from kash.assessments.rules.times import Moment
from kash.attendance.models import RosterEntry
from kash.platform.web.formats import to_local
from kash.training.models import Course, CourseVersion
from kash.workshops.models import Workshop


def scores_in(
    session: Session, course: str, people: Collection[int] | None = None
) -> dict[int, list[tuple[int, date]]]:
    """{person: [(score, day)]} of all tests of a course (public id), scores of a hundred rounded
    down; at most four queries, however many tests there are."""
    tests = session.scalars(
        select(WorkshopTest.id)
        .join(Workshop, Workshop.id == WorkshopTest.workshop_id)
        .join(CourseVersion, CourseVersion.id == Workshop.version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(Course.public_id == course)
    ).all()
    if not tests:
        return {}
    asked = _asked(session, tests)
    answers, days = _answers(session, tests, people)
    listed, listed_days = _listed(session, tests, people)
    found: dict[int, list[tuple[int, date]]] = defaultdict(list)
    for test in tests:
        sitting = AnsweredTest(asked[test], answers[test], listed[test])
        for person, score in sitting.whole_scores().items():
            day = days.get((test, person)) or listed_days[test, person]
            found[person].append((int(score), to_local(day).date()))
    return dict(found)


def sittings_of(
    session: Session, workshops: Collection[int]
) -> dict[int, dict[Moment, AnsweredTest]]:
    """The tests of workshops (their keys) as they were answered, by their moments; five queries,
    however many workshops there are."""
    tests = session.execute(
        select(WorkshopTest.id, WorkshopTest.workshop_id, WorkshopTest.moment).where(
            WorkshopTest.workshop_id.in_(workshops)
        )
    ).all()
    keys = [test for test, _workshop, _moment in tests]
    asked = _asked(session, keys)
    answers, _days = _answers(session, keys, None)
    listed, _listed_days = _listed(session, keys, None)
    off: dict[int, set[int]] = defaultdict(set)
    for workshop, person in session.execute(
        select(Workshop.id, RosterEntry.person_id)
        .join(RosterEntry, RosterEntry.register_id == Workshop.register_id)
        .where(Workshop.id.in_(workshops), RosterEntry.removed_at.is_not(None))
    ):
        off[workshop].add(person)
    found: dict[int, dict[Moment, AnsweredTest]] = defaultdict(dict)
    for test, workshop, moment in tests:
        found[workshop][Moment(moment)] = AnsweredTest(
            asked[test], answers[test], listed[test], frozenset(off[workshop])
        )
    return dict(found)


def _asked(session: Session, tests: Collection[int]) -> dict[int, list[ScoredQuestion]]:
    found: dict[int, list[ScoredQuestion]] = defaultdict(list)
    for one in session.scalars(
        select(AskedQuestion)
        .where(AskedQuestion.test_id.in_(tests))
        .options(joinedload(AskedQuestion.revision).joinedload(QuestionRevision.question))
    ):
        value = value_of(one.revision)
        found[one.test_id].append(
            ScoredQuestion(one.revision_id, value.kind, value.right, value.objective)
        )
    return found


Days = dict[tuple[int, int], datetime]


def _answers(
    session: Session, tests: Collection[int], people: Collection[int] | None
) -> tuple[dict[int, dict[int, dict[int, frozenset[str]]]], Days]:
    narrowed = [] if people is None else [GivenAnswer.person_id.in_(people)]
    found: dict[int, dict[int, dict[int, frozenset[str]]]] = defaultdict(lambda: defaultdict(dict))
    days: Days = {}
    for test, person, revision, chosen, given_at in session.execute(
        select(
            AskedQuestion.test_id,
            GivenAnswer.person_id,
            AskedQuestion.revision_id,
            GivenAnswer.chosen,
            GivenAnswer.given_at,
        )
        .join(AskedQuestion, AskedQuestion.id == GivenAnswer.asked_id)
        .where(AskedQuestion.test_id.in_(tests), GivenAnswer.stands, *narrowed)
    ):
        found[test][person][revision] = read_choices(chosen)
        days[test, person] = max(given_at, days.get((test, person), given_at))
    return found, days


def _listed(
    session: Session, tests: Collection[int], people: Collection[int] | None
) -> tuple[dict[int, dict[int, float]], Days]:
    narrowed = [] if people is None else [ListedScore.person_id.in_(people)]
    found: dict[int, dict[int, float]] = defaultdict(dict)
    days: Days = {}
    for test, person, tenths, entered_at in session.execute(
        select(
            ListedScore.test_id, ListedScore.person_id, ListedScore.tenths, ListedScore.entered_at
        ).where(ListedScore.test_id.in_(tests), *narrowed)
    ):
        found[test][person] = tenths / 10
        days[test, person] = entered_at
    return found, days
