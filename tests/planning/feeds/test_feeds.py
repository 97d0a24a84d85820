"""Calendars by a private address: what they hold, and when they end."""

from datetime import date, timedelta

import pytest
from apiflask import APIFlask
from ical.calendar_stream import IcsCalendarStream
from ical.event import Event
from sqlalchemy import select, update

from kash.accounts.models import Account
from kash.accounts.services.locking import revoke_everything
from kash.people.models import Person, Venue
from kash.planning.feeds.models import CalendarAddress
from kash.planning.feeds.services import (
    end_own_address,
    end_with_access,
    make_own_address,
    make_venue_address,
)
from kash.platform.database import db, utc_now, writing
from kash.platform.web.formats import from_local
from kash.workshops.availability.models import VenueBlock
from kash.workshops.models import Enrolment
from kash.workshops.rules import EnrolmentState
from kash.workshops.services.people import change_enrolment, enrol
from kash.workshops.services.planning import cancel_workshop
from tests.workshops.conftest import details, make_person

_AHEAD = date.today() + timedelta(days=20)


@pytest.fixture
def ahead(plan):
    """A workshop of two days, twenty days ahead."""
    return plan(starts_on=_AHEAD, ends_on=_AHEAD + timedelta(days=1), new_venue="Lake hall")


def _events(app: APIFlask, token: str) -> list[Event]:
    answer = app.test_client().get(f"/feeds/read/{token}")
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    return IcsCalendarStream.calendar_from_ics(answer.text).events


def _answer(app: APIFlask, token: str) -> int:
    return app.test_client().get(f"/feeds/read/{token}").status_code


def test_each_day_of_a_workshop_is_one_event_under_its_public_title_only(app, ahead):
    events = _events(app, make_own_address(ahead.trainer))
    title = ahead.row.version.public_title
    assert ahead.row.title != title
    assert [(one.uid, one.summary, one.location) for one in events] == [
        (f"{ahead.workshop}-1@kash", title, "Lake hall"),
        (f"{ahead.workshop}-2@kash", title, "Lake hall"),
    ]
    assert [one.start for one in events] == [
        from_local(_AHEAD, details().day_starts_at),
        from_local(_AHEAD + timedelta(days=1), details().day_starts_at),
    ]


def test_whoever_takes_part_reads_her_own_workshops_and_nobody_elses(app, ahead, plan, actor):
    plan(starts_on=_AHEAD, ends_on=_AHEAD + timedelta(days=1))
    person = make_person("Baraka Sampuli", "A")
    key = db.session.scalars(select(Person.id).where(Person.public_id == person)).one()
    db.session.rollback()
    officer = actor("police_peer", person_id=key)
    token = make_own_address(officer)
    assert _events(app, token) == []
    enrol(ahead.workshop, person, ahead.trainer)
    assert [one.uid for one in _events(app, token)] == [
        f"{ahead.workshop}-1@kash",
        f"{ahead.workshop}-2@kash",
    ]
    seat = db.session.scalars(select(Enrolment.public_id)).one()
    db.session.rollback()
    change_enrolment(ahead.workshop, seat, EnrolmentState.WITHDRAWN, ahead.trainer)
    assert _events(app, token) == []


def test_a_cancelled_workshop_stays_as_cancelled_so_that_phones_learn_of_it(app, ahead):
    token = make_own_address(ahead.trainer)
    before = [one.sequence for one in _events(app, token)]
    cancel_workshop(ahead.workshop, "The hall is flooded", ahead.trainer)
    after = _events(app, token)
    assert [one.status for one in after] == ["CANCELLED", "CANCELLED"]
    assert all((one.sequence or 0) > (was or 0) for one, was in zip(after, before, strict=True))


def test_an_unchanged_calendar_is_not_sent_twice(app, ahead):
    address = f"/feeds/read/{make_own_address(ahead.trainer)}"
    first = app.test_client().get(address)
    again = app.test_client().get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_address_ends_with_a_new_one_with_ending_and_with_access(app, ahead):
    old, key = make_own_address(ahead.trainer), ahead.trainer.account_id
    assert key is not None
    token = make_own_address(ahead.trainer)
    assert (_answer(app, old), _answer(app, token)) == (404, 200)
    end_own_address(ahead.trainer)
    assert _answer(app, token) == 404

    token = make_own_address(ahead.trainer)
    db.session.execute(update(Account).where(Account.id == key).values(paused_at=utc_now()))
    db.session.commit()
    assert _answer(app, token) == 404
    db.session.execute(update(Account).where(Account.id == key).values(paused_at=None))
    db.session.commit()
    assert _answer(app, token) == 200
    revoke_everything(db.session(), key, utc_now())
    db.session.commit()
    assert _answer(app, token) == 404
    assert _answer(app, "x" * 43) == 404


def test_the_address_of_a_venue_ends_with_the_access_of_the_person_who_made_it(app, ahead, actor):
    venue = db.session.scalars(select(Venue.public_id)).one()
    address = f"/feeds/read/{make_venue_address(venue, by=ahead.trainer)}"
    other = actor("trainer")
    for ends, status in ((other, 200), (ahead.trainer, 404)):
        with writing() as session:
            end_with_access(session, ends.account_id, utc_now())
        assert app.test_client().get(address).status_code == status


def test_the_secret_stands_nowhere_but_on_the_page_that_shows_it(ahead, client_for):
    browser = client_for(ahead.trainer)
    shown = browser.post("/feeds/own/make", data={"accept_address": "http://localhost"})
    address = shown.text.partition('id="address" type="text" readonly value="')[2].partition('"')[0]
    token = address.rpartition("/")[2]
    assert len(token) == 43
    stored = db.session.scalars(select(CalendarAddress)).one()
    assert token not in str(vars(stored))
    assert token not in browser.get("/feeds/own").text


def test_a_venue_says_when_it_is_taken_and_nothing_of_what_is_held_there(app, ahead, plan):
    venue = db.session.scalars(select(Venue.public_id)).one()
    db.session.rollback()
    plan(starts_on=_AHEAD, ends_on=_AHEAD, venue=venue, minutes=(60,), capacity=3)
    with writing() as session:
        key = session.scalars(select(Venue.id)).one()
        days = {"first": _AHEAD + timedelta(days=3), "last": _AHEAD + timedelta(days=4)}
        session.add(VenueBlock(venue_id=key, reason="A wedding", written_by="system", **days))
    text = app.test_client().get(f"/feeds/read/{make_venue_address(venue, by=ahead.trainer)}").text
    events = IcsCalendarStream.calendar_from_ics(text).events
    taken: list[date] = [one.start.date() for one in events]  # type: ignore[union-attr]
    # Two days of the workshop, and two on which the venue can't be had, as one stretch.
    assert taken == [_AHEAD, _AHEAD + timedelta(days=1), _AHEAD + timedelta(days=3)]
    assert events[-1].end == events[-1].start + timedelta(days=2)
    assert {(one.summary, one.location) for one in events} == {("Taken", None)}
    assert ahead.workshop not in text
    assert ahead.row.version.public_title not in text
