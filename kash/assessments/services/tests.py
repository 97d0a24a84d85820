"""Making a workshop's tests, opening them for phones, closing and removing them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, exists, or_, select
from sqlalchemy.orm import Session

from kash.assessments.models import (
    AskedQuestion,
    GivenAnswer,
    HandCount,
    ListedScore,
    Question,
    QuestionRevision,
    WorkshopTest,
)
from kash.assessments.queries.bank import newest
from kash.assessments.rules.times import AnsweringState, Moment, stand_of
from kash.assessments.services.errors import (
    AnsweredAlready,
    NothingToAnswer,
    NotOpenToAnswers,
    NotYetClosed,
    TestThere,
    TooManyAsked,
)
from kash.assessments.services.practice import practice_ids
from kash.attendance.rules.door import CODE_LENGTH
from kash.platform.vault import audited
from kash.platform.web.errors import one_or_404
from kash.policy import Actor
from kash.workshops.models import Workshop
from kash.workshops.services.errors import WorkshopCancelled
from kash.workshops.services.planning import held_workshop

MOST_ASKED = 60
# As on the wall for checking in: no letter that is taken for another.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def _held(session: Session, workshop_id: str) -> Workshop:
    held = held_workshop(session, workshop_id)
    if held.state == "cancelled":
        raise WorkshopCancelled
    return held


def held_test(session: Session, workshop: Workshop, public_id: str) -> WorkshopTest:
    """A test, held until the transaction ends, fetched through its workshop. Raises NotFound."""
    return one_or_404(
        session.scalar(
            select(WorkshopTest)
            .where(WorkshopTest.workshop_id == workshop.id, WorkshopTest.public_id == public_id)
            .with_for_update()
        )
    )


def make_test(workshop_id: str, moment: Moment, questions: Sequence[str], by: Actor) -> str:
    """Make a test from questions of the course (public ids, in their order); returns its public id.

    A question that another test of this workshop asks is asked in the same words, so that the two
    can be compared; any other one in its newest. Without questions it is for scores from a list.
    Raises NotFound, TestThere, TooManyAsked and WorkshopCancelled.
    """
    if len(questions) > MOST_ASKED:
        raise TooManyAsked
    with audited("assessments.test_made", by) as change:
        session = change.session
        workshop = _held(session, workshop_id)
        there = select(WorkshopTest.id).where(
            WorkshopTest.workshop_id == workshop.id, WorkshopTest.moment == str(moment)
        )
        if session.scalar(there) is not None:
            raise TestThere
        test = WorkshopTest(
            workshop_id=workshop.id,
            moment=str(moment),
            created_by=by.public_id,
            created_at=change.now,
        )
        session.add(test)
        session.flush()
        _ask(session, workshop, test, questions)
        change.about(workshop.public_id, test.public_id)
        return test.public_id


def _ask(
    session: Session, workshop: Workshop, test: WorkshopTest, questions: Sequence[str]
) -> None:
    course_id = workshop.version.course_id
    wanted = list(dict.fromkeys(questions))
    latest = {
        row.public_id: row.id
        for row in session.execute(
            select(Question.public_id, QuestionRevision.id)
            .join(QuestionRevision, QuestionRevision.question_id == Question.id)
            .where(Question.course_id == course_id, Question.public_id.in_(wanted), newest())
        )
    }
    elsewhere = {
        row.public_id: row.revision_id
        for row in session.execute(
            select(Question.public_id, AskedQuestion.revision_id)
            .join(QuestionRevision, QuestionRevision.question_id == Question.id)
            .join(AskedQuestion, AskedQuestion.revision_id == QuestionRevision.id)
            .join(WorkshopTest, WorkshopTest.id == AskedQuestion.test_id)
            .where(WorkshopTest.workshop_id == workshop.id, WorkshopTest.id != test.id)
            .order_by(WorkshopTest.id.desc())
        )
    }
    for position, public_id in enumerate((one for one in wanted if one in latest), start=1):
        session.add(
            AskedQuestion(
                test_id=test.id,
                revision_id=elsewhere.get(public_id, latest[public_id]),
                position=position,
            )
        )
    session.flush()


def change_test(workshop_id: str, public_id: str, questions: Sequence[str], by: Actor) -> None:
    """Ask other questions. Raises NotFound, AnsweredAlready once it was opened or answered,
    TooManyAsked and WorkshopCancelled."""
    if len(questions) > MOST_ASKED:
        raise TooManyAsked
    with audited("assessments.test_changed", by) as change:
        session = change.session
        workshop = _held(session, workshop_id)
        test = held_test(session, workshop, public_id)
        if test.opens_at is not None or _is_answered(session, test):
            raise AnsweredAlready
        session.execute(delete(AskedQuestion).where(AskedQuestion.test_id == test.id))
        _ask(session, workshop, test, questions)
        change.about(workshop.public_id, test.public_id)


def _is_answered(session: Session, test: WorkshopTest) -> bool:
    asked = and_(
        AskedQuestion.test_id == test.id,
        or_(
            exists().where(GivenAnswer.asked_id == AskedQuestion.id),
            exists().where(HandCount.asked_id == AskedQuestion.id),
        ),
    )
    scored = exists().where(ListedScore.test_id == test.id)
    return bool(session.scalar(select(or_(exists(AskedQuestion.id).where(asked), scored))))


def remove_test(workshop_id: str, public_id: str, by: Actor) -> None:
    """Remove a test that nobody answered. Raises NotFound, NotYetClosed and AnsweredAlready."""
    with audited("assessments.test_removed", by) as change:
        session = change.session
        workshop = held_workshop(session, workshop_id)
        test = held_test(session, workshop, public_id)
        if stand_of(test.opens_at, test.closes_at, change.now) is AnsweringState.OPEN:
            raise NotYetClosed
        # Phones without a network may still hold answers to it.
        if test.opens_at is not None or _is_answered(session, test):
            raise AnsweredAlready
        change.about(workshop.public_id, test.public_id)
        session.execute(delete(AskedQuestion).where(AskedQuestion.test_id == test.id))
        session.delete(test)


def open_for_phones(workshop_id: str, public_id: str, minutes: int, by: Actor) -> datetime:
    """Open a test for so many minutes from now, or let an open one last so long; returns when it
    closes. Its hall's code stays what it was. Raises NotFound, NothingToAnswer, WorkshopCancelled.
    """
    with audited("assessments.test_opened", by) as change:
        session = change.session
        workshop = _held(session, workshop_id)
        test = held_test(session, workshop, public_id)
        asked = session.scalar(select(exists().where(AskedQuestion.test_id == test.id)))
        if not asked and not practice_ids(test, workshop):
            raise NothingToAnswer
        test.hall_code = test.hall_code or _new_code(session)
        test.opens_at = test.opens_at or change.now
        test.closes_at = change.now + timedelta(minutes=minutes)
        change.about(workshop.public_id, test.public_id)
        return test.closes_at


def _new_code(session: Session) -> str:
    while True:
        code = "".join(secrets.choice(_ALPHABET) for _ in range(CODE_LENGTH))
        if not session.scalar(select(exists().where(WorkshopTest.hall_code == code))):
            return code


def close_now(workshop_id: str, public_id: str, by: Actor) -> None:
    """Close a test before its time. Raises NotFound and NotOpenToAnswers."""
    with audited("assessments.test_closed", by) as change:
        workshop = held_workshop(change.session, workshop_id)
        test = held_test(change.session, workshop, public_id)
        if stand_of(test.opens_at, test.closes_at, change.now) is not AnsweringState.OPEN:
            raise NotOpenToAnswers
        test.closes_at = change.now
        change.about(workshop.public_id, test.public_id)
