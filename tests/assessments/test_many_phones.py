"""Phones that are heard at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from kash.assessments.models import GivenAnswer
from kash.assessments.services.tests import open_for_phones
from kash.platform.database import db, utc_now
from kash.platform.vault import verify
from tests.assessments.test_answering import Phone


@pytest.mark.services
def test_phones_heard_at_the_same_moment_leave_one_answer_that_stands(postgresql_app, bank):
    test = bank.test()
    open_for_phones(bank.held.workshop, test, 30, bank.trainer)
    phone = Phone(bank, test)
    now = utc_now()
    sent = [
        phone.answer("abc"[at % 3], at=now - timedelta(seconds=at), op=f"{at:032d}")
        for at in range(12)
    ]
    db.session.remove()

    def send(number: int) -> None:
        # Each tab of each phone sends some of what another sends too.
        with postgresql_app.app_context():
            phone.send(*sent[number : number + 5], sent_at=now)

    with ThreadPoolExecutor(8) as senders:
        list(senders.map(send, range(8)))
    assert db.session.query(GivenAnswer).count() == 12
    assert [row.op_id for row in db.session.query(GivenAnswer).filter(GivenAnswer.stands)] == [
        f"{0:032d}"
    ]
    assert verify(db.session()).sound
