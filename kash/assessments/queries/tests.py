"""Tests of a workshop: what they ask, who answered, and what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from kash.assessments.models import (
    AskedQuestion,
    GivenAnswer,
    HandCount,
    ListedScore,
    QuestionRevision,
    WorkshopTest,
)
from kash.assessments.queries.bank import value_of
from kash.assessments.rules.bank import BankQuestion
from kash.assessments.rules.results import AnsweredTest, ScoredQuestion
from kash.assessments.rules.scoring import read_choices
from kash.assessments.rules.times import Moment
from kash.attendance.models import RosterEntry
from kash.people.models import Group, Person
from kash.platform.database import db
from kash.platform.vault import open_text
from kash.platform.web.errors import one_or_404
from kash.workshops.models import Workshop

TEXT_KIND = "assessments.answer"
_ORDER = {str(moment): place for place, moment in enumerate(Moment)}


@dataclass(frozen=True)
class TestRow:
    """A test in a workshop's list: how many questions it has, how many people answered any of
    them, and how many have a score from a list."""

    __test__ = False

    public_id: str
    moment: Moment
    opens_at: datetime | None
    closes_at: datetime | None
    questions: int
    answered: int
    scored: int


def workshop_tests(found: Workshop) -> list[TestRow]:
    """The tests of a workshop, that before it first."""
    answered = (
        select(func.count(GivenAnswer.person_id.distinct()))
        .join(AskedQuestion, AskedQuestion.id == GivenAnswer.asked_id)
        .where(AskedQuestion.test_id == WorkshopTest.id, GivenAnswer.stands)
        .correlate(WorkshopTest)
        .scalar_subquery()
    )
    questions = (
        select(func.count(AskedQuestion.id))
        .where(AskedQuestion.test_id == WorkshopTest.id)
        .correlate(WorkshopTest)
        .scalar_subquery()
    )
    scored = (
        select(func.count(ListedScore.id))
        .where(ListedScore.test_id == WorkshopTest.id)
        .correlate(WorkshopTest)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(
            WorkshopTest.public_id,
            WorkshopTest.moment,
            WorkshopTest.opens_at,
            WorkshopTest.closes_at,
            questions,
            answered,
            scored,
        ).where(WorkshopTest.workshop_id == found.id)
    ).all()
    made = [TestRow(row[0], Moment(row[1]), *row[2:]) for row in rows]
    return sorted(made, key=lambda one: _ORDER[one.moment])


def _whole() -> Select[WorkshopTest]:
    return select(WorkshopTest).options(
        selectinload(WorkshopTest.questions)
        .joinedload(AskedQuestion.revision)
        .joinedload(QuestionRevision.question)
    )


def one_test(found: Workshop, public_id: str) -> WorkshopTest:
    """A test with its questions, fetched through its workshop. Raises NotFound."""
    return one_or_404(
        db.session.scalar(
            _whole().where(
                WorkshopTest.workshop_id == found.id, WorkshopTest.public_id == public_id
            )
        )
    )


def whole_tests(found: Workshop) -> dict[Moment, WorkshopTest]:
    """All tests of a workshop with their questions, by their moments."""
    rows = db.session.scalars(_whole().where(WorkshopTest.workshop_id == found.id))
    return {Moment(one.moment): one for one in rows}


def questions_of(test: WorkshopTest) -> list[tuple[AskedQuestion, BankQuestion]]:
    """The questions of a test in their order, each with what it says."""
    return [(one, value_of(one.revision)) for one in test.questions]


@dataclass(frozen=True)
class RegisteredPerson:
    """Somebody on the register of a workshop; `entry` is what her badge names."""

    person_id: int
    person: str
    entry: str
    name: str
    letter: str


def participants(found: Workshop) -> list[RegisteredPerson]:
    """Everybody on a workshop's register, by name."""
    rows = db.session.execute(
        select(Person.id, Person.public_id, RosterEntry.public_id, Person.chosen_name, Group.letter)
        .join(RosterEntry, RosterEntry.person_id == Person.id)
        .join(Group, Group.id == Person.group_id)
        .where(RosterEntry.register_id == found.register_id, RosterEntry.removed_at.is_(None))
        .order_by(Person.sort_name, Person.id)
    )
    return [RegisteredPerson(*row) for row in rows]


def standing_answers(
    test_ids: Sequence[int], session: Session | None = None
) -> dict[int, dict[int, dict[int, frozenset[str]]]]:
    """{test: {person: {revision: choices}}} of the answers that stand; one query."""
    found: dict[int, dict[int, dict[int, frozenset[str]]]] = defaultdict(lambda: defaultdict(dict))
    rows = (session or db.session()).execute(
        select(
            AskedQuestion.test_id,
            GivenAnswer.person_id,
            AskedQuestion.revision_id,
            GivenAnswer.chosen,
        )
        .join(AskedQuestion, AskedQuestion.id == GivenAnswer.asked_id)
        .where(AskedQuestion.test_id.in_(test_ids), GivenAnswer.stands)
    )
    for test, person, revision, chosen in rows:
        found[test][person][revision] = read_choices(chosen)
    return found


def sittings(found: Workshop) -> dict[Moment, AnsweredTest]:
    """The tests of a workshop as they were answered, by their moments; six queries."""
    tests = whole_tests(found)
    ids = [one.id for one in tests.values()]
    answers = standing_answers(ids)
    scores: dict[int, dict[int, float]] = defaultdict(dict)
    for test, person, tenths in db.session.execute(
        select(ListedScore.test_id, ListedScore.person_id, ListedScore.tenths).where(
            ListedScore.test_id.in_(ids)
        )
    ):
        scores[test][person] = tenths / 10
    off = frozenset(
        db.session.scalars(
            select(RosterEntry.person_id).where(
                RosterEntry.register_id == found.register_id, RosterEntry.removed_at.is_not(None)
            )
        )
    )
    return {
        moment: AnsweredTest(
            [
                ScoredQuestion(asked.revision_id, value.kind, value.right, value.objective)
                for asked, value in questions_of(test)
            ],
            answers.get(test.id, {}),
            scores.get(test.id, {}),
            off,
        )
        for moment, test in tests.items()
    }


def listed_scores(test: WorkshopTest) -> dict[int, int]:
    """Scores from a list in tenths of a per cent, by person."""
    rows = db.session.execute(
        select(ListedScore.person_id, ListedScore.tenths).where(ListedScore.test_id == test.id)
    )
    return {row.person_id: row.tenths for row in rows}


def hands_of(test: WorkshopTest) -> dict[int, dict[str, int]]:
    """{asked question: {choice: hands}} of the questions that were read aloud."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for asked, choice, hands in db.session.execute(
        select(HandCount.asked_id, HandCount.choice, HandCount.hands)
        .join(AskedQuestion, AskedQuestion.id == HandCount.asked_id)
        .where(AskedQuestion.test_id == test.id)
    ):
        found[asked][choice] = hands
    return found


def late_answers(test: WorkshopTest) -> int:
    """How many people have answers that came too late to count."""
    return int(
        db.session.scalar(
            select(func.count(GivenAnswer.person_id.distinct()))
            .join(AskedQuestion, AskedQuestion.id == GivenAnswer.asked_id)
            .where(AskedQuestion.test_id == test.id, GivenAnswer.late)
        )
        or 0
    )


def written_answers(test: WorkshopTest) -> Mapping[int, list[str]]:
    """{asked question: what people wrote in their own words}, by nobody's name, sorted, so that
    their order tells nothing either."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = db.session.scalars(
        select(GivenAnswer)
        .join(GivenAnswer.asked)
        .options(contains_eager(GivenAnswer.asked))
        .where(
            AskedQuestion.test_id == test.id,
            GivenAnswer.stands,
            GivenAnswer.text_sealed.is_not(None),
        )
    )
    for row in rows:
        if row.text_sealed is not None:
            said = open_text(row.text_sealed, kind=TEXT_KIND, public_id=row.public_id)
            found[row.asked_id].append(said)
    return {asked: sorted(said) for asked, said in found.items()}


def open_test(hall_code: str) -> WorkshopTest | None:
    """The test that a hall's code leads to, with its questions; None if there is none."""
    return db.session.scalar(
        _whole()
        .where(WorkshopTest.hall_code == hall_code)
        .options(joinedload(WorkshopTest.workshop))
    )


def any_test(public_id: str) -> WorkshopTest | None:
    """A test with its questions, whoever asks."""
    return db.session.scalar(
        _whole()
        .where(WorkshopTest.public_id == public_id)
        .options(joinedload(WorkshopTest.workshop))
    )
