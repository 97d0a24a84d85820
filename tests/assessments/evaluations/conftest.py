"""A workshop with a form that is open, and phones that answer it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest

from kash.assessments.evaluations.models import EvaluationForm
from kash.assessments.evaluations.queries import hall_code
from kash.assessments.evaluations.services import add_form, close_form, open_form, take_answer
from kash.platform.database import db, new_public_id, utc_now
from kash.policy import Actor
from tests.workshops.conftest import FIRST_DAY, Held, plan  # noqa: F401


@dataclass
class Evaluated:
    """A form of a workshop's first day, by public ids, and the trainer who runs it."""

    workshop: str
    form: str
    trainer: Actor

    @property
    def row(self) -> EvaluationForm:
        db.session.rollback()
        return db.session.query(EvaluationForm).filter_by(public_id=self.form).one()

    @property
    def code(self) -> str:
        return hall_code(self.row)

    @property
    def address(self) -> str:
        return f"/workshops/{self.workshop}/evaluations/{self.form}"

    def answer(self, given: Mapping[int, str], group: str = "", nonce: str = "") -> bool:
        return take_answer(self.form, given, group, nonce or new_public_id())

    def close(self) -> None:
        close_form(self.workshop, self.form, by=self.trainer)


@pytest.fixture
def make_open(plan):  # noqa: F811
    """`make_open()`: another workshop, with a form of its first day that is open."""

    def make(held: Held | None = None, *, asks_group: bool = False) -> Evaluated:
        held = held or plan()
        form = add_form(held.workshop, FIRST_DAY, by=held.trainer)
        until = utc_now() + timedelta(hours=1)
        open_form(held.workshop, form, until, asks_group=asks_group, by=held.trainer)
        return Evaluated(held.workshop, form, held.trainer)

    return make


@pytest.fixture
def evaluated(make_open):
    """One such workshop."""
    return make_open()
