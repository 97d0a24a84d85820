"""The first minute: where somebody is who is held or in danger, and how to reach somebody."""

import re
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from kash.incidents.queries import cases
from kash.incidents.queries.letterbox import draft_of, open_alerts
from kash.incidents.rules.filing import named_in, station_in
from kash.incidents.rules.parts import WISHES, Whereabouts
from kash.incidents.rules.record import Record
from kash.people.models import Organisation, Zone
from kash.platform.database import db
from kash.platform.web.formats import local_today
from tests.conftest import AMember
from tests.incidents.sent_reports import carried

FILE = "/w/n"


@pytest.fixture
def member(app, a_member):
    return a_member("documentation")


@pytest.fixture
def station(app):
    station = Organisation(name="Kondele Police Station", kind="station")
    db.session.add_all([station, Organisation(name="Central Police Station", kind="station")])
    db.session.add_all([Zone(name="Kondele"), Zone(name="Manyatta B")])
    db.session.commit()
    return station


@pytest.fixture
def phone(peer, client_for):
    return client_for(peer)


def _only_case(member: AMember) -> Record:
    db.session.rollback()
    (case,), damaged = cases.open_cases(member.actor, member.vault())
    assert damaged == []
    return case.record


def _yes(phone: FlaskClient) -> str:
    return phone.post(FILE, data={"go": "begin-yes"}).text


def test_where_and_how_to_reach_somebody_are_asked_before_it_is_sent(
    phone, member, station, client_for
):
    page = _yes(phone)
    assert 'name="screen" value="now"' in page
    assert page.count('value="now" class="btn main"') == 1
    assert "Without a place nobody can go there or call the station." in page
    assert "Without a number nobody can ask you more, or tell you what came of it." in page
    told = {"place": "kondele station, in the cells", "number": "0712 34 56 78", "whose": "other"}
    sent = phone.post(FILE, data={**carried(page), **told, "hours": "after 18:00", "go": "now"})
    assert "It has arrived" in sent.text
    record = _only_case(member)
    assert record.reach == Whereabouts(
        where="kondele station, in the cells",
        station=station.public_id,
        station_name="Kondele Police Station",
        number="+254712345678",
        whose="other",
        hours="after 18:00",
    )
    assert (record.place.ward, record.place.place) == ("Kondele", "kondele station, in the cells")
    assert [(one.kind, one.involvement, one.station) for one in record.parties] == [
        ("police", "unclear", station.public_id)
    ]


def test_a_number_that_is_none_is_kept_as_it_was_typed(phone, member, station):
    page = _yes(phone)
    told = {"station": station.public_id, "number": "ask at the kiosk", "whose": "nobody"}
    phone.post(FILE, data={**carried(page), **told, "go": "now"})
    reach = _only_case(member).reach
    assert (reach.number, reach.whose, reach.where) == ("ask at the kiosk", "nobody", "")
    assert reach.station_name == "Kondele Police Station"


def test_both_may_be_skipped_and_more_may_be_told_first(phone, member, station):
    page = _yes(phone)
    told = phone.post(FILE, data={**carried(page), "place": "Manyatta B", "go": "next"}).text
    assert 'name="screen" value="what"' in told
    back = phone.post(FILE, data={**carried(told), "go": "back"}).text
    assert 'name="screen" value="now"' in back
    assert "You have answered this." in back
    what = phone.post(FILE, data={**carried(back), "go": "skip"}).text
    who = phone.post(FILE, data={**carried(what), "screen": "who", "go": "here"}).text
    phone.post(FILE, data={**carried(who), "who": "client", "go": "now"})
    record = _only_case(member)
    assert (record.place.ward, record.place.place) == ("Manyatta B", "")
    assert record.reach == Whereabouts(where="Manyatta B")
    assert [one.kind for one in record.parties] == ["client"]


def test_nothing_at_all_is_sent_at_once(phone, member):
    page = _yes(phone)
    assert "It has arrived" in phone.post(FILE, data={**carried(page), "go": "now"}).text
    assert _only_case(member).reach == Whereabouts()


STATIONS = {"k": "Kondele Police Station", "c": "Central Police Station", "o": "Obunga"}


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Kondele Police Station", "k"),
        ("seli, KONDELE station", "k"),
        ("kituo cha Kóndele", "k"),
        ("Kondele", ""),
        ("police station", ""),
        ("behind Obunga market", "o"),
        ("between kondele and central police", ""),
        ("Kondeleville station", ""),
        ("", ""),
    ],
)
def test_the_station_is_taken_from_the_place_typed(typed, key):
    assert station_in(typed, STATIONS) == key


@given(st.dictionaries(st.text(max_size=3), st.text(max_size=12)), st.text(max_size=30))
def test_what_is_named_stands_in_the_text(names, typed):
    key = named_in(typed, names)
    assert key == "" or named_in(names[key], {key: names[key]}) == key
    assert named_in("", names) == ""


def _filed(phone: FlaskClient, act: str, day: date | None) -> str:
    page = phone.post(FILE, data={"go": "begin-no"}).text
    page = phone.post(FILE, data={**carried(page), "acts": act, "go": "next"}).text
    when = {"day": day.isoformat()} if day else {}
    phone.post(FILE, data={**carried(page), **when, "go": "next"})
    review = phone.post(FILE, data={**carried(page), "screen": "review", "go": ""}).text
    sent = phone.post(FILE, data={**carried(review), "go": "send"}).text
    assert "It has arrived" in sent
    return review + sent


@pytest.mark.parametrize(
    ("act", "ago", "rings"),
    [("S1", None, True), ("S5", 5, True), ("S1", 6, False), ("S3", 0, False), ("P1", None, False)],
)
def test_forced_sex_rings_and_is_seen_at_once_as_long_as_medicine_helps(
    phone, member, monkeypatch, act, ago, rings
):
    monkeypatch.setattr("kash.incidents.views.filing.can_tell", lambda: True)
    day = None if ago is None else local_today() - timedelta(days=ago)
    pages = _filed(phone, act, day)
    assert ("The officer on duty is told at once." in pages) == rings
    assert ("Sent. The officer on duty is told now." in pages) == rings
    assert ("It is read after the next of these hours" in pages) != rings
    # It is no report of somebody held: nothing is told on top of it as such.
    assert 'name="held"' not in pages
    db.session.rollback()
    assert len(open_alerts()) == rings
    found, damaged = cases.open_cases(member.actor, member.vault())
    assert damaged == []
    assert [case.record.filing.held for case in found] == [False] * rings


def test_what_is_taken_off_again_rings_nobody(phone, member):
    page = phone.post(FILE, data={"go": "begin-no"}).text
    code = carried(page)["code"]
    answers = {**carried(page), "acts": "S1"}
    phone.post(FILE, data={**answers, "go": "next"})
    assert draft_of(code).rings  # type: ignore[union-attr]
    phone.post(FILE, data={**answers, "go": "remove"})
    assert not draft_of(code).rings  # type: ignore[union-attr]
    phone.post(FILE, data={**answers, "go": "next"})
    phone.post(FILE, data={**answers, "acts": "P1", "go": "next"})
    assert not draft_of(code).rings  # type: ignore[union-attr]


def test_the_hours_of_medicine_stand_on_the_screen_itself(phone):
    page = phone.post(FILE, data={"go": "begin"}).text
    assert 'data-hours="S1 S2 S5" hidden' in page
    shown = phone.post(FILE, data={**carried(page), "acts": "S2", "go": "here"}).text
    assert 'data-hours="S1 S2 S5" >' in shown
    assert "72 hours: After forced sex: medicine against HIV (PEP)." in shown
    assert "120 hours: After forced sex: medicine against pregnancy." in shown
    assert "24 hours" not in shown


def _states(page: str) -> list[str]:
    return re.findall(r"<small>([a-z ]+)</small>", page)


def test_what_she_never_saw_was_not_skipped(phone, member):
    page = phone.post(FILE, data={"go": "begin"}).text
    code = carried(page)["code"]
    phone.post(FILE, data={**carried(page), "go": "skip"})
    kept = {**carried(page), "screen": "when", "place": "stage"}
    review = phone.post(FILE, data={**kept, "go": "review"}).text
    so_far = ["skipped", "answered", *["not answered yet"] * 4]
    assert _states(review) == so_far
    resumed = phone.post(FILE, data={"code": code, "go": "resume"}).text
    assert _states(resumed) == so_far
    for screen in ("whom", "who", "next"):
        phone.post(FILE, data={**carried(page), "screen": screen, "go": "skip"})
    review = phone.post(FILE, data={**carried(page), "screen": "words", "go": "skip"}).text
    whole = ["skipped", "answered", *["skipped"] * 4]
    assert _states(review) == whole
    # How far she came goes along with what the page sends.
    reached = re.search(r'name="reached" value="(\d+)"', review)
    assert reached is not None
    told = {**carried(review), "reached": reached[1]}
    assert _states(phone.post(FILE, data={**told, "go": ""}).text) == whole
    assert _states(phone.post(FILE, data={**told, "reached": "x", "go": ""}).text) == so_far


def test_what_she_wants_is_chosen_on_the_phone(phone, member):
    page = _yes(phone)
    asked = phone.post(FILE, data={**carried(page), "screen": "next", "go": "here"}).text
    assert re.findall(r'name="wanted"[^>]*?value="(\w+)"', asked, re.S) == list(WISHES)
    told = {**carried(asked), "wanted": [*WISHES, "stolen"]}
    refused = phone.post(FILE, data={**told, "go": "next"})
    assert refused.status_code == 422
    phone.post(FILE, data={**told, "wanted": list(WISHES), "go": "now"})
    assert _only_case(member).wanted == list(WISHES)
