"""Question bank of a course: its questions in their newest wording, and what answers say of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from kash.assessments.models import (
    AskedQuestion,
    GivenAnswer,
    HandCount,
    Question,
    QuestionRevision,
    WorkshopTest,
)
from kash.assessments.rules.bank import (
    BankQuestion,
    ItemStatistics,
    look_at,
    options_read,
    stale_languages,
)
from kash.assessments.rules.results import QuestionKind, read_choices, score
from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.training.models import Course


@dataclass(frozen=True)
class BankRow:
    """A question as lists show it; `answered` says that its newest wording is fixed."""

    public_id: str
    revision_id: int
    question: BankQuestion
    number: int
    row_version: int
    retired: bool
    fixed: bool
    stale: tuple[str, ...]


def value_of(revision: QuestionRevision) -> BankQuestion:
    """A revision as a plain value."""
    question = revision.question
    return BankQuestion(
        QuestionKind(question.kind),
        revision.language,
        revision.texts,
        options_read(revision.options),
        question.objective,
        question.lineage,
    )


def newest() -> ColumnElement[bool]:
    """True for the newest revision of each question."""
    latest = (
        select(func.max(QuestionRevision.number))
        .where(QuestionRevision.question_id == Question.id)
        .correlate(Question)
        .scalar_subquery()
    )
    return QuestionRevision.number == latest


def is_fixed() -> ColumnElement[bool]:
    """True for a revision that never changes any more: somebody answered it, or may be answering
    it on a phone without a network."""
    in_use = and_(
        AskedQuestion.revision_id == QuestionRevision.id,
        or_(
            exists().where(
                WorkshopTest.id == AskedQuestion.test_id, WorkshopTest.opens_at.is_not(None)
            ),
            exists().where(GivenAnswer.asked_id == AskedQuestion.id),
            exists().where(HandCount.asked_id == AskedQuestion.id),
        ),
    )
    return exists(AskedQuestion.id).where(in_use).correlate(QuestionRevision)


def bank_of(course: Course, *, retired: bool = False) -> list[BankRow]:
    """The questions of a course in their order; those that were put away only if wanted."""
    is_retired = Question.retired_at.is_not(None)
    wordings = _wordings(course.id).add_columns(is_fixed()).where(newest(), is_retired.is_(retired))
    return [_row(*wording) for wording in db.session.execute(wordings).all()]


def _wordings(course_id: int) -> Select[QuestionRevision]:
    return (
        select(QuestionRevision)
        .join(QuestionRevision.question)
        .options(contains_eager(QuestionRevision.question))
        .where(Question.course_id == course_id)
        .order_by(Question.id, QuestionRevision.number.desc())
    )


def wordings_of_course(session: Session, course_id: int) -> list[QuestionRevision]:
    """All wordings of all questions of a course, those put away among them, the newest of each
    question first; one query."""
    return list(session.scalars(_wordings(course_id)))


def _row(revision: QuestionRevision, fixed: bool) -> BankRow:
    question = value_of(revision)
    return BankRow(
        revision.question.public_id,
        revision.id,
        question,
        revision.number,
        revision.question.row_version,
        revision.question.retired_at is not None,
        bool(fixed),
        stale_languages(question, revision.made_from),
    )


def question_of(course: Course, public_id: str) -> BankRow:
    """A question, fetched through its course. Raises NotFound."""
    wording = _wordings(course.id).add_columns(is_fixed())
    newest_wording = db.session.execute(
        wording.where(Question.public_id == public_id, newest())
    ).first()
    return _row(*one_or_404(newest_wording))


def bank_sizes(course: Course) -> tuple[int, int]:
    """How many questions a course has in use, and how many were put away."""
    counts = db.session.execute(
        select(
            func.count(Question.id).filter(Question.retired_at.is_(None)),
            func.count(Question.id).filter(Question.retired_at.is_not(None)),
        ).where(Question.course_id == course.id)
    ).one()
    return int(counts[0]), int(counts[1])


def revisions_of(course: Course, public_id: str) -> Sequence[QuestionRevision]:
    """All wordings of a question, the newest first; none if the course has no such question."""
    wordings = _wordings(course.id).where(Question.public_id == public_id)
    return db.session.scalars(wordings).all()


def looked_at(revision_id: int) -> dict[str, ItemStatistics]:
    """Statistics of the answers to one wording "before" and "after" workshops, over all of them;
    two queries."""
    tests = db.session.execute(
        select(AskedQuestion.test_id, WorkshopTest.moment)
        .join(WorkshopTest, WorkshopTest.id == AskedQuestion.test_id)
        .where(AskedQuestion.revision_id == revision_id)
    ).all()
    moments: dict[int, str] = dict(tests)
    rows = db.session.execute(
        select(
            AskedQuestion.test_id,
            GivenAnswer.person_id,
            QuestionRevision.id,
            QuestionRevision.options,
            Question.kind,
            GivenAnswer.chosen,
        )
        .join(AskedQuestion, AskedQuestion.id == GivenAnswer.asked_id)
        .join(QuestionRevision, QuestionRevision.id == AskedQuestion.revision_id)
        .join(Question, Question.id == QuestionRevision.question_id)
        .where(AskedQuestion.test_id.in_(moments), GivenAnswer.stands, GivenAnswer.chosen != "")
    ).all()
    own: dict[tuple[int, int], float] = {}
    rest: dict[tuple[int, int], list[float]] = defaultdict(list)
    for answer in rows:
        right = [option["key"] for option in answer.options if option["right"]]
        points = score(QuestionKind(answer.kind), right, read_choices(answer.chosen))
        place = (answer.test_id, answer.person_id)
        if points is not None and answer.id == revision_id:
            own[place] = points
        elif points is not None:
            rest[place].append(points)

    def at(*wanted: str) -> ItemStatistics:
        return look_at(
            [
                (points, fmean(rest[place]) if rest[place] else None)
                for place, points in own.items()
                if moments[place[0]] in wanted
            ]
        )

    return {"before": at("before"), "after": at("after", "follow_up")}
