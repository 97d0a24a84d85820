"""The head of a workshop: how far it is, and the one next step as its button."""

import re

import pytest
from sqlalchemy import update

from kash.attendance.models import Slot
from kash.certificates.models import Printing
from kash.certificates.services.issuing import approve, issue, set_rule
from kash.platform.database import db, utc_now
from kash.workshops.models import Workshop
from tests.workshops.conftest import in_days

from . import conftest
from .conftest import ALL, MOST, Ready, mark

WAY = ["Planned", "Enrolled", "Sessions held", "Confirmed", "Certified", "Printed", "Paid"]


@pytest.fixture
def head(held, client_for):
    """`head(account)` gives how many milestones are reached, and the button on the plan."""
    clients = {}

    def read(account):
        clients.setdefault(account, client_for(account))
        page = clients[account].get(f"/workshops/{held.workshop}").get_data(as_text=True)
        (way,) = re.findall(r'<ol class="way".*?</ol>', page, re.S)
        (done,) = re.findall(r"</summary><p>(.*?)</p>", way, re.S) or [""]
        reached = done.split(", ") if done else []
        coming = re.findall(r'<li(?: aria-current="step")?>([^<]+)</li>', way)
        assert [*reached, *coming] == [name for name in WAY if name in {*reached, *coming}]
        db.session.rollback()
        return len(reached), *re.findall(r'<a class="btn main" href="[^"]*">([^<]+)</a>', page)

    return read


def test_the_head_leads_from_a_plan_to_printed_certificates(held, head, actor):
    trainer, director = held.trainer, actor("director", name="Subira Mfano")
    ready = Ready(held, trainer, director)
    assert head(trainer) == (2, "Open the register")
    mark(held)
    # Whoever closed the registers can't confirm them, and nobody has a rule for certificates yet.
    assert [head(trainer), head(director)] == [(3,), (3, "Confirm registers")]
    set_rule(75, name_must_be_confirmed=True, by=director)
    ready.confirm(ALL, MOST)
    assert head(trainer) == (3, "Propose certificates")
    db.session.execute(update(Slot).values(confirmed_at=utc_now(), confirmed_by=director.public_id))
    db.session.commit()
    assert [head(trainer), head(director)] == [(4, "Propose certificates"), (4,)]
    batch = ready.proposed()
    assert [head(trainer), head(director)] == [(4,), (4, "Look and approve")]
    approve(ready.batch(batch), director)
    assert [head(trainer), head(director)] == [(4, "Issue"), (4,)]
    issue(ready.batch(batch), ready.workshop.ends_on, trainer)
    assert [head(trainer), head(director)] == [(5, "Print"), (5,)]
    db.session.add(Printing(batch_id=ready.batch(batch).id, kind="certificate", count=2))
    db.session.commit()
    assert [head(trainer), head(director)] == [(6,), (6,)]


def test_people_are_enrolled_until_a_workshop_begins(held, head):
    db.session.execute(update(Workshop).values(**in_days(5)))
    db.session.commit()
    assert head(held.trainer) == (1, "Enrol people")


def test_a_workshop_of_which_nobody_may_have_a_certificate_ends_with_its_registers(
    held, head, actor, monkeypatch
):
    monkeypatch.setattr(conftest, "PRESENT", {})
    mark(held)
    set_rule(75, name_must_be_confirmed=True, by=actor("director"))
    assert head(held.trainer) == (3,)
