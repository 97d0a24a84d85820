"""Forms of a workshop, their questions, and the form whose code hangs on a wall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.attendance.rules.door import one_of, read_code, short_code
from kash.evaluations.models import EvaluationBox, EvaluationForm, EvaluationQuestion
from kash.evaluations.rules.answers import BallotQuestion, BallotQuestionKind
from kash.evaluations.rules.box import BallotBox
from kash.people.models import Group
from kash.platform.database import db
from kash.platform.vault import lookup
from kash.platform.web.errors import one_or_404
from kash.policy import Actor, Reach
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import run_by


def forms_of(found: Workshop) -> list[EvaluationForm]:
    """The forms of a workshop: days first, then that of the whole."""
    rows = db.session.scalars(
        select(EvaluationForm)
        .where(EvaluationForm.workshop_id == found.id)
        .order_by(EvaluationForm.day.is_(None), EvaluationForm.day, EvaluationForm.id)
    )
    return list(rows)


def form_of(workshop: Workshop, public_id: str) -> EvaluationForm:
    """A form of this workshop. Raises NotFound."""
    return one_or_404(
        db.session.scalars(
            select(EvaluationForm).where(
                EvaluationForm.workshop_id == workshop.id, EvaluationForm.public_id == public_id
            )
        ).first()
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
    return [BallotQuestion(BallotQuestionKind(one.kind), len(one.options)) for one in questions]


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
    rows = db.session.scalars(
        select(EvaluationForm).where(EvaluationForm.state == "open").order_by(EvaluationForm.id)
    ).all()
    found = [form for form in rows if one_of(code, (hall_code(form),))]
    return found[0] if found else None


def taken_so_far(form: EvaluationForm) -> int:
    """How many answers lie in an open form's box."""
    taken = db.session.scalar(select(EvaluationBox.taken).where(EvaluationBox.form_id == form.id))
    return taken or 0


@dataclass(frozen=True)
class OpenEvaluation:
    """An open form with its workshop, by public ids."""

    workshop: str
    title: str
    form: str
    closes_at: datetime


def open_forms(actor: Actor) -> list[OpenEvaluation]:
    """The forms that are open in the workshops that this actor runs."""
    if actor.reach("evaluations.run") is not Reach.OWN:
        return []
    rows = db.session.execute(
        select(
            Workshop.public_id, Workshop.title, EvaluationForm.public_id, EvaluationForm.closes_at
        )
        .join(Workshop, Workshop.id == EvaluationForm.workshop_id)
        .where(EvaluationForm.state == "open", Workshop.id.in_(run_by(actor)))
        .order_by(EvaluationForm.closes_at, EvaluationForm.id)
    )
    return [
        OpenEvaluation(workshop, title, form, closes_at)
        for workshop, title, form, closes_at in rows
        if closes_at is not None
    ]
