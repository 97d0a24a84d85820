"""Errors that stand in the way of writing questions and holding tests, each with its sentence.
Writing questions: a wording that somebody answered never changes, a new revision follows it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kash.assessments.models import Question, QuestionRevision
from kash.assessments.queries import is_fixed, value_of
from kash.assessments.rules.bank import BankQuestion, options_stored, source_digest, with_keys_of
from kash.assessments.rules.results import QuestionFlaw
from kash.platform.database import new_public_id
from kash.platform.vault import Change, audited
from kash.platform.web.errors import ChangedMeanwhile, NotFound, Problem, get_or_404, one_or_404
from kash.policy import Actor
from kash.training.models import Course

FLAW_SENTENCES = {
    QuestionFlaw.NO_TEXT: _l("Write the question."),
    QuestionFlaw.TOO_FEW_OPTIONS: _l("Write at least two choices."),
    QuestionFlaw.TOO_MANY_OPTIONS: _l("A question has at most eight choices; four are enough."),
    QuestionFlaw.SAME_OPTION_TWICE: _l("Two choices say the same."),
    QuestionFlaw.NONE_RIGHT: _l("Mark the right choice."),
    QuestionFlaw.MORE_THAN_ONE_RIGHT: _l("Only one choice can be right here."),
    QuestionFlaw.ALL_RIGHT: _l("Not all choices can be right: then nobody can miss it."),
}


class QuestionFlawed(Problem):
    """The question cannot be asked like this."""

    field = "text"

    def __init__(self, flaw: QuestionFlaw) -> None:
        super().__init__(str(FLAW_SENTENCES[flaw]))
        self.flaw = flaw


NOT_OPEN_TO_ANSWERS = _l("This test is not open.")


class CodeUnknown(Problem):
    """Hall and badge do not lead to an open test."""

    status = 404
    sentence = _l("These two codes lead to no test that is open now.")


TOLD_FROM_ABOVE = _l(
    "Nobody who is above somebody at their station tells about their practice: ask the person,"
    " a peer or the programme’s mentor."
)


class MayNameSomebody(Problem):
    """The words look as if they named somebody."""

    field = "text"
    sentence = _l(
        "There may be a name or a number in this. Write what changed without naming anybody. If"
        " nobody is named, tick that below and save again."
    )


class WrongEntry(Problem):
    """Something that was typed in answers no question, or is no score; `where` names the fields."""

    status = 422

    def __init__(self, where: dict[str, str]) -> None:
        super().__init__(_l("Please correct what is marked."))
        self.where = where


MOST_QUESTIONS = 500


def _held_course(session: Session, public_id: str) -> Course:
    return get_or_404(session, Course, public_id, lock=True)


@contextmanager
def _changing(
    action: str, course_id: str, public_id: str, by: Actor
) -> Iterator[tuple[Change, Course, Question]]:
    """A course and its question, held until the block ends; the entry names both. Raises
    NotFound."""
    with audited(action, by) as change:
        course = _held_course(change.session, course_id)
        question = change.session.scalar(
            select(Question)
            .where(Question.course_id == course.id, Question.public_id == public_id)
            .with_for_update()
        )
        change.about(course.public_id, one_or_404(question).public_id)
        yield change, course, one_or_404(question)


def _refuse_flawed(question: BankQuestion) -> None:
    flaw = question.flaw()
    if flaw is not None:
        raise QuestionFlawed(flaw)


def refuse_full(session: Session, course: Course, more: int = 1) -> None:
    """Raise Problem if a course has no room for so many more questions."""
    there = session.scalar(
        select(func.count(Question.id)).where(
            Question.course_id == course.id, Question.retired_at.is_(None)
        )
    )
    if (there or 0) + more > MOST_QUESTIONS:
        raise Problem(_l("A course has at most 500 questions. Put some away first."), field="")


def add_question(course_id: str, question: BankQuestion, by: Actor, *, key: str = "") -> str:
    """Add a question to a course; returns its public id.

    With `key`, the id that its form was opened with, sending twice adds one. Raises NotFound, also
    if that id is another course's, QuestionFlawed and Problem.
    """
    _refuse_flawed(question)
    with audited("assessments.question_added", by) as change:
        course = _held_course(change.session, course_id)
        other_course = change.session.scalar(
            select(Question.course_id).where(Question.public_id == key)
        )
        if other_course is not None:
            if other_course != course.id:
                raise NotFound
            change.nothing()
            return key
        refuse_full(change.session, course)
        added = put_question(change, course, question, by, key=key)
        change.about(course.public_id, added.public_id)
        return added.public_id


def put_question(
    change: Change,
    course: Course,
    question: BankQuestion,
    by: Actor,
    made_from: dict[str, str] | None = None,
    key: str = "",
) -> Question:
    """Add a question to a locked course. Its translations were made from `made_from`, today's words
    if that is None."""
    added = Question(
        public_id=key or new_public_id(),
        course_id=course.id,
        lineage=question.lineage or new_public_id(),
        objective=question.objective,
        kind=str(question.kind),
        created_at=change.now,
    )
    change.session.add(added)
    change.session.flush()
    if made_from is None:
        made_from = dict.fromkeys(question.languages[1:], source_digest(question))
    write_revision(change, added, question, 1, made_from, by)
    return added


def write_revision(
    change: Change,
    held: Question,
    question: BankQuestion,
    number: int,
    made_from: dict[str, str],
    by: Actor,
) -> None:
    """Add a wording to a locked question."""
    change.session.add(
        QuestionRevision(
            question_id=held.id,
            number=number,
            language=question.language,
            texts=dict(question.texts),
            options=options_stored(question.options),
            made_from=made_from,
            created_by=by.public_id,
            created_at=change.now,
        )
    )
    change.session.flush()


def change_question(
    course_id: str,
    public_id: str,
    question: BankQuestion,
    row_version: int,
    by: Actor,
    *,
    fitting: Collection[str] = (),
) -> bool:
    """Change a question; returns True if a new revision was begun, since the old one is fixed.

    Its kind stays what it was. `fitting` are languages whose unchanged translation somebody read
    beside the new words and found right. Raises NotFound, ChangedMeanwhile and QuestionFlawed.
    """
    _refuse_flawed(question)
    with _changing("assessments.question_changed", course_id, public_id, by) as (change, _, stored):
        if stored.row_version != row_version:
            raise ChangedMeanwhile
        return _changed(change, stored, question, by, fitting)


def _latest(session: Session, question: Question, *, held: bool = False) -> QuestionRevision:
    latest = (
        select(QuestionRevision)
        .where(QuestionRevision.question_id == question.id)
        .order_by(QuestionRevision.number.desc())
        .limit(1)
    )
    return session.scalars(latest.with_for_update() if held else latest).one()


def _changed(
    change: Change, held: Question, question: BankQuestion, by: Actor, fitting: Collection[str] = ()
) -> bool:
    session = change.session
    # Services that enter answers hold the revision too: nobody answers what is being changed.
    latest = _latest(session, held, held=True)
    before = value_of(latest)
    held.objective = question.objective
    held.row_version += 1
    made_from = _made_from(before, question, latest.made_from, fitting)
    if before.says_the_same(question):
        latest.made_from = made_from
        return False
    fixed = bool(session.scalar(select(is_fixed()).where(QuestionRevision.id == latest.id)))
    if fixed:
        write_revision(change, held, question, latest.number + 1, made_from, by)
        return True
    latest.language = question.language
    latest.texts = dict(question.texts)
    latest.options = options_stored(question.options)
    latest.made_from = made_from
    return False


def _made_from(
    before: BankQuestion, after: BankQuestion, known: dict[str, str], fitting: Collection[str]
) -> dict[str, str]:
    """Sources of the translations: today's words where it was written anew or found
    fitting, else the words it was made from before."""
    now, then = source_digest(after), source_digest(before)
    return {
        code: now
        if code in fitting or _in(before, code) != _in(after, code)
        else known.get(code, then)
        for code in after.languages[1:]
    }


def _in(question: BankQuestion, code: str) -> tuple[str, ...]:
    options = sorted(question.options, key=lambda option: option.key)
    return (question.texts.get(code, ""), *(option.texts.get(code, "") for option in options))


def put_away(course_id: str, public_id: str, by: Actor) -> None:
    """Put a question away: no new test offers it. Raises NotFound."""
    with _changing("assessments.question_put_away", course_id, public_id, by) as (
        change,
        _,
        question,
    ):
        question.retired_at = question.retired_at or change.now


def take_back(course_id: str, public_id: str, by: Actor) -> None:
    """Take a question into use again. Raises NotFound and Problem."""
    with _changing("assessments.question_taken_back", course_id, public_id, by) as (
        change,
        course,
        question,
    ):
        refuse_full(change.session, course)
        question.retired_at = None


def bring_in(course_id: str, questions: Sequence[BankQuestion], by: Actor) -> tuple[int, int, int]:
    """Bring in the questions of a file. One that is here already, by its lineage, is compared.
    Returns how many were new, said the same, and changed.

    Raises NotFound, QuestionFlawed and Problem.
    """
    for question in questions:
        _refuse_flawed(question)
    with audited("assessments.questions_brought_in", by) as change:
        session = change.session
        course = _held_course(session, course_id)
        there = {
            question.lineage: question
            for question in session.scalars(
                select(Question).where(Question.course_id == course.id).with_for_update()
            )
        }
        new = same = changed = 0
        change.about(course.public_id)
        for question in questions:
            stored = there.get(question.lineage) if question.lineage else None
            if stored is None:
                refuse_full(session, course)
                added = put_question(change, course, question, by)
                there[added.lineage] = added
                new += 1
                continue
            if stored.kind != question.kind:
                # What is asked in another way is another question.
                refuse_full(session, course)
                put_question(change, course, replace(question, lineage=""), by)
                new += 1
                continue
            here = value_of(_latest(session, stored))
            keyed = with_keys_of(question, here)
            if here.says_the_same(keyed) and stored.objective == keyed.objective:
                same += 1
            else:
                _changed(change, stored, keyed, by, keyed.languages)
                changed += 1
        return new, same, changed
