"""Forms of a workshop, their questions, and the form whose code hangs on a wall. Results of a
closed form as they may be told, and how many were in the room. Words of evaluations, and the words
of a question in the language of a page."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from kash.assessments.evaluations.models import (
    COMMENT,
    EvaluationBox,
    EvaluationComment,
    EvaluationCount,
    EvaluationForm,
    EvaluationQuestion,
)
from kash.assessments.evaluations.rules import (
    FEWEST,
    REST,
    BallotBox,
    BallotQuestion,
    BallotQuestionKind,
    all_together,
)
from kash.attendance.models import Mark, MarkStatus, RosterEntry, Slot
from kash.attendance.rules.registers import one_of, read_code, short_code
from kash.people.models import Group, Person
from kash.platform.database import db
from kash.platform.vault import lookup, open_text
from kash.platform.web.errors import get_or_404
from kash.platform.web.formats import day_text, from_local
from kash.platform.web.language import language_code
from kash.policy import Actor, Reach
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import run_by


def forms_of(found: Workshop) -> list[EvaluationForm]:
    """The forms of a workshop: days first, then that of the whole."""
    forms = select(EvaluationForm).where(EvaluationForm.workshop_id == found.id)
    by_day = (EvaluationForm.day.is_(None), EvaluationForm.day, EvaluationForm.id)
    return list(db.session.scalars(forms.order_by(*by_day)))


def form_of(workshop: Workshop, public_id: str) -> EvaluationForm:
    """A form of this workshop. Raises NotFound."""
    return get_or_404(
        db.session, EvaluationForm, public_id, EvaluationForm.workshop_id == workshop.id
    )


def questions_of(session: Session, form_id: int) -> list[EvaluationQuestion]:
    """The questions of a form (its key) in their order."""
    rows = session.scalars(
        select(EvaluationQuestion)
        .where(EvaluationQuestion.form_id == form_id)
        .order_by(EvaluationQuestion.position, EvaluationQuestion.id)
    )
    return list(rows)


def asked(questions: Sequence[EvaluationQuestion]) -> list[BallotQuestion]:
    """The questions as rules know them."""
    return [
        BallotQuestion(BallotQuestionKind(question.kind), len(question.options))
        for question in questions
    ]


def box_of(row: EvaluationBox) -> BallotBox:
    """The box of an open form, as rules know it."""
    return BallotBox(row.slots, row.piece, row.taken, row.salt, row.seen, row.body)


def group_letters(session: Session) -> list[str]:
    """The letters of the programme's groups, as badges show them."""
    return list(session.scalars(select(Group.letter).order_by(Group.position, Group.id)))


def hall_code(form: EvaluationForm) -> str:
    """The code on the wall for an open form: the same as long as it is open, and for everybody."""
    return short_code(lookup(form.public_id, kind="evaluations.hall_code"))


def form_with_code(typed: str) -> EvaluationForm | None:
    """The open form whose code was typed or scanned; None if there is none."""
    code = read_code(typed)
    forms = db.session.scalars(
        select(EvaluationForm).where(EvaluationForm.state == "open").order_by(EvaluationForm.id)
    ).all()
    return next((form for form in forms if one_of(code, (hall_code(form),))), None)


def taken_so_far(form: EvaluationForm) -> int:
    """How many answers lie in an open form's box."""
    taken = db.session.scalar(select(EvaluationBox.taken).where(EvaluationBox.form_id == form.id))
    return taken or 0


def open_forms(actor: Actor) -> Sequence[Row[str, str, str, datetime | None]]:
    """The forms that are open in the workshops that this actor runs, each with its workshop, by
    public ids."""
    if actor.reach("evaluations.run") is not Reach.OWN:
        return []
    return db.session.execute(
        select(
            Workshop.public_id.label("workshop"),
            Workshop.title,
            EvaluationForm.public_id.label("form"),
            EvaluationForm.closes_at,
        )
        .join(Workshop, Workshop.id == EvaluationForm.workshop_id)
        .where(
            EvaluationForm.state == "open",
            EvaluationForm.closes_at.is_not(None),
            Workshop.id.in_(run_by(actor)),
        )
        .order_by(EvaluationForm.closes_at, EvaluationForm.id)
    ).all()


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
    keys = [question.id for question in questions]
    counts: dict[int, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for counted in session.scalars(
        select(EvaluationCount)
        .where(EvaluationCount.question_id.in_(keys))
        .order_by(EvaluationCount.part, EvaluationCount.option)
    ):
        counts[counted.question_id][counted.part][counted.option] = counted.count
    comments: dict[int, list[str]] = defaultdict(list)
    for comment in session.scalars(
        select(EvaluationComment).where(EvaluationComment.question_id.in_(keys))
    ):
        text = open_text(comment.body, kind=COMMENT, public_id=comment.public_id)
        comments[comment.question_id].append(text)
    for of_question in comments.values():
        secrets.SystemRandom().shuffle(of_question)
    return [
        QuestionResults(question, dict(counts[question.id]), comments[question.id])
        for question in questions
    ]


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


KIND = {
    BallotQuestionKind.SCALE: _l("Scale from 1 to 5"),
    BallotQuestionKind.CHOICE: _l("One of several answers"),
    BallotQuestionKind.COMMENT: _l("Short comment"),
}
STATE = {"draft": _l("Not open yet"), "open": _l("Open"), "closed": _l("Closed")}
STATE_TONE = {"draft": "", "open": "live", "closed": "good"}
STEPS = {
    "1": _l("No, not at all"),
    "2": _l("Not really"),
    "3": _l("Partly"),
    "4": _l("Mostly"),
    "5": _l("Yes, fully"),
}


def in_words(texts: Mapping[str, str]) -> str:
    """A text in the language of the page, else in the one that there is."""
    return texts.get(language_code()) or next((text for text in texts.values() if text), "")


def form_title(form: EvaluationForm) -> str:
    """Name of a form within its workshop."""
    if form.day is None:
        return _("The whole workshop")
    return _("The day: %(day)s", day=day_text(form.day))


def option_words(question: EvaluationQuestion) -> dict[str, str]:
    """The answers that a question offers, by their keys."""
    if question.kind == BallotQuestionKind.SCALE:
        return {key: f"{key} · {word}" for key, word in STEPS.items()}
    return {str(number): in_words(words) for number, words in enumerate(question.options, start=1)}


def part_word(part: str) -> str:
    """Name of those whose answers are told apart."""
    if part == REST:
        return _("No group named")
    return _("Group %(letter)s", letter=part) if part else _("All")
