"""A hall that presses Send at once, on either engine: each answer is counted or refused."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from kash.assessments.evaluations.queries import results_of
from kash.assessments.evaluations.services import FormNotOpen, close_form, take_answer
from kash.platform.database import db, new_public_id
from tests.assessments.evaluations.conftest import Evaluated

PHONES = 8


def test_no_answer_is_lost_when_a_hall_sends_at_once(both_engines_app, evaluated):
    """One of the phones sends all of its sheets twice."""
    nonces = [new_public_id() for _each in range(3 * PHONES)]

    def send(nonce: str) -> bool:
        with both_engines_app.app_context():
            return take_answer(evaluated.form, {0: "4"}, "", nonce)

    db.session.rollback()
    with ThreadPoolExecutor(PHONES) as hall:
        told = list(hall.map(send, nonces + nonces[:5]))
    assert told.count(True) == len(nonces)
    evaluated.close()
    assert results_of(evaluated.row)[0].together["4"] == len(nonces)


def test_what_comes_while_a_form_closes_is_counted_or_refused(both_engines_app, evaluated):
    for _each in range(5):
        evaluated.answer({0: "4"})
    db.session.rollback()
    together = Barrier(PHONES + 1)

    def send(_number: int) -> bool:
        with both_engines_app.app_context():
            together.wait()
            try:
                return take_answer(evaluated.form, {0: "4"}, "", new_public_id())
            except FormNotOpen:
                return False

    def close(given: Evaluated) -> bool:
        with both_engines_app.app_context():
            together.wait()
            close_form(given.workshop, given.form, by=given.trainer)
        return False

    with ThreadPoolExecutor(PHONES + 1) as hall:
        closing = hall.submit(close, evaluated)
        told = list(hall.map(send, range(PHONES)))
        closing.result()
    row = evaluated.row
    assert (row.state, row.answered, row.lost) == ("closed", 5 + told.count(True), False)
    assert results_of(row)[0].together["4"] == row.answered
