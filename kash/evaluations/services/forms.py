"""Making a form from standard questions, changing them, opening it, giving it more time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kash.attendance.models import RosterEntry
from kash.evaluations.errors import (
    AlreadyOpened,
    AnotherForm,
    FormNotOpen,
    FormWithoutQuestions,
    NotOfThisWorkshop,
    OptionsDiffer,
    TooManyInForm,
    WrongClosingTime,
)
from kash.evaluations.form_keys import OVERHEAD, make_form_key
from kash.evaluations.models import EvaluationBox, EvaluationForm, EvaluationQuestion
from kash.evaluations.queries.forms import asked, questions_of
from kash.evaluations.rules.answers import (
    MOST_COMMENTS,
    MOST_OPTIONS,
    MOST_QUESTIONS,
    BallotQuestionKind,
    packed_size,
)
from kash.evaluations.rules.box import empty_box, slots_for
from kash.evaluations.rules.results import FEWEST
from kash.evaluations.rules.times import LONGER, closing_fits
from kash.evaluations.standard_questions import OF_A_DAY, OF_A_WORKSHOP
from kash.platform.database import new_public_id
from kash.platform.vault import audited
from kash.platform.web.errors import ChangedMeanwhile, one_or_404
from kash.policy import Actor
from kash.workshops.models import Workshop
from kash.workshops.rules import days_between
from kash.workshops.services.planning import held_for_change, held_workshop


@dataclass(frozen=True)
class QuestionDetails:
    """A question as entered: words by language, and those of each option by language."""

    kind: BallotQuestionKind
    texts: dict[str, str]
    options: Sequence[dict[str, str]] = field(default=())


def add_form(workshop: str, day: date | None, *, by: Actor) -> str:
    """Make a form of a workshop's day, or of the whole of it; its public id.

    It has the questions of the last one of its kind in this workshop, else the standard ones.
    Raises NotFound, WorkshopCancelled, NotOfThisWorkshop and AnotherForm.
    """
    with audited("evaluations.form_added", by) as change:
        session = change.session
        of = held_for_change(session, workshop)
        if day is not None and day not in days_between(of.starts_on, of.ends_on):
            raise NotOfThisWorkshop
        _refuse_another(session, of, day)
        made = EvaluationForm(
            public_id=new_public_id(),
            workshop_id=of.id,
            day=day,
            created_by=by.public_id,
            created_at=change.now,
        )
        made.questions = _first_questions(session, of, day)
        session.add(made)
        session.flush()
        change.about(of.public_id, made.public_id)
        return made.public_id


def _refuse_another(session: Session, of: Workshop, day: date | None) -> None:
    """A form that told nothing can be followed by another; no other can."""
    same = EvaluationForm.day.is_(None) if day is None else EvaluationForm.day == day
    for form in session.scalars(
        select(EvaluationForm).where(EvaluationForm.workshop_id == of.id, same)
    ):
        if form.state != "closed" or form.answered - form.left_out >= FEWEST:
            raise AnotherForm


def _first_questions(session: Session, of: Workshop, day: date | None) -> list[EvaluationQuestion]:
    whole = day is None
    before = session.scalar(
        select(EvaluationForm.id)
        .where(EvaluationForm.workshop_id == of.id, EvaluationForm.day.is_(None) == whole)
        .order_by(EvaluationForm.id.desc())
        .limit(1)
    )
    if before is not None:
        copied = [(one.kind, one.texts, one.options) for one in questions_of(session, before)]
    else:
        standard = OF_A_WORKSHOP if whole else OF_A_DAY
        copied = [(str(one.kind), one.texts, list(one.options)) for one in standard]
    return [
        EvaluationQuestion(
            public_id=new_public_id(), position=position, kind=kind, texts=texts, options=options
        )
        for position, (kind, texts, options) in enumerate(copied, start=1)
    ]


def held_form(session: Session, workshop: str, public_id: str) -> EvaluationForm:
    """A form of a workshop, held until the transaction ends. Raises NotFound."""
    of = held_workshop(session, workshop)
    return one_or_404(
        session.scalars(
            select(EvaluationForm)
            .where(EvaluationForm.workshop_id == of.id, EvaluationForm.public_id == public_id)
            .with_for_update()
        ).first()
    )


def _draft(
    session: Session, workshop: str, public_id: str, row_version: int | None = None
) -> EvaluationForm:
    form = held_form(session, workshop, public_id)
    if form.state != "draft":
        raise AlreadyOpened
    if row_version is not None and form.row_version != row_version:
        raise ChangedMeanwhile
    return form


def save_question(
    workshop: str,
    public_id: str,
    question: str | None,
    details: QuestionDetails,
    row_version: int,
    *,
    by: Actor,
) -> None:
    """Add a question at the end of a form that was not opened, or change one (public id).

    Raises NotFound, AlreadyOpened, ChangedMeanwhile, TooManyInForm and OptionsDiffer.
    """
    options = list(details.options) if details.kind is BallotQuestionKind.CHOICE else []
    if details.kind is BallotQuestionKind.CHOICE and not 2 <= len(options) <= MOST_OPTIONS:
        raise OptionsDiffer
    with audited("evaluations.question_saved", by) as change:
        session = change.session
        form = _draft(session, workshop, public_id, row_version)
        there = questions_of(session, form.id)
        if question is None:
            row = EvaluationQuestion(
                public_id=new_public_id(), position=len(there) + 1, kind="scale", texts={}
            )
            form.questions.append(row)
            there.append(row)
        else:
            row = one_or_404(next((one for one in there if one.public_id == question), None))
        row.kind, row.texts, row.options = str(details.kind), details.texts, options
        comments = sum(1 for one in there if one.kind == BallotQuestionKind.COMMENT)
        if len(there) > MOST_QUESTIONS or comments > MOST_COMMENTS:
            raise TooManyInForm
        form.row_version += 1
        session.flush()
        change.about(form.public_id, row.public_id)


def remove_question(workshop: str, public_id: str, question: str, *, by: Actor) -> None:
    """Take a question off a form that was not opened. Raises NotFound and AlreadyOpened."""
    with audited("evaluations.question_removed", by) as change:
        form = _draft(change.session, workshop, public_id)
        there = questions_of(change.session, form.id)
        row = one_or_404(next((one for one in there if one.public_id == question), None))
        change.session.delete(row)
        _number([one for one in there if one is not row])
        form.row_version += 1
        change.about(form.public_id, question)


def move_question_up(workshop: str, public_id: str, question: str, *, by: Actor) -> None:
    """Ask a question one place earlier. Raises NotFound and AlreadyOpened."""
    with audited("evaluations.questions_ordered", by) as change:
        form = _draft(change.session, workshop, public_id)
        there = questions_of(change.session, form.id)
        place = next((at for at, one in enumerate(there) if one.public_id == question), None)
        at = one_or_404(place) if place != 0 else 0
        if at == 0:
            change.nothing()
            return
        there[at - 1], there[at] = there[at], there[at - 1]
        _number(there)
        form.row_version += 1
        change.about(form.public_id, question)


def _number(questions: Sequence[EvaluationQuestion]) -> None:
    for position, one in enumerate(questions, start=1):
        one.position = position


def remove_form(workshop: str, public_id: str, *, by: Actor) -> None:
    """Delete a form that was not opened. Raises NotFound and AlreadyOpened."""
    with audited("evaluations.form_removed", by) as change:
        form = _draft(change.session, workshop, public_id)
        change.session.delete(form)
        change.about(workshop, public_id)


def open_form(
    workshop: str, public_id: str, closes_at: datetime, *, asks_group: bool, by: Actor
) -> None:
    """Have a form take answers from now on, sealed to a key of its own.

    Raises NotFound, WorkshopCancelled, AlreadyOpened, FormWithoutQuestions and WrongClosingTime.
    """
    with audited("evaluations.form_opened", by) as change:
        session = change.session
        held_for_change(session, workshop)
        form = _draft(session, workshop, public_id)
        questions = asked(questions_of(session, form.id))
        if not questions:
            raise FormWithoutQuestions
        if not closing_fits(closes_at, change.now):
            raise WrongClosingTime
        form.state, form.opened_at, form.closes_at = "open", change.now, closes_at
        form.asks_group = asks_group
        form.public_key = make_form_key(form.public_id)
        box = empty_box(slots_for(_expected(session, form)), packed_size(questions) + OVERHEAD)
        session.add(
            EvaluationBox(
                form_id=form.id, slots=box.slots, piece=box.piece, salt=box.salt, body=box.body
            )
        )
        change.about(workshop, form.public_id)


def _expected(session: Session, form: EvaluationForm) -> int:
    count = select(func.count()).where(
        RosterEntry.register_id == Workshop.register_id,
        Workshop.id == form.workshop_id,
        RosterEntry.removed_at.is_(None),
    )
    return session.scalar(count) or 0


def give_more_time(workshop: str, public_id: str, *, by: Actor) -> None:
    """Have an open form close a quarter of an hour later. Raises NotFound, FormNotOpen and
    WrongClosingTime."""
    with audited("evaluations.time_given", by) as change:
        form = held_form(change.session, workshop, public_id)
        if form.state != "open" or form.closes_at is None or form.opened_at is None:
            raise FormNotOpen
        later = max(form.closes_at, change.now) + LONGER
        if not closing_fits(later, form.opened_at):
            raise WrongClosingTime
        form.closes_at = later
        change.about(workshop, form.public_id)
