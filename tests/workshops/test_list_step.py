"""Enrolling everyone of a list in a workshop, from the page that tells what became of the list."""

from collections import Counter
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from kash.people.models import Group
from kash.platform.database import db
from kash.platform.vault import AuditEntry
from kash.platform.web.formats import local_today
from kash.policy import Actor
from kash.workshops.models import Enrolment
from tests.people.lists.conftest import bring, confirm
from tests.workshops.conftest import Held

__all__ = ["bring"]

LIST = "Name;Code;Age\nAmani Mfano;K-1;30\nBaraka Jaribio;K-2;31\nZawadi Sampuli;K-3;16\n"


@pytest.fixture
def coming(plan):
    """`coming(capacity=…)` plans a workshop that begins next week."""

    def make(**more: object) -> Held:
        first = local_today() + timedelta(days=7)
        return plan(starts_on=first, ends_on=first + timedelta(days=1), **more)

    return make


@pytest.fixture
def saved(bring):
    """`saved(trainer)` brings in and confirms a list of two adults and one child."""

    def make(by: Actor) -> str:
        group = db.session.query(Group).filter_by(letter="B").one().public_id
        made = bring(by, LIST, group=group)
        confirm(made, by)
        db.session.rollback()
        return made

    return make


def standing(held: Held) -> dict[str, str]:
    """{name: state} of everyone in the workshop."""
    db.session.rollback()
    return {
        row.person.chosen_name: row.state
        for row in db.session.query(Enrolment)
        if row.workshop.public_id == held.workshop
    }


def enrol_list(browser: FlaskClient, made: str, workshop: str) -> str:
    """Choose the workshop on the list's page; what is told on the page after it."""
    sent = browser.post(f"/people/lists/{made}/next/enrol", data={"choice": workshop})
    assert sent.status_code == 303
    return browser.get(sent.location).text


def test_everyone_but_the_child_is_enrolled_and_on_the_register(
    both_engines_app, coming, saved, client_for
):
    held = coming(capacity=10)
    made, browser = saved(held.trainer), client_for(held.trainer)
    offered = browser.get(f"/people/lists/{made}").text
    assert f'value="{held.workshop}"' in offered
    assert "Nobody under 18 is enrolled." in offered
    told = enrol_list(browser, made, held.workshop)
    assert "Done for: 2. On the waiting list: 0. Left out: 1." in told
    assert "Left out: people in this workshop already" in told
    assert standing(held) == {"Amani Mfano": "confirmed", "Baraka Jaribio": "confirmed"}
    assert all(row.roster_entry is not None for row in db.session.query(Enrolment))
    # Once more changes nothing, and writes nothing down.
    assert "Done for: 0. On the waiting list: 0. Left out: 3." in enrol_list(
        browser, made, held.workshop
    )
    assert len(standing(held)) == 2
    entries = db.session.query(AuditEntry).filter_by(action="workshops.people_enrolled").all()
    assert [len(entry.subjects) for entry in entries] == [5]


def test_in_a_full_workshop_they_wait(coming, saved, client_for):
    held = coming(capacity=1)
    made = saved(held.trainer)
    told = enrol_list(client_for(held.trainer), made, held.workshop)
    assert "Done for: 1. On the waiting list: 1. Left out: 1." in told
    assert Counter(standing(held).values()) == {"confirmed": 1, "waiting": 1}


def test_anothers_workshop_is_neither_offered_nor_taken(coming, saved, actor, client_for):
    other = coming(capacity=10)
    mine = coming(capacity=10, by=actor("trainer"))
    made, browser = saved(mine.trainer), client_for(mine.trainer)
    assert other.workshop not in browser.get(f"/people/lists/{made}").text
    assert "Choose one from the list." in enrol_list(browser, made, other.workshop)
    assert (standing(other), standing(mine)) == ({}, {})
    assert browser.post(f"/people/lists/{made}/next/nothing").status_code == 404


def test_a_list_that_waits_enrols_nobody(coming, bring, client_for):
    held = coming(capacity=10)
    group = db.session.query(Group).filter_by(letter="B").one().public_id
    made = bring(held.trainer, LIST, group=group)
    browser = client_for(held.trainer)
    answer = browser.post(f"/people/lists/{made}/next/enrol", data={"choice": held.workshop})
    assert answer.status_code == 404
    assert standing(held) == {}
