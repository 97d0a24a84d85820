"""Who is away, and which venues can be had, beside rows that just don't belong."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from kash.accounts.models import Account
from kash.people.models import Venue, Zone
from kash.people.queries.directory import VENUE_PHONE, VENUE_SAFETY
from kash.platform.database import db, new_public_id
from kash.platform.vault import seal
from kash.platform.web.errors import NotFound
from kash.platform.web.parts import CalendarFilters, CalendarQuestion
from kash.policy import Actor
from kash.workshops.availability import services
from kash.workshops.availability.models import Absence, VenueBlock, ZoneTravel
from kash.workshops.availability.queries import (
    CALENDAR,
    NOTE,
    VenueSearch,
    absence,
    absences_of_others,
    account_that_may_be_away,
    minutes_to,
    own_absences,
    planning_of,
    venues_found,
    who_may_be_away,
    zones_of_venues,
)
from kash.workshops.availability.services import BLOCKS
from tests.rows import row

TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _as_it_was(sqlite_app):
    with sqlite_app.test_request_context("/"):
        yield
    db.session.rollback()


def _away(who: Actor, first: int, last: int, kind: str = "leave", note: str = "") -> Absence:
    public_id = new_public_id()
    return row(
        Absence,
        public_id=public_id,
        account=db.session.get_one(Account, who.account_id),
        first=TODAY + first * DAY,
        last=TODAY + last * DAY,
        kind=kind,
        note_sealed=seal(note, kind=NOTE, public_id=public_id) if note else None,
    )


def test_everybody_knows_days_and_why_is_for_herself_and_whoever_sees_all(actor):
    trainer, other = actor("trainer", name="Amani"), actor("trainer", name="Bora")
    director, gone = actor("director", name="Chiku"), actor("trainer", active=False)
    peer = actor("peer", name="Peer")
    made = {
        "later": _away(trainer, 3, 4, "sick", "Fever"),
        "sooner": _away(trainer, -9, 0),
        "other": _away(other, 1, 2, "training"),
        "next": _away(other, 0, 0),
        "director": _away(director, 9, 9),
    }
    _away(trainer, -9, -1)
    _away(other, -9, -1)
    _away(gone, 1, 1)

    def told(name: str, who: str, *, knows: bool, writes: bool, note: str = "") -> dict[str, Any]:
        one = made[name]
        return {
            "public_id": one.public_id,
            "account": one.account.public_id,
            "name": who,
            "first": one.first,
            "last": one.last,
            "kind": one.kind if knows else "",
            "note": note if knows else "",
            "may_change": writes,
            "row_version": 1,
        }

    assert own_absences(trainer, TODAY) == [
        told("sooner", "Amani", knows=True, writes=True),
        told("later", "Amani", knows=True, writes=True, note="Fever"),
    ]
    assert list(absences_of_others(trainer, TODAY)) == [
        told("next", "Bora", knows=False, writes=False),
        told("other", "Bora", knows=False, writes=False),
        told("director", "Chiku", knows=False, writes=False),
    ]
    all_known = [
        told("sooner", "Amani", knows=True, writes=True),
        told("next", "Bora", knows=True, writes=True),
        told("other", "Bora", knows=True, writes=True),
        told("later", "Amani", knows=True, writes=True, note="Fever"),
    ]
    assert list(absences_of_others(director, TODAY)) == all_known
    assert absence(trainer, made["later"].public_id) == own_absences(trainer, TODAY)[1]
    assert absence(director, made["later"].public_id) == all_known[3]
    for who, wrong in ((other, "later"), (peer, "later")):
        with pytest.raises(NotFound):
            absence(who, made[wrong].public_id)
    found = who_may_be_away(director)
    assert found[0] == (director.public_id, "Chiku")
    assert [name for _id, name in found[1:]] == sorted(name for _id, name in found[1:])
    assert {"Amani", "Bora"} <= {name for _id, name in found}
    assert who_may_be_away(trainer) == []
    trainers = db.session.get_one(Account, trainer.account_id)
    assert account_that_may_be_away(trainer, trainer.public_id) == trainers
    assert account_that_may_be_away(director, trainer.public_id) == trainers
    for who, wrong_one in ((other, trainer), (director, peer), (director, gone)):
        with pytest.raises(NotFound):
            account_that_may_be_away(who, wrong_one.public_id)


def test_a_calendar_shows_absences_and_blocks_that_touch_its_days(actor, monkeypatch):
    director, trainer = actor("director"), actor("trainer", name="Amani")
    other, gone = actor("trainer", name="Bora"), actor("trainer", active=False)
    away = [_away(trainer, 5, 9), _away(other, -9, 0), _away(trainer, 1, 2)]
    _away(trainer, 6, 9)
    _away(other, -9, -1)
    _away(gone, 1, 1)
    hall, room = row(Venue, name="Hall"), row(Venue, name="Room")
    shut = [
        row(VenueBlock, venue=of, first=TODAY + first * DAY, last=TODAY + last * DAY, **times)
        for of, first, last, times in (
            (room, 5, 5, {}),
            (hall, -9, 0, {"starts_at": time(8), "ends_at": time(9)}),
            (hall, 1, 1, {}),
            (hall, 6, 6, {}),
            (hall, -9, -1, {}),
        )
    ]

    def question(who: Actor, **filters: str) -> CalendarQuestion:
        return CalendarQuestion(who, TODAY, TODAY + 5 * DAY, CalendarFilters(**filters))

    names = {trainer.account_id: "Amani", other.account_id: "Bora"}

    def absent(*places: int) -> list[tuple[object, ...]]:
        return [
            (f"{names[one.account_id]} is away", one.first, one.last, None)
            for one in map(away.__getitem__, places)
        ]

    def blocked(*places: int) -> list[tuple[object, ...]]:
        return [
            (f"{one.venue.name} can’t be had", one.first, one.last, one.starts_at)
            for one in map(shut.__getitem__, places)
        ]

    def shown(kind: str, asked: CalendarQuestion) -> list[tuple[object, ...]]:
        source = next(source for source in CALENDAR if source.kind == kind)
        return [
            (entry.title, entry.first, entry.last, entry.starts_at)
            for entry in source.entries(asked)
        ]

    assert shown("absence", question(director)) == absent(1, 2, 0)
    own = shown("absence", question(director, trainer=trainer.public_id))
    assert own == absent(2, 0)

    assert shown("block", question(director)) == blocked(1, 2, 0)
    assert shown("block", question(director, venue=room.public_id)) == blocked(0)
    for name in ("group", "funder"):
        asked = question(director, **{name: "x"})
        assert shown("absence", asked) == shown("block", asked) == []
    assert shown("absence", question(director, venue=hall.public_id)) == []
    assert shown("block", question(director, trainer=trainer.public_id)) == []
    peer = question(actor("peer"))
    assert shown("absence", peer) == shown("block", peer) == []
    monkeypatch.setattr(services, "local_today", lambda: TODAY)
    section = BLOCKS.section(hall.public_id, director)
    assert section is not None
    assert section["rows"] == [shut[1], shut[2], shut[3]]
    assert BLOCKS.section(hall.public_id, actor("peer")) is None


def test_venues_are_found_by_what_is_asked_of_them(actor):
    county = row(Zone, kind="county", name="Kisumu")
    ward, other = (row(Zone, kind="ward", name=name, within_id=county.id) for name in ("b", "A"))
    closed_ward = row(Zone, kind="ward", name="c", active=False)
    unused = row(Zone, kind="sub_county", name="d")
    row(Zone, kind="ward", name="e")
    typed = row(Zone, kind="ward", name="F")
    made = {
        name: row(Venue, name=name, **more)
        for name, more in (
            (
                "hall",
                {"zone": ward, "seats": 40, "accessible": ",ramp,toilet,", "place": "Kondele"},
            ),
            (
                "Annex",
                {
                    "zone": other,
                    "seats": 39,
                    "accessible": ",ramp,",
                    "directions": "Kondele, Élysée",
                },
            ),
            ("Barn", {"zone": county, "contact_name": "kondele", "safe_for": "All"}),
            ("Closed", {"zone": closed_ward, "active": False, "seats": 50}),
            ("100%", {"zone": None, "safe_for": "Kondele"}),
        )
    }
    director, peer = actor("director"), actor("peer")

    def found(who: Actor = peer, **asked: Any) -> list[str]:
        return [one.name for one in venues_found(who, VenueSearch(**asked))]

    assert found() == ["100%", "Annex", "Barn", "hall"]
    assert found(closed=True) == ["Closed"]
    assert found(text="KONDELE") == ["Annex", "hall"]
    assert found(director, text="kondele") == ["100%", "Annex", "Barn", "hall"]
    assert (found(text="%"), found(text="Élys")) == (["100%"], ["Annex"])
    assert found(zone=ward.public_id) == ["hall"]
    assert found(zone=county.public_id) == ["Annex", "Barn", "hall"]
    assert found(accessible="toilet") == ["hall"]
    assert (found(seats=40), found(seats=39)) == (["hall"], ["Annex", "hall"])
    hall = made["hall"]
    hall.contact_phone_sealed = seal("0700", kind=VENUE_PHONE, public_id=hall.public_id)
    hall.safety_sealed = seal("Gate", kind=VENUE_SAFETY, public_id=hall.public_id)
    hall.price_cents, hall.band, hall.contact_name = 500, "Near", "Juma"
    assert planning_of(director, hall) == {
        "contact_name": "Juma",
        "contact_phone": "0700",
        "price_cents": 500,
        "band": "Near",
        "safe_for": "",
        "safety_notes": "Gate",
    }
    assert planning_of(peer, hall) is None

    row(ZoneTravel, zone_id=typed.id, minutes=25)
    assert [(zone.public_id, zone.minutes) for zone in zones_of_venues()] == [
        *((zone.public_id, None) for zone in (other, ward, unused)),
        (typed.public_id, 25),
        (county.public_id, None),
    ]
    assert (minutes_to(typed), minutes_to(ward)) == (25, None)
