"""The questions of a course in the file that carries it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from kash.assessments.models import QuestionRevision
from kash.assessments.queries.bank import value_of, wordings_of_course
from kash.assessments.rules.bank import FALSE, TRUE, BankQuestion
from kash.assessments.rules.results import (
    LONGEST_OPTION,
    LONGEST_QUESTION,
    MOST_OPTIONS,
    WITH_OPTIONS,
    Option,
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


@dataclass(frozen=True)
class FileQuestion:
    """A question as a file carries it, and what its translations were made from."""

    question: BankQuestion
    made_from: Mapping[str, str]


def plain_questions(course: Course) -> object:
    """Each question as plain values."""
    newest = _wordings(db.session(), course)
    return [
        _plain(wordings[0])
        for wordings in newest.values()
        if wordings[0].question.retired_at is None
    ]


def questions_read(value: object, reading: ValueReading, place: Place) -> tuple[FileQuestion, ...]:
    """The questions of a file."""
    made: list[FileQuestion] = []
    keys = set[str]()
    for at, row in enumerate(reading.rows(value, place, MOST_QUESTIONS), 1):
        here: Place = (*place, at)
        said = reading.record(row, here, _FIELDS)
        if not isinstance(row, dict):
            continue
        found = _question(said, reading, here)
        if found.question.lineage in keys:
            reading.fault((*here, "lineage"), N_("This key stands here twice."))
        keys.add(found.question.lineage)
        made.append(found)
    return tuple(made)


def compare_questions(session: Session, course: Course | None, brought: Any) -> PieceCounts:
    """A question is the same if any of its wordings here says the same."""
    here = _wordings(session, course) if course is not None else {}
    standings = [_standing(each, here.get(each.question.lineage)) for each in brought]
    return PieceCounts(*(standings.count(one) for one in ("new", "same", "differs")))


def store_questions(
    change: Change, course: Course, brought: Any, *, differing: bool, by: Actor
) -> None:
    """Add new questions and, with `differing`, a newer wording of those that differ. Raises
    BankFull."""
    here = _wordings(change.session, course)
    for each in brought:
        wordings = here.get(each.question.lineage)
        standing = _standing(each, wordings)
        if wordings is None:
            refuse_full(change.session, course)
            put_question(change, course, each.question, by, dict(each.made_from))
        elif standing == "differs" and differing:
            _add_wording(change, wordings, each, by)


def _wordings(session: Session, course: Course) -> dict[str, list[QuestionRevision]]:
    """Wordings by the lineage of their question, the newest first."""
    found: defaultdict[str, list[QuestionRevision]] = defaultdict(list)
    for revision in wordings_of_course(session, course.id):
        found[revision.question.lineage].append(revision)
    return dict(found)


def _standing(brought: FileQuestion, wordings: Sequence[QuestionRevision] | None) -> str:
    if wordings is None:
        return "new"
    said = brought.question
    tied = wordings[0].question.objective == said.objective
    return (
        "same" if tied and any(value_of(one).says_the_same(said) for one in wordings) else "differs"
    )


def _add_wording(
    change: Change, wordings: Sequence[QuestionRevision], brought: FileQuestion, by: Actor
) -> None:
    held, said = wordings[0].question, brought.question
    if held.kind != said.kind:
        # What is asked in another way is no other wording of it.
        return
    held.objective = said.objective
    held.row_version += 1
    if not any(value_of(one).says_the_same(said) for one in wordings):
        number = wordings[0].number + 1
        write_revision(change, held, said, number, dict(brought.made_from), by)


def _plain(revision: QuestionRevision) -> dict[str, object]:
    question = value_of(revision)
    made: dict[str, object] = {
        "lineage": question.lineage,
        "kind": str(question.kind),
        "language": question.language,
        "texts": dict(question.texts),
    }
    if question.objective:
        made["objective"] = question.objective
    if question.options:
        made["options"] = [_plain_option(option) for option in question.options]
    if revision.made_from:
        made["made_from"] = dict(revision.made_from)
    return made


def _plain_option(option: Option) -> dict[str, object]:
    made: dict[str, object] = {"key": option.key}
    if option.right:
        made["right"] = True
    if option.texts:
        made["texts"] = dict(option.texts)
    return made


def _question(said: dict[str, Any], reading: ValueReading, place: Place) -> FileQuestion:
    known = len(reading.faults)
    kind = reading.choice(said.get("kind"), (*place, "kind"), [str(each) for each in QuestionKind])
    language = reading.language(said.get("language"), (*place, "language"))
    question = BankQuestion(
        QuestionKind(kind) if kind else QuestionKind.SHORT_TEXT,
        language,
        _texts(said.get("texts"), reading, (*place, "texts"), LONGEST_QUESTION),
        _options(said.get("options"), reading, (*place, "options")),
        reading.key(said.get("objective"), (*place, "objective"), needed=False),
        reading.key(said.get("lineage"), (*place, "lineage")),
    )
    made_from = _made_from(said.get("made_from"), reading, (*place, "made_from"))
    if len(reading.faults) == known:
        _refuse_flawed(question, reading, place)
    return FileQuestion(question, made_from)


def _texts(value: object, reading: ValueReading, place: Place, most: int) -> dict[str, str]:
    made: dict[str, str] = {}
    languages = list(value) if isinstance(value, dict) else []
    for language, text in reading.record(value or {}, place, languages[:MOST_LANGUAGES]).items():
        if reading.language(language, (*place, str(language)[:8])):
            made[language] = reading.long_text(text, (*place, language), most)
    return made


def _options(value: object, reading: ValueReading, place: Place) -> tuple[Option, ...]:
    made: list[Option] = []
    for at, row in enumerate(reading.rows(value, place, MOST_OPTIONS), 1):
        here: Place = (*place, at)
        said = reading.record(row, here, ("key", "right", "texts"))
        key, right = said.get("key"), said.get("right", False)
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            reading.fault((*here, "key"), N_("One or two small letters belong here."))
        elif key in {option.key for option in made}:
            reading.fault((*here, "key"), N_("This key stands here twice."))
        elif not isinstance(right, bool):
            reading.fault((*here, "right"), N_("True or false belongs here."))
        else:
            texts = _texts(said.get("texts"), reading, (*here, "texts"), LONGEST_OPTION)
            made.append(Option(key, right, texts))
    return tuple(made)


def _made_from(value: object, reading: ValueReading, place: Place) -> dict[str, str]:
    languages = list(value) if isinstance(value, dict) else []
    made = reading.record(value or {}, place, languages[:MOST_LANGUAGES])
    for language, said in made.items():
        if not isinstance(said, str) or not is_fingerprint(said):
            reading.fault(
                (*place, str(language)[:8]), N_("A fingerprint of 16 digits belongs here.")
            )
    return made


def _refuse_flawed(question: BankQuestion, reading: ValueReading, place: Place) -> None:
    if question.kind is QuestionKind.TRUE_FALSE and question.keys != (TRUE, FALSE):
        reading.fault((*place, "options"), N_("The choices t and f belong here, in this order."))
    elif question.kind not in (*WITH_OPTIONS, QuestionKind.TRUE_FALSE) and question.options:
        reading.fault((*place, "options"), N_("This kind of question has no choices."))
    elif question.kind in WITH_OPTIONS and not all(
        option.texts.get(question.language, "").strip() for option in question.options
    ):
        reading.fault(
            (*place, "options"), N_("A choice has no text in the first language of the question.")
        )
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
