"""Venues: found by what they have; whom to call and how safe one is for who plans alone."""

import re
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from kash.people.models import Venue
from kash.people.services.directory import VenueDetails, ZoneDetails, add_venue, add_zone
from kash.platform.database import db, new_public_id
from kash.platform.web import plain_tables
from kash.platform.web.errors import NotFound
from kash.platform.web.formats import local_today
from kash.platform.web.parts import CalendarFilters, CalendarQuestion
from kash.policy import SYSTEM
from kash.workshops.availability.models import VenueBlock, ZoneTravel
from kash.workshops.availability.queries import CALENDAR, Booked, Bookings, zones_of_venues
from kash.workshops.availability.services import BlockDetails, add_block, type_minutes
from tests.conftest import csrf_token
from tests.declaring import also_declared
from tests.refusals import refuses

HALL = VenueDetails(
    "Lake hall",
    place="Kondele",
    seats=40,
    safe_for="Everybody, by day",
    accessible=("step_free", "toilet"),
    price_cents=450_050,
    contact_name="Karani Mfano",
    contact_phone="+254712000780",
    safety_notes="A post across the road",
)
_PRIVATE = ("Karani Mfano", "0712 000780", "4,500.50", "Everybody, by day", "A post across")


def _shown(page: str) -> list[str]:
    return [one for one in _PRIVATE if one in page]


def _lines(page: str) -> list[tuple[str, str]]:
    return re.findall(r'id="(\w+)-error">\s*<p>\s*(.*?)\s*</p>', page, re.S)


@pytest.mark.parametrize(
    ("role", "private"),
    [("trainer", True), ("director", True), ("monitoring", False), ("administrator", False)],
)
def test_whom_to_call_and_how_safe_a_hall_is_read_only_those_who_plan(app, sign_in, role, private):
    hall = add_venue(HALL, SYSTEM)
    browser = sign_in(role)
    page = browser.get(f"/venues/{hall}").text
    assert "No steps" in page
    assert _shown(page) == (list(_PRIVATE) if private else [])
    # Nor does searching for it tell that it is there.
    token = csrf_token(browser.get("/venues").text)
    found = browser.post("/venues/search", data={"csrf_token": token, "search": "karani"})
    assert ("Lake hall" in found.text) == private
    kept = db.session.scalars(select(Venue)).one()
    assert b"712000780" not in (kept.contact_phone_sealed or b"")
    assert b"post" not in (kept.safety_sealed or b"")


def test_halls_are_narrowed_by_seats_area_and_what_they_have(app, sign_in):
    county = add_zone(ZoneDetails("Kisumu East", "sub_county"), SYSTEM)
    ward = add_zone(ZoneDetails("Kajulu", "ward", county), SYSTEM)
    add_venue(HALL, SYSTEM)
    add_venue(VenueDetails("Small room", seats=12, zone=ward, accessible=("power",)), SYSTEM)
    add_venue(VenueDetails("Old barn", active=False), SYSTEM)
    browser = sign_in("trainer")
    for asked, names in (
        ("", ["Lake hall", "Small room"]),
        ("?seats=13", ["Lake hall"]),
        (f"?zone={county}", ["Small room"]),
        ("?accessible=power", ["Small room"]),
        ("?accessible=toilet&seats=41", []),
        ("?shown=no", ["Old barn"]),
        # Unreadable: as if it were not asked.
        ("?seats=99999999999999999999&zone=x&accessible='", ["Lake hall", "Small room"]),
    ):
        page = browser.get(f"/venues{asked}").text
        found = re.findall(r'href="/venues/[0-9a-z]{16}">([^<]+)<', page)
        assert found == names, asked


def test_a_hall_is_changed_and_what_was_wrong_stands_beside_its_field(app, sign_in):
    hall = add_venue(HALL, SYSTEM)
    add_venue(VenueDetails("Barn"), SYSTEM)
    browser = sign_in("trainer")
    token = csrf_token(browser.get(f"/venues/{hall}/edit").text)
    sent = {"csrf_token": token, "name": "barn", "active": "y", "row_version": "1"}
    taken = browser.post(f"/venues/{hall}/edit", data=sent | {"safety_notes": "Behind"})
    assert (taken.status_code, _lines(taken.text)) == (422, [("name", "This name is taken.")])
    assert "Behind" in taken.text
    wrong = {"price_cents": "a lot", "seats": "9" * 30, "contact_phone": "12"}
    answer = browser.post(f"/venues/{hall}/edit", data=sent | wrong)
    assert sorted(name for name, _said in _lines(answer.text)) == [
        "contact_phone",
        "price_cents",
        "seats",
    ]
    # What the column of the other engine cannot hold.
    dear = browser.post(
        f"/venues/{hall}/edit", data=sent | {"name": "H", "price_cents": "99999999"}
    )
    assert _lines(dear.text) == [
        ("price_cents", "This is more than one million. Check what you typed.")
    ]
    late = browser.post(f"/venues/{hall}/edit", data=sent | {"name": "Hall", "row_version": "9"})
    assert late.status_code == 409
    # What is saved by now stands beside it in words, not in codes or cents.
    for said in ("No steps, A toilet that a wheelchair fits into", "4500.50", "+254712000780"):
        assert said in late.text
    assert browser.post(f"/venues/{hall}/edit", data=sent | {"name": "Hall"}).status_code == 303
    kept = db.session.scalars(select(Venue).where(Venue.public_id == hall)).one()
    assert (kept.name, kept.contact_phone_sealed, kept.price_cents) == ("Hall", None, None)


def _booking(_venue: int, first: date, last: date | None) -> list[Booked]:
    held = local_today() + timedelta(days=20)
    touched = held >= first and (last is None or held <= last)
    return [Booked("Rights at work", held, held, "/workshops/x")] if touched else []


def test_what_is_to_be_held_in_a_hall_is_named_when_it_cannot_be_had(app, sign_in):
    hall = add_venue(HALL, SYSTEM)
    browser = sign_in("trainer")
    token = csrf_token(browser.get(f"/venues/{hall}/edit").text)
    day = local_today()
    with also_declared(Bookings(lambda *_: [], _booking)):
        for first, last, told in ((day, day, False), (day, day + timedelta(days=30), True)):
            sent = {"csrf_token": token, "first": first.isoformat(), "last": last.isoformat()}
            page = browser.post(f"/venues/{hall}/blocks/new", data=sent, follow_redirects=True).text
            assert ("To be held here all the same: Rights at work" in page) == told
        closing = {"csrf_token": token, "name": "Lake hall", "row_version": "1"}
        page = browser.post(f"/venues/{hall}/edit", data=closing, follow_redirects=True).text
        assert "To be held here all the same: Rights at work" in page
        assert "This venue is out of use" in page


def test_days_of_a_hall_are_added_once_checked_and_taken_back(app, sign_in, monkeypatch):
    hall, other = add_venue(HALL, SYSTEM), add_venue(VenueDetails("Barn"), SYSTEM)
    browser = sign_in("trainer")
    address = f"/venues/{hall}/blocks/new"
    token = csrf_token(browser.get(address).text)
    day, key = (local_today() + timedelta(days=3)).isoformat(), new_public_id()
    sent = {"csrf_token": token, "first": day, "key": key, "reason": "Choir"}
    for times, told in (
        ({"starts_at": "09:00"}, ("ends_at", "Enter both times, or none for the whole day.")),
        (
            {"starts_at": "09:00", "ends_at": "09:00"},
            ("ends_at", "The end comes before the start."),
        ),
        ({"last": "2020-01-01"}, ("last", "The last day comes before the first.")),
    ):
        answer = browser.post(address, data=sent | times)
        assert (answer.status_code, _lines(answer.text)) == (422, [told])
    for _ in range(2):
        good = browser.post(address, data=sent | {"starts_at": "09:00", "ends_at": "12:00"})
        assert good.status_code == 303
    block = db.session.scalars(select(VenueBlock)).one()
    kept = (block.first.isoformat(), block.last.isoformat(), block.starts_at, block.ends_at)
    assert (*kept, block.reason) == (day, day, time(9), time(12), "Choir")
    monkeypatch.setattr(plain_tables, "MOST_ROWS", 1)
    with refuses("There are too many such days already."):
        add_block(hall, BlockDetails(local_today()), key=new_public_id(), by=SYSTEM)
    # Never by the address of another hall.
    remove = browser.post(f"/venues/{other}/blocks/{key}/remove", data={"csrf_token": token})
    assert remove.status_code == 404
    gone = browser.post(f"/venues/{hall}/blocks/{key}/remove", data={"csrf_token": token})
    assert gone.status_code == 303
    assert db.session.scalars(select(VenueBlock)).all() == []


def test_minutes_to_an_area_are_typed_and_forgotten_when_emptied(app, sign_in):
    zones = [add_zone(ZoneDetails(name, "sub_county"), SYSTEM) for name in ("Bondo", "Ahero")]
    browser = sign_in("trainer")
    address = f"/venues/travel/{zones[1]}"
    sent = {"csrf_token": csrf_token(browser.get(address).text), "minutes": "45"}
    assert browser.post(address, data=sent).status_code == 303
    assert 'value="45"' in browser.get(address).text
    assert [(zone.name, zone.minutes) for zone in zones_of_venues()] == [
        ("Ahero", 45),
        ("Bondo", None),
    ]
    wrong = browser.post(address, data=sent | {"minutes": "-5"})
    assert (wrong.status_code, [name for name, _said in _lines(wrong.text)]) == (422, ["minutes"])
    type_minutes(zones[1], None, by=SYSTEM)
    assert db.session.scalars(select(ZoneTravel)).all() == []
    with pytest.raises(NotFound):
        type_minutes(new_public_id(), 3, by=SYSTEM)


def test_the_calendar_shows_days_of_a_hall_to_who_plans_alone(app, actor):
    hall = add_venue(HALL, SYSTEM)
    day = local_today() + timedelta(days=3)
    add_block(hall, BlockDetails(day, reason="Choir"), key=new_public_id(), by=SYSTEM)
    blocks = next(one for one in CALENDAR if one.kind == "block")
    with app.test_request_context():
        for role, filters, titles in (
            ("trainer", CalendarFilters(), ["Lake hall can’t be had"]),
            ("trainer", CalendarFilters(venue=hall), ["Lake hall can’t be had"]),
            ("trainer", CalendarFilters(trainer=hall), []),
            ("police_peer", CalendarFilters(), []),
        ):
            found = blocks.entries(CalendarQuestion(actor(role), day, day, filters))
            assert [one.title for one in found] == titles


def test_a_list_of_halls_asks_no_more_for_three_than_for_one(app, sign_in, count_queries):
    browser = sign_in("trainer")
    counts = []
    for number in range(3):
        zone = add_zone(ZoneDetails(f"Zone {number}"), SYSTEM)
        add_venue(VenueDetails(f"Hall {number}", zone=zone), SYSTEM)
        if number != 1:
            browser.get("/venues")
            with count_queries() as queries:
                browser.get("/venues")
            counts.append(queries.count)
    assert counts[0] == counts[1]
