"""Addresses of calendars of accounts and venues."""

import pytest

from kash.accounts.models import Account
from kash.accounts.services.marks import token_hash
from kash.people.models import Venue
from kash.planning.feeds.models import CalendarAddress
from kash.planning.feeds.queries import (
    calendar_behind,
    own_address,
    venue_named,
    venues_with_addresses,
)
from kash.platform.database import db, utc_now
from kash.platform.web.errors import NotFound
from tests.rows import row

NOW = utc_now().replace(microsecond=0)


@pytest.fixture(autouse=True)
def _as_it_was(sqlite_app):
    with sqlite_app.test_request_context("/"):
        yield
    db.session.rollback()


def test_an_address_opens_while_its_account_may_act(actor):
    who = {
        name: actor("trainer", **more)
        for name, more in (
            ("own", {}),
            ("closed", {"active": False}),
            ("paused", {"paused_at": NOW}),
            ("other", {}),
        )
    }
    made = {
        name: row(
            CalendarAddress,
            account=db.session.get_one(Account, one.account_id),
            venue=None,
            token_hash=token_hash(name),
        )
        for name, one in who.items()
        if name != "other"
    }
    assert (own_address(who["own"]), own_address(who["other"])) == (made["own"], None)
    assert b"BEGIN:VCALENDAR" in calendar_behind("own")
    for wrong in ("closed", "paused", "nowhere"):
        with pytest.raises(NotFound):
            calendar_behind(wrong)


def test_venues_stand_by_name_in_use_or_with_an_address(actor):
    made = {
        name: row(Venue, name=name, active=active)
        for name, active in (("hall", True), ("Annex", True), ("Barn", False), ("Closed", False))
    }
    account = db.session.get_one(Account, actor("trainer").account_id)
    row(CalendarAddress, account=account, venue=None)
    for name in ("hall", "Barn"):
        row(CalendarAddress, account=None, venue=made[name], made_at=NOW)
    rows = [(one.name, one.made_at) for one in venues_with_addresses()]
    assert rows == [("Annex", None), ("Barn", NOW), ("hall", NOW)]
    assert venue_named(made["Closed"].public_id) == made["Closed"]
    with pytest.raises(NotFound):
        venue_named("nowhere")
