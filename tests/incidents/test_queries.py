"""What is read beside cases: alerts, and the contact outside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from apiflask import APIFlask

from kash.accounts.models import Programme
from kash.incidents.models import Alert
from kash.incidents.queries.alerts import AlertsAnswered, answered_since
from kash.incidents.queries.outside import outside_contact, proposed_contacts, what_is_missing
from kash.incidents.rules.outside import Contact
from kash.platform.database import db
from kash.policy import Actor
from tests.rows import row

MONDAY = date(2026, 11, 16)


def _settings(**kept: object) -> None:
    programme = db.session.get_one(Programme, 1)
    programme.settings = {**programme.settings, **kept}
    db.session.commit()


@pytest.mark.usefixtures("sqlite_app")
def test_alerts_of_thirteen_weeks_count_once_they_were_answered() -> None:
    for weeks, in_time in ((0, True), (13, True), (13, False), (14, True), (14, False), (0, None)):
        row(Alert, week=MONDAY - timedelta(weeks=weeks), in_time=in_time)
    assert answered_since(MONDAY) == AlertsAnswered(in_time=2, late=1)
    assert answered_since(MONDAY + timedelta(weeks=99)) == AlertsAnswered(0, 0)
    db.session.rollback()


def test_a_contact_outside_holds_or_waits_for_a_second_person(
    sqlite_app: APIFlask, actor: Callable[..., Actor]
) -> None:
    custodian, asker, peer = actor("custodian"), actor("custodian"), actor("peer")
    assert (outside_contact(), proposed_contacts()) == (None, {})
    assert (what_is_missing(custodian), what_is_missing(peer)) == ("none", "")
    contact = Contact("Lawyer", "0700", asker.public_id)
    _settings(outside={"proposed_b": contact.as_kept(), "proposed_a": {"name": "No way"}})
    assert proposed_contacts() == {"proposed_b": contact}
    assert outside_contact() is None
    assert (what_is_missing(custodian), what_is_missing(asker)) == ("waits", "")
    _settings(outside={"holds": contact.as_kept()})
    assert (outside_contact(), proposed_contacts()) == (contact, {})
    assert what_is_missing(custodian) == ""
