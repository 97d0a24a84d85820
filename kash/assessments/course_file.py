"""The questions of a course in the file that carries it. Questions of Moodle's files: the caller's
side of the confined child that reads them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from kash.assessments.models import QuestionRevision
from kash.assessments.queries import value_of, wordings_of_course
from kash.assessments.rules.bank import (
    FALSE,
    TRUE,
    BankQuestion,
    ReadBank,
    UnreadableBank,
    bank_told,
    plain_question,
    question_read,
)
from kash.assessments.rules.results import (
    LONGEST_OPTION,
    LONGEST_QUESTION,
    MOST_OPTIONS,
    WITH_OPTIONS,
    QuestionKind,
)
from kash.assessments.services.bank import (
    FLAW_SENTENCES,
    MOST_QUESTIONS,
    put_question,
    refuse_full,
    write_revision,
)
from kash.platform.catalogue import N_
from kash.platform.cleaning import CleaningLimits, turn
from kash.platform.confinement import NoAnswer, answer_of, ended, in_memory, start
from kash.platform.database import db
from kash.platform.vault import Change
from kash.policy import Actor
from kash.training.models import Course
from kash.training.queries import CourseAddition, PieceCounts
from kash.training.rules.course_files import Place, ValueReading
from kash.training.rules.versions import is_fingerprint

MOST_LANGUAGES = 10
_KEY = re.compile(r"[a-z]{1,2}")
_FIELDS = ("lineage", "kind", "language", "objective", "texts", "options", "made_from")


# A question as a file carries it, and what its translations were made from.
FileQuestion = tuple[BankQuestion, dict[str, str]]


def plain_questions(course: Course) -> object:
    """Each question as plain values."""
    newest = (wordings[0] for wordings in _wordings(db.session(), course).values())
    return [
        plain_question(value_of(revision))
        | ({"made_from": dict(revision.made_from)} if revision.made_from else {})
        for revision in newest
        if revision.question.retired_at is None
    ]


def questions_read(value: object, reading: ValueReading, place: Place) -> tuple[FileQuestion, ...]:
    """The questions of a file."""
    questions: list[FileQuestion] = []
    keys = set[str]()
    for at, entry in enumerate(reading.rows(value, place, MOST_QUESTIONS), 1):
        here: Place = (*place, at)
        plain = reading.record(entry, here, _FIELDS)
        if not isinstance(entry, dict):
            continue
        faults = len(reading.faults)
        _look_through(plain, reading, here)
        if len(reading.faults) == faults:
            question = question_read(plain)
            _refuse_flawed(question, reading, here)
            questions.append((question, dict(plain.get("made_from") or {})))
        if str(plain.get("lineage")) in keys:
            reading.fault((*here, "lineage"), N_("This key stands here twice."))
        keys.add(str(plain.get("lineage")))
    return tuple(questions)


def compare_questions(session: Session, course: Course | None, brought: Any) -> PieceCounts:
    """A question is the same if any of its wordings here says the same."""
    here = _wordings(session, course) if course is not None else {}
    standings = [_standing(question, here.get(question.lineage)) for question, _ in brought]
    return PieceCounts(*map(standings.count, ("new", "same", "differs")))


def store_questions(
    change: Change, course: Course, brought: Any, *, differing: bool, by: Actor
) -> None:
    """Add new questions and, with `differing`, a newer wording of those that differ. Refuses more
    than a course may have."""
    here = _wordings(change.session, course)
    for question, made_from in brought:
        wordings = here.get(question.lineage)
        if wordings is None:
            refuse_full(change.session, course)
            put_question(change, course, question, by, made_from)
        elif differing and _standing(question, wordings) == "differs":
            there = wordings[0].question
            if there.kind != question.kind:
                # What is asked in another way is no other wording of it.
                continue
            there.objective = question.objective
            there.row_version += 1
            if not _is_worded(question, wordings):
                write_revision(change, there, question, wordings[0].number + 1, made_from, by)


def _wordings(session: Session, course: Course) -> dict[str, list[QuestionRevision]]:
    """Wordings by the lineage of their question, the newest first."""
    wordings: defaultdict[str, list[QuestionRevision]] = defaultdict(list)
    for revision in wordings_of_course(session, course.id):
        wordings[revision.question.lineage].append(revision)
    return dict(wordings)


def _standing(question: BankQuestion, wordings: Sequence[QuestionRevision] | None) -> str:
    if wordings is None:
        return "new"
    tied = wordings[0].question.objective == question.objective
    return "same" if tied and _is_worded(question, wordings) else "differs"


def _is_worded(question: BankQuestion, wordings: Sequence[QuestionRevision]) -> bool:
    return any(value_of(revision).says_the_same(question) for revision in wordings)


def _look_through(plain: dict[str, Any], reading: ValueReading, place: Place) -> None:
    """Note what cannot be read of a question."""
    reading.choice(plain.get("kind"), (*place, "kind"), [str(kind) for kind in QuestionKind])
    reading.language(plain.get("language"), (*place, "language"))
    _look_at_texts(plain, reading, place, LONGEST_QUESTION)
    used = set[str]()
    for at, entry in enumerate(
        reading.rows(plain.get("options"), (*place, "options"), MOST_OPTIONS), 1
    ):
        here: Place = (*place, "options", at)
        option = reading.record(entry, here, ("key", "right", "texts"))
        key = option.get("key")
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            reading.fault((*here, "key"), N_("One or two small letters belong here."))
        elif key in used:
            reading.fault((*here, "key"), N_("This key stands here twice."))
        elif not isinstance(option.get("right", False), bool):
            reading.fault((*here, "right"), N_("True or false belongs here."))
        else:
            used.add(key)
            _look_at_texts(option, reading, here, LONGEST_OPTION)
    reading.key(plain.get("objective"), (*place, "objective"), needed=False)
    reading.key(plain.get("lineage"), (*place, "lineage"))
    for language, digest in _by_language(plain.get("made_from"), reading, place, "made_from"):
        if not isinstance(digest, str) or not is_fingerprint(digest):
            sentence = N_("A fingerprint of 16 digits belongs here.")
            reading.fault((*place, "made_from", str(language)[:8]), sentence)


def _look_at_texts(plain: dict[str, Any], reading: ValueReading, place: Place, most: int) -> None:
    for language, text in _by_language(plain.get("texts"), reading, place, "texts"):
        if reading.language(language, (*place, "texts", str(language)[:8])):
            reading.long_text(text, (*place, "texts", language), most)


def _by_language(
    value: object, reading: ValueReading, place: Place, name: str
) -> Iterable[tuple[str, Any]]:
    languages = list(value)[:MOST_LANGUAGES] if isinstance(value, dict) else []
    return reading.record(value or {}, (*place, name), languages).items()


def _refuse_flawed(question: BankQuestion, reading: ValueReading, place: Place) -> None:
    here: Place = (*place, "options")
    if question.kind is QuestionKind.TRUE_FALSE and question.keys != (TRUE, FALSE):
        reading.fault(here, N_("The choices t and f belong here, in this order."))
    elif question.kind not in (*WITH_OPTIONS, QuestionKind.TRUE_FALSE) and question.options:
        reading.fault(here, N_("This kind of question has no choices."))
    elif question.kind in WITH_OPTIONS and not all(
        option.texts.get(question.language, "").strip() for option in question.options
    ):
        sentence = N_("A choice has no text in the first language of the question.")
        reading.fault(here, sentence)
    elif (flaw := question.flaw()) is not None:
        reading.fault(place, str(FLAW_SENTENCES[flaw]))


QUESTIONS = CourseAddition(
    "questions",
    _l("Questions"),
    "assessments.questions",
    "assessments.write",
    plain_questions,
    questions_read,
    compare_questions,
    store_questions,
)


_CHILD = "kash.assessments.moodle_child"
_LIMITS = CleaningLimits(seconds=30)
_MOST_ANSWERED = 16 * 1024 * 1024


def read_moodle(content: bytes, language: str) -> ReadBank:
    """The questions of a file. Texts without a language are in `language`.

    Raises UnreadableBank and CleaningBusy.
    """
    with turn(), in_memory([content]) as descriptor:
        arguments = (_LIMITS.megabytes, _LIMITS.seconds, descriptor, language)
        try:
            child = start(_CHILD, arguments, descriptors=[descriptor])
        except NoAnswer:
            raise UnreadableBank("xml") from None
        try:
            answer = b"".join(answer_of(child, _LIMITS.seconds, _MOST_ANSWERED))
        except NoAnswer:
            raise UnreadableBank("xml") from None
        finally:
            ended(child)
    return bank_told(answer)
