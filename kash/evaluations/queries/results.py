"""Results of a closed form as they may be told, and how many were in the room."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta

from sqlalchemy import func, select

from kash.attendance.models import Mark, MarkStatus, RosterEntry, Slot
from kash.evaluations.models import (
    COMMENT,
    EvaluationComment,
    EvaluationCount,
    EvaluationForm,
    EvaluationQuestion,
)
from kash.evaluations.queries.forms import questions_of
from kash.evaluations.rules.results import FEWEST, all_together
from kash.people.models import Person
from kash.platform.database import db
from kash.platform.vault import open_text
from kash.platform.web.formats import from_local
from kash.workshops.models import Workshop

_MIDNIGHT = time(0, 0)


@dataclass(frozen=True)
class QuestionResults:
    """A question with how often each answer was given, by option and part, and its comments."""

    question: EvaluationQuestion
    parts: dict[str, dict[str, int]]
    comments: Sequence[str]

    @property
    def together(self) -> dict[str, int]:
        """How often each answer was given by everybody; none if fewer than five answered."""
        return all_together(self.parts)

    @property
    def counted(self) -> int:
        """How many answered it, as far as that is told."""
        return sum(self.together.values())


def results_of(form: EvaluationForm) -> list[QuestionResults]:
    """The results of a closed form in the order of its questions; three queries. Comments come in
    another order each time."""
    session = db.session()
    questions = questions_of(session, form.id)
    counts: dict[int, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for one in session.scalars(
        select(EvaluationCount)
        .join(EvaluationQuestion, EvaluationQuestion.id == EvaluationCount.question_id)
        .where(EvaluationQuestion.form_id == form.id)
        .order_by(EvaluationCount.part, EvaluationCount.option)
    ):
        counts[one.question_id][one.part][one.option] = one.count
    comments: dict[int, list[str]] = defaultdict(list)
    for comment in session.scalars(
        select(EvaluationComment)
        .join(EvaluationQuestion, EvaluationQuestion.id == EvaluationComment.question_id)
        .where(EvaluationQuestion.form_id == form.id)
    ):
        text = open_text(comment.body, kind=COMMENT, public_id=comment.public_id)
        comments[comment.question_id].append(text)
    for of_question in comments.values():
        secrets.SystemRandom().shuffle(of_question)
    return [QuestionResults(one, dict(counts[one.id]), comments[one.id]) for one in questions]


def in_the_room(workshop: Workshop, form: EvaluationForm) -> int:
    """How many people have a mark that counts: on the form's day, or on any day of the workshop."""
    count = (
        select(func.count(func.distinct(Mark.person_id)))
        .join(MarkStatus, MarkStatus.code == Mark.status)
        .join(Slot, Slot.id == Mark.slot_id)
        .where(Slot.register_id == workshop.register_id, MarkStatus.weight > 0)
    )
    if form.day is not None:
        begins = from_local(form.day, _MIDNIGHT)
        count = count.where(Slot.starts_at >= begins, Slot.starts_at < begins + timedelta(days=1))
    return db.session.scalar(count) or 0


def groups_stand_apart(found: Workshop) -> bool:
    """True if two groups at least have five people on the register, so that telling their answers
    apart could ever be shown."""
    rows = db.session.execute(
        select(func.count())
        .select_from(RosterEntry)
        .join(Person, Person.id == RosterEntry.person_id)
        .where(RosterEntry.register_id == found.register_id, RosterEntry.removed_at.is_(None))
        .group_by(Person.group_id)
    )
    return sum(1 for (count,) in rows if count >= FEWEST) > 1
