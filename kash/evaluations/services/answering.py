"""Taking answers. From a phone: no entry, no time, no person; from paper: an entry, since somebody
with an account wrote it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.evaluations.errors import FormFull, FormNotOpen, NotAnAnswer, NothingAnswered
from kash.evaluations.form_keys import OVERHEAD, seal_answer
from kash.evaluations.models import EvaluationBox, EvaluationForm
from kash.evaluations.queries.forms import asked, box_of, group_letters, questions_of
from kash.evaluations.rules.answers import (
    UnreadableBallot,
    packed,
    packed_size,
    read_answers,
    says_nothing,
)
from kash.evaluations.rules.box import BallotBoxFull, was_sent, with_ballot
from kash.evaluations.rules.times import takes_answers
from kash.evaluations.services.forms import held_form
from kash.platform.database import utc_now, writing
from kash.platform.vault import audited
from kash.platform.web.errors import one_or_404
from kash.policy import Actor


def take_answer(public_id: str, given: Mapping[int, str], group: str, nonce: str) -> bool:
    """Put an answer into a form's box; False if the same was sent before.

    `given` are answers by the places of questions, from 0; `nonce` is what the phone made up for
    this sheet. Raises NotFound, FormNotOpen, FormFull, NothingAnswered and NotAnAnswer.
    """
    with writing() as session:
        form = one_or_404(
            session.scalars(
                select(EvaluationForm).where(EvaluationForm.public_id == public_id)
            ).first()
        )
        return _put(session, form, given, group, nonce, on_paper=False)


def enter_sheet(
    workshop: str, public_id: str, given: Mapping[int, str], group: str, nonce: str, *, by: Actor
) -> bool:
    """Put what stands on a sheet of paper into a form's box; False if it was sent before.

    Raises as `take_answer`.
    """
    with audited("evaluations.sheet_entered", by) as change:
        form = held_form(change.session, workshop, public_id)
        change.about(form.public_id)
        put = _put(change.session, form, given, group, nonce, on_paper=True)
        if not put:
            change.nothing()
        return put


def _put(
    session: Session,
    form: EvaluationForm,
    given: Mapping[int, str],
    group: str,
    nonce: str,
    *,
    on_paper: bool,
) -> bool:
    # First, so that a form which is being closed is seen as closed.
    row = session.scalars(
        select(EvaluationBox).where(EvaluationBox.form_id == form.id).with_for_update()
    ).first()
    session.refresh(form)
    if row is None or not takes_answers(form.state, form.closes_at, utc_now()):
        raise FormNotOpen
    box = box_of(row)
    if was_sent(box, nonce):
        return False
    questions = asked(questions_of(session, form.id))
    groups = group_letters(session) if form.asks_group else []
    try:
        ballot = read_answers(questions, given, group, groups, on_paper=on_paper)
        if says_nothing(ballot):
            raise NothingAnswered
        text = packed(ballot, packed_size(questions))
    except UnreadableBallot:
        raise NotAnAnswer from None
    if form.public_key is None or row.piece != len(text) + OVERHEAD:
        raise FormNotOpen
    try:
        box = with_ballot(box, seal_answer(form.public_key, form.public_id, text), nonce)
    except BallotBoxFull:
        raise FormFull from None
    row.taken, row.seen, row.body = box.taken, box.seen, box.body
    row.on_paper += on_paper
    return True
