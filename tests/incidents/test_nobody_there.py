"""Faults of those who should be there: nobody is on duty, every vault stays closed for a week, and
the gateway answers twice."""

import json
from datetime import timedelta

import pytest

from kash.incidents.queries.letterbox import open_alerts, opened_box
from kash.incidents.rules.filing import Screen
from kash.incidents.services import alerts
from kash.incidents.services.letterbox import next_morning, remind_members
from kash.people.rules.directory import Stretch, minute_of_week
from kash.platform.database import db, writing
from kash.platform.messages.gateways import _answered
from kash.platform.messages.rules import TryOutcome
from kash.platform.web.formats import to_local
from kash.policy import SYSTEM
from tests.incidents.test_who_is_told import ANNA, BRENDA, CLARA, DORA, GRACE, Desk, desk  # noqa: F401

HOURS_OF_A_WEEK = 7 * 24


def _without_hours(desk: Desk, *, active: bool) -> None:  # noqa: F811
    """All three officers are away, or on duty at another hour only."""
    minute = minute_of_week(to_local(desk.night.now))
    begins = (minute // 60 * 60 + 12 * 60) % (7 * 24 * 60)
    officers = ((desk.anna, ANNA), (desk.brenda, BRENDA), (desk.clara, CLARA))
    for place, (officer, number) in enumerate(officers, start=1):
        alerts.set_duty(
            SYSTEM,
            officer.actor.public_id,
            position=place,
            hours=[Stretch(begins, begins + 60)] if active else [],
            active=active,
            phone=number,
        )


@pytest.mark.any_engine
@pytest.mark.parametrize("active", [False, True], ids=["all are away", "at other hours"])
def test_with_nobody_on_duty_all_are_told_in_their_order(active, desk):  # noqa: F811
    _without_hours(desk, active=active)
    desk.nobody_looks()
    assert [desk.night.later(15) for _quarter in range(3)] == [[BRENDA], [DORA], [CLARA]]
    page = desk.anna.client.get("/w/o").text
    assert "When nobody is on duty, all are told in this order." in page
    assert "on duty now" not in page
    desk.reports(held=True)
    (owned,) = opened_box(db.session()).owners.values()
    assert owned.account == desk.anna.actor.public_id


@pytest.mark.any_engine
def test_who_works_on_it_is_the_owner_where_nobody_took_it_up(desk):  # noqa: F811
    """In the list, by its filter and on Today alike."""
    desk.reports(held=True)
    (reference,) = opened_box(db.session()).owners

    def shown(assigned: str) -> bool:
        asked = {"show": "open", "assigned": assigned}
        return f'href="/w/{reference}"' in desk.clara.client.post("/w/search", data=asked).text

    anna, brenda = desk.anna.actor.public_id, desk.brenda.actor.public_id
    assert [shown(who) for who in ("", anna, brenda, "nobody")] == [True, True, False, False]
    assert "New reports that nobody took up yet" in desk.clara.client.get("/").text
    assert "Cases that are yours" in desk.anna.client.get("/").text


@pytest.mark.any_engine
def test_while_every_vault_is_closed_for_a_week_phones_ring_each_hour_and_pages_say_so(
    desk,  # noqa: F811
):
    """Somebody is held, another report is ordinary, and nobody opens a vault."""
    receipt = desk.reports(held=True)
    desk.reports(("what", Screen(acts=["P1"])))
    morning = next_morning(desk.night.now)
    assert desk.night.later(1) == [ANNA, GRACE]
    hours, rang = 0, set()
    for _hour in range(HOURS_OF_A_WEEK):
        numbers = desk.night.later(60, every=30)
        hours += bool(numbers)
        rang |= set(numbers)
    # Not one hour is silent; those who could look are all told.
    assert hours == HOURS_OF_A_WEEK
    assert rang == {ANNA, BRENDA, CLARA, GRACE, DORA}
    # The alert is over after a day, and counts as one at which nobody looked in time.
    assert open_alerts() == []
    assert "later or not at all 1" in desk.anna.client.get("/w/o").text
    # What each reads who signs in and leaves the vault closed.
    told = desk.today(desk.anna.actor)
    assert "Open the vault to see" in told
    told = desk.today(desk.grace.actor)
    assert "A case with somebody held has been silent" in told
    assert 'href="tel:+254712000001"' in told
    # Members have mail each morning, and its words say nothing of it.
    days = [remind_members(morning + timedelta(days=day)) for day in range(7)]
    assert days == [4] * 7
    # And who holds the receipt reads what is true.
    words = {"code": receipt.code, "word": receipt.word}
    page = desk.client_for(desk.peer).post("/w/r", data=words).text
    assert "Somebody looked." not in page
    assert "It has arrived" in page


def _lines(*codes: int) -> bytes:
    lines = [
        {"number": ANNA, "statusCode": code, "messageId": str(place)}
        for place, code in enumerate(codes)
    ]
    return json.dumps({"SMSMessageData": {"Recipients": lines}}).encode()


def test_where_the_gateway_answers_twice_for_a_number_the_first_answer_counts():
    taken = _answered(_lines(101, 406), [ANNA])
    assert (taken[ANNA].outcome, taken[ANNA].gateway_id) == (TryOutcome.ACCEPTED, "0")
    assert _answered(_lines(406, 101), [ANNA])[ANNA].outcome is TryOutcome.REFUSED


@pytest.mark.any_engine
def test_a_gateway_that_answers_twice_rings_nobody_twice(desk, monkeypatch):  # noqa: F811
    """It takes the text, its answer is lost, and the chore runs again, twice in one minute."""
    sent: list[str] = []

    def send(text, numbers):
        sent.extend(numbers)
        return {number: _answered(_lines(101, 101), [ANNA])[ANNA] for number in numbers}

    monkeypatch.setattr(desk.night, "send", send)
    monkeypatch.setattr(alerts, "mail_is_set_up", lambda: False)
    with writing() as session:
        alerts.raise_alert(session, desk.night.now)
    for _again in range(2):
        alerts.tell_officers(desk.night.now)
    assert sorted(sent) == [ANNA, GRACE]
