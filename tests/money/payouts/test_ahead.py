"""Nothing is due, approved or paid for a session that has not begun."""

from datetime import timedelta

import pytest

from kash.attendance.models import Slot
from kash.money.payouts.queries.payments import lines_of
from kash.money.payouts.rules import PaymentState
from kash.money.payouts.services.claims import Chosen, add_payee
from kash.money.payouts.services.payments import (
    Note,
    approve,
    note_payment,
    open_numbers,
    pay_in_cash,
    turn_back,
)
from kash.platform.database import db
from tests.money.payouts.conftest import NEAR
from tests.refusals import refuses
from tests.workshops.conftest import put_ahead


@pytest.mark.any_engine
@pytest.mark.usefixtures("both_engines_app")
def test_nothing_is_due_for_days_that_are_still_to_come(ready):
    before = ready.rows()
    assert len(before["Zawadi Sampuli"].due.days) == 2
    add_payee(
        ready.workshop,
        name="Dereva Sampuli",
        phone="",
        chosen=Chosen("driver", NEAR),
        days=[ready.workshop.starts_on, ready.workshop.ends_on],
        by=ready.trainer,
    )
    put_ahead(ready.workshop, 3, 4)
    now = ready.rows()
    assert len(now["Zawadi Sampuli"].due.days) == 1
    assert len(now["Dereva Sampuli"].due.days) == 1
    ready.band(Zawadi=NEAR, Baraka=NEAR)
    with refuses("Close every register first, or remove sessions not held"):
        ready.proposed()


@pytest.mark.any_engine
@pytest.mark.usefixtures("both_engines_app")
def test_a_list_of_days_still_to_come_is_neither_approved_nor_paid(ready):
    ready.band(Zawadi=NEAR, Baraka=NEAR)
    made = ready.proposed()
    put_ahead(ready.workshop, 3, 4)
    with refuses("This list pays for a session that has not begun."):
        approve(ready.one(made), ready.director)
    turn_back(ready.one(made), "Not held yet.", ready.director)


@pytest.mark.any_engine
@pytest.mark.usefixtures("both_engines_app")
def test_money_that_was_approved_ahead_of_time_is_not_paid(ready):
    ready.band(Zawadi=NEAR, Baraka=NEAR)
    made = ready.approved()
    line = lines_of(ready.one(made))[0].public_id
    put_ahead(ready.workshop, 4)
    with refuses("This list pays for a session that has not begun."):
        pay_in_cash(ready.one(made), [line], ready.trainer)
    with refuses("This list pays for a session that has not begun."):
        open_numbers(ready.one(made), ready.trainer)
    with refuses("This list pays for a session that has not begun."):
        note_payment(
            ready.one(made),
            line,
            Note(PaymentState.PAID, "cash"),
            PaymentState.OUTSTANDING,
            ready.trainer,
        )
    assert {one.state for one in lines_of(ready.one(made))} == {"outstanding"}


def test_whoever_approves_and_pays_sees_how_sessions_were_held(ready, client_for):
    ready.band(Zawadi=NEAR, Baraka=NEAR)
    slot = db.session.query(Slot).filter_by(register_id=ready.workshop.register_id).first()
    assert slot is not None
    slot.closed_at = slot.starts_at + timedelta(minutes=20)
    slot.early_reason = "The <hall> was needed."
    db.session.commit()
    db.session.rollback()
    at = f"/workshops/{ready.held.workshop}/payouts"
    made = ready.proposed()
    for path in (at, f"{at}/lists/{made}"):
        shown = client_for(ready.director).get(path).text
        assert "Sessions as they were held" in shown
        assert "Closed after 0 h 20; planned: 3 h." in shown
        assert "The &lt;hall&gt; was needed." in shown
        assert "Registers in which something wants a look: 1." in shown
