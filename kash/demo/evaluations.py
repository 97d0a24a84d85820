"""The sample's evaluations: closed, open and not yet open."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import update

from kash.demo.accounts import TRAINER
from kash.evaluations.models import EvaluationForm
from kash.evaluations.services.answering import enter_sheet, take_answer
from kash.evaluations.services.closing import close_form
from kash.evaluations.services.forms import add_form, open_form
from kash.platform.database import db, new_public_id, utc_now, writing
from kash.platform.web.formats import from_local
from kash.policy import Actor
from kash.workshops.models import Workshop

# The questions of a day: how often each answer was given, and what was written.
_OF_A_DAY: Sequence[Sequence[int]] = ((0, 0, 1, 3, 6), (0, 1, 2, 4, 3), (1, 1, 1, 3, 4), (1, 7, 2))
_TOMORROW = (
    "More time for the role plays.",
    "Start at eight, the sun is hot after two.",
    "Chakula kilichelewa.",
)
_OF_A_WORKSHOP: Sequence[Sequence[int]] = (
    (0, 0, 1, 4, 6),
    (0, 0, 2, 3, 6),
    (1, 0, 2, 4, 4),
    (0, 0, 0, 3, 8),
    (4, 7, 0),
    (6, 4, 1),
)
_HELPED = ("Hearing the other side speak first.", "Kujua haki zangu nikikamatwa.")
_CHANGE = ("One more day.", "Bring the commander too.", "Fare came late.")


def evaluate_workshops(actors: dict[str, Actor], workshops: Sequence[str], today: date) -> None:
    """Evaluations of the first workshop; of the running one yesterday's form, today's
    that is open, and one of the whole that is still a draft."""
    by = actors[TRAINER.key]
    first, running = workshops[0], workshops[4]
    last = db.session.query(Workshop).filter_by(public_id=first).one().ends_on
    whole = _open(first, None, by)
    _answer(whole, _OF_A_WORKSHOP, {6: _HELPED, 7: _CHANGE})
    _close(first, whole, last, by)
    day = _open(running, today - timedelta(days=1), by)
    _answer(day, _OF_A_DAY, {4: _TOMORROW})
    enter_sheet(running, day, {0: "5", 1: "3", 2: "5", 3: "2"}, "", new_public_id(), by=by)
    _close(running, day, today - timedelta(days=1), by)
    open_now = _open(running, today, by)
    _answer(open_now, ((0, 0, 1, 2, 3), (0, 0, 0, 4, 2), (0, 1, 0, 2, 3), (0, 5, 1)), {})
    add_form(running, None, by=by)


def _open(workshop: str, day: date | None, by: Actor) -> str:
    made = add_form(workshop, day, by=by)
    open_form(workshop, made, utc_now() + timedelta(hours=8), asks_group=False, by=by)
    return made


def _answer(form: str, counts: Sequence[Sequence[int]], comments: dict[int, Sequence[str]]) -> None:
    """As many answers as the counts say, the same ones each time."""
    dice = random.Random(20)
    people = sum(counts[0])
    answers: list[dict[int, str]] = [{} for _each in range(people)]
    for place, of_question in enumerate(counts):
        given = [str(step) for step, count in enumerate(of_question, 1) for _each in range(count)]
        dice.shuffle(given)
        for answer, key in zip(answers, given, strict=False):
            answer[place] = key
    for place, texts in comments.items():
        for answer, text in zip(dice.sample(answers, len(texts)), texts, strict=True):
            answer[place] = text
    for answer in answers:
        take_answer(form, answer, "", new_public_id())


def _close(workshop: str, form: str, day: date, by: Actor) -> None:
    close_form(workshop, form, by=by)
    _at(form, from_local(day, time(16, 40)))


def _at(form: str, closed_at: datetime) -> None:
    with writing() as session:
        session.execute(
            update(EvaluationForm)
            .where(EvaluationForm.public_id == form)
            .values(
                opened_at=closed_at - timedelta(minutes=40),
                closes_at=closed_at + timedelta(minutes=5),
                closed_at=closed_at,
            )
        )
