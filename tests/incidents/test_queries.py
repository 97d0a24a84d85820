"""What is read beside cases: alerts, and the contact outside."""

from datetime import date, timedelta

import pytest

from kash.accounts.models import Programme
from kash.incidents.models import Alert
from kash.incidents.queries.letterbox import answered_since, court_days
from kash.incidents.queries.officers import outside_contact, proposed_contacts, what_is_missing
from kash.incidents.rules.clocks import CourtDays
from kash.incidents.rules.mediation import Contact
from kash.incidents.services import filing as traceless
from kash.platform.database import db
from kash.platform.vault import VaultMember
from kash.workshops.holidays.models import LocalHoliday
from tests.rows import row

MONDAY = date(2026, 11, 16)


def _settings(**kept: object) -> None:
    programme = db.session.get_one(Programme, 1)
    programme.settings = {**programme.settings, **kept}
    db.session.commit()


@pytest.mark.usefixtures("sqlite_app")
def test_alerts_of_thirteen_weeks_count_once_they_were_answered():
    for weeks, in_time in ((0, True), (13, True), (13, False), (14, True), (14, False), (0, None)):
        row(Alert, week=MONDAY - timedelta(weeks=weeks), in_time=in_time)
    assert answered_since(MONDAY) == {"in_time": 2, "late": 1}
    assert answered_since(MONDAY + timedelta(weeks=99)) == {"in_time": 0, "late": 0}
    db.session.rollback()


def test_a_contact_outside_holds_or_waits_for_a_second_person(sqlite_app, actor):
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


@pytest.mark.usefixtures("sqlite_app")
def test_courts_do_not_sit_on_days_that_the_programme_added():
    assert court_days().sits_on(MONDAY)
    row(LocalHoliday, day=MONDAY)
    assert court_days() == CourtDays(closed=frozenset({MONDAY}))
    assert not court_days().sits_on(MONDAY)
    db.session.rollback()


@pytest.mark.parametrize("holds_keys", [True, False])
def test_what_is_written_without_an_entry_is_cleared_out_of_the_files(
    sqlite_app, actor, monkeypatch, holds_keys
):
    by, cleared = actor("documentation"), []
    if holds_keys:
        row(VaultMember, holder=by.public_id)
        db.session.commit()
    monkeypatch.setattr(traceless, "scrub", lambda **_how: cleared.append(True))
    with traceless.without_trace("incidents.filed", by) as filed:
        filed.about(by.public_id)
        assert (filed.is_noted, cleared) == (holds_keys, [])
    assert cleared == ([] if holds_keys else [True])
