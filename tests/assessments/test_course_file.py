"""Questions in the file that carries a course."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from kash.assessments.course_file import (
    QUESTIONS,
    FileQuestion,
    compare_questions,
    plain_questions,
    questions_read,
    store_questions,
)
from kash.assessments.models import Question, QuestionRevision
from kash.assessments.services.bank import put_away
from kash.platform.database import db
from kash.platform.vault import audited
from kash.training.models import Course
from kash.training.queries import PieceCounts
from kash.training.rules.course_files import ValueReading
from kash.training.services.courses import add_course

from .conftest import Bank


def brought_of(course: Course) -> tuple[FileQuestion, ...]:
    """The questions of a course as they arrive in a file."""
    reading = ValueReading()
    read = questions_read(plain_questions(course), reading, ("questions",))
    reading.end()
    return read


def store(bank: Bank, course: str, brought: Any, *, differing: bool = False) -> None:
    with audited("training.course_brought_in", bank.trainer) as change:
        held = change.session.scalars(select(Course).filter_by(public_id=course)).one()
        store_questions(change, held, brought, differing=differing, by=bank.trainer)


def compared(course: Course | None, brought: Any) -> PieceCounts:
    db.session.rollback()
    return compare_questions(db.session(), course, brought)


def test_questions_in_use_arrive_as_they_were_and_only_once(bank):
    put_away(bank.course.public_id, bank.questions[-1], bank.trainer)
    brought = brought_of(bank.course)
    count = len(bank.questions) - 1
    assert len(brought) == count
    assert compared(None, brought) == PieceCounts(new=count)
    other, _draft = add_course(
        "Elsewhere", "", "", public_title="Elsewhere", language="en", by=bank.trainer
    )
    store(bank, other, brought)
    db.session.rollback()
    there = db.session.scalars(select(Course).filter_by(public_id=other)).one()
    assert brought_of(there) == brought
    assert compared(there, brought) == PieceCounts(same=count)
    store(bank, other, brought, differing=True)
    assert len(brought_of(there)) == count


def test_a_question_that_differs_stays_and_gets_a_newer_wording_only_if_that_is_wanted(bank):
    (question, made_from), *rest = brought_of(bank.course)
    texts = {**question.texts, "en": "By when before a court?"}
    changed = ((replace(question, texts=texts), made_from), *rest)
    assert compared(bank.course, changed) == PieceCounts(same=len(rest), differs=1)

    def wordings() -> list[str]:
        db.session.rollback()
        return [
            revision.texts["en"]
            for revision in db.session.scalars(
                select(QuestionRevision)
                .join(QuestionRevision.question)
                .where(Question.lineage == question.lineage)
                .order_by(QuestionRevision.number)
            )
        ]

    store(bank, bank.course.public_id, changed)
    assert wordings() == [question.texts["en"]]
    store(bank, bank.course.public_id, changed, differing=True)
    assert wordings() == [question.texts["en"], "By when before a court?"]
    assert compared(bank.course, changed) == PieceCounts(same=len(rest) + 1)
    # A file that is older than what is here brings no old wording back.
    store(bank, bank.course.public_id, ((question, made_from), *rest), differing=True)
    assert len(wordings()) == 2


@pytest.mark.parametrize(
    ("wrong", "where", "sentence"),
    [
        ({"kind": "essay"}, "kind", "One of these belongs here"),
        ({"texts": {"en": 1}}, "texts / en", "Text belongs here."),
        ({"texts": {"English": "a"}}, "texts / English", "The code of a language"),
        ({"texts": []}, "", "Write the question."),
        ({"options": [{"key": "AB"}]}, "options 1 / key", "One or two small letters"),
        ({"options": [{"key": "a", "right": 1}]}, "options 1 / right", "True or false"),
        ({"options": [{"key": "a"}]}, "options", "This kind of question has no choices."),
        ({"kind": "true_false"}, "options", "The choices t and f belong here"),
        ({"kind": "single"}, "", "Write at least two choices."),
        ({"kind": "single", "options": [{"key": "a"}]}, "options", "A choice has no text"),
        ({"objective": "first"}, "objective", "A key of 16"),
        ({"made_from": {"sw": 3}}, "made_from / sw", "A fingerprint of 16 digits"),
        ({"answer": "a"}, "answer", "There is no such field here."),
        ({"texts": {"en": "w" * 601}}, "texts / en", "This has 601 characters; at most 600"),
        (
            {"kind": "single", "options": [{"key": "a", "texts": {"en": "w" * 201}}]},
            "options 1 / texts / en",
            "This has 201 characters; at most 200",
        ),
        (
            {"kind": "single", "options": [{"key": key} for key in "abcdefghi"]},
            "options",
            "There are more than 8 here.",
        ),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_with_its_place(app, wrong, where, sentence):
    whole = {"lineage": "q" * 16, "kind": "scale", "language": "en", "texts": {"en": "I would."}}
    reading = ValueReading()
    QUESTIONS.check([{**whole, **wrong}], reading, ("questions",))
    fault = reading.faults[0]
    assert fault.where == " / ".join(["questions 1", where] if where else ["questions 1"])
    assert (fault.sentence % dict(fault.said)).startswith(sentence)


def test_two_questions_with_one_key_are_refused(app):
    whole = {"lineage": "q" * 16, "kind": "scale", "language": "en", "texts": {"en": "I would."}}
    reading = ValueReading()
    QUESTIONS.check([whole, whole], reading, ("questions",))
    assert [fault.where for fault in reading.faults] == ["questions 2 / lineage"]


def test_whoever_may_not_see_what_is_right_takes_no_question_away(bank, sign_in):
    address = f"/courses/{bank.course.public_id}/file"
    assert len(sign_in("director").get(address).json["questions"]) == len(bank.questions)
    assert "questions" not in sign_in("documentation").get(address).json
