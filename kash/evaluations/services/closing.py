"""Closing a form: open all answers, count each question by itself, destroy key and box."""

from __future__ import annotations

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.evaluations.errors import FormNotOpen
from kash.evaluations.form_keys import (
    KeyGone,
    destroy_form_key,
    destroy_other_keys,
    open_answer,
    private_half,
)
from kash.evaluations.models import (
    COMMENT,
    EvaluationBox,
    EvaluationComment,
    EvaluationCount,
    EvaluationForm,
    EvaluationQuestion,
)
from kash.evaluations.queries.forms import asked, box_of, questions_of
from kash.evaluations.rules.answers import Ballot, unpacked
from kash.evaluations.rules.box import BallotBox, ballots_in
from kash.evaluations.rules.results import Tally, tally
from kash.evaluations.rules.times import should_be_closed
from kash.evaluations.services.clearing import (
    clear_box,
    clear_box_patiently,
    something_is_left,
)
from kash.evaluations.services.forms import held_form
from kash.platform.database import after_commit, db, new_public_id, utc_now
from kash.platform.vault import Change, SealError, audited, seal
from kash.policy import SYSTEM, Actor
from kash.workshops.models import Workshop

_log = structlog.get_logger("kash.evaluations")


def close_form(workshop: str, public_id: str, *, by: Actor) -> None:
    """Close a form and write down what may be told of it. Raises NotFound and FormNotOpen."""
    with audited("evaluations.form_closed", by) as change:
        form = held_form(change.session, workshop, public_id)
        if form.state != "open":
            raise FormNotOpen
        _close(change, form)
        after_commit(clear_box)
        change.about(workshop, form.public_id)


def close_overdue() -> int:
    """Close forms whose time is over, and destroy what a crash may have left; how many closed.

    A form that cannot be closed holds up no other.
    """
    db.session.rollback()
    due = db.session.execute(
        select(Workshop.public_id, EvaluationForm.public_id)
        .join(Workshop, Workshop.id == EvaluationForm.workshop_id)
        .where(EvaluationForm.state == "open", EvaluationForm.closes_at <= utc_now())
        .order_by(EvaluationForm.id)
    ).all()
    closed = 0
    for workshop, form in due:
        try:
            closed += _close_if_due(workshop, form)
        except Exception:
            db.session.rollback()
            # Of the error the log keeps its kind and place only, nothing of an answer.
            _log.error("evaluation_not_closed", form=form, exc_info=True)
    db.session.rollback()
    still = db.session.scalars(
        select(EvaluationForm.public_id).where(EvaluationForm.state == "open")
    ).all()
    if destroy_other_keys(still) or (not still and something_is_left()):
        clear_box_patiently()
    return closed


def _close_if_due(workshop: str, public_id: str) -> bool:
    with audited("evaluations.form_closed", SYSTEM) as change:
        form = held_form(change.session, workshop, public_id)
        if not should_be_closed(form.state, form.closes_at, change.now):
            change.nothing()
            return False
        _close(change, form)
        after_commit(clear_box_patiently)
        change.about(workshop, form.public_id)
        return True


def _close(change: Change, form: EvaluationForm) -> None:
    session = change.session
    row = session.scalars(
        select(EvaluationBox).where(EvaluationBox.form_id == form.id).with_for_update()
    ).one()
    questions = questions_of(session, form.id)
    ballots = _opened(form, box_of(row))
    found = tally(asked(questions), ballots)
    form.state, form.closed_at, form.public_key = "closed", change.now, None
    form.answered, form.on_paper = row.taken, row.on_paper
    form.left_out = row.taken - found.counted
    form.lost = len(ballots) < row.taken
    _write(session, questions, found)
    session.delete(row)
    public_id = form.public_id
    # Not before: what could not be written down is still there to be counted.
    after_commit(lambda: destroy_form_key(public_id))


def _opened(form: EvaluationForm, box: BallotBox) -> list[Ballot]:
    """Answers that can be opened: none if the key is gone, as after a backup was put back."""
    try:
        private = private_half(form.public_id)
    except (KeyGone, SealError):
        _log.error("evaluation_key_gone", form=form.public_id)
        return []
    found = []
    for sealed in ballots_in(box):
        try:
            found.append(unpacked(open_answer(private, form.public_id, sealed)))
        except SealError:
            _log.error("evaluation_answer_damaged", form=form.public_id)
    return found


def _write(session: Session, questions: list[EvaluationQuestion], found: Tally) -> None:
    for place, counts in found.counts.items():
        for part, of_part in counts.items():
            session.add_all(
                EvaluationCount(
                    question_id=questions[place].id, part=part, option=option, count=count
                )
                for option, count in of_part.items()
            )
    for place, comments in found.comments.items():
        for text in comments:
            public_id = new_public_id()
            session.add(
                EvaluationComment(
                    public_id=public_id,
                    question_id=questions[place].id,
                    body=seal(text, kind=COMMENT, public_id=public_id),
                )
            )
    session.flush()
