"""Badges at the door, and checking oneself in with the code on the wall."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from kash.attendance import documents
from kash.attendance.models import MarkOperation, Slot
from kash.attendance.rules.marking import Operation
from kash.attendance.rules.registers import (
    Met,
    badge_entry,
    badge_shown,
    badge_text,
    is_code,
    is_its_time,
    read_code,
    seconds_left,
    short_code,
    turn_at,
    turns_taken,
)
from kash.attendance.services.marking import apply_marks, close_slot
from kash.attendance.services.pads import check_oneself_in, wall_code
from kash.attendance.services.registers import reopen_slot
from kash.people.models import Person
from kash.platform.database import db
from kash.platform.press import Badge
from kash.policy import Actor
from kash.workshops.queries.deliveries import own_slots
from kash.workshops.queries.plan import sessions_of
from kash.workshops.services.planning import cancel_workshop
from tests.workshops.conftest import Held
from tests.workshops.test_views import both_groups, entries, fields, marks, sessions, text_of, url

IDS = st.text("0123456789abcdefghjkmnpqrstvwxyz", min_size=16, max_size=16)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC))


@given(IDS)
def test_a_badge_is_read_scanned_or_typed(entry):
    assert badge_entry(badge_text(entry)) == entry
    assert badge_entry(badge_shown(entry)) == entry
    assert badge_entry(badge_shown(entry).lower().replace("1", "l").replace("0", "o")) == entry
    assert badge_entry(entry[1:]) is None
    assert badge_entry(f"https://example.org/{entry}") is None


@given(MOMENTS, st.integers(0, 120))
def test_a_code_on_the_wall_is_taken_for_a_short_time_only(now, later):
    shown = turn_at(now)
    taken = shown in turns_taken(now + timedelta(seconds=later))
    if later <= 30:
        assert taken
    if later >= 40:
        assert not taken
    assert 0 < seconds_left(now) <= 10
    # None is taken before its time.
    assert shown + 1 not in turns_taken(now)


@given(st.integers(0, 16**12 - 1))
def test_a_code_is_six_letters_that_can_be_typed(number):
    code = short_code(f"{number:012x}")
    assert len(code) == 6
    assert read_code(f"{code[:3].lower()}-{code[3:]} ") == code
    assert is_code(code)
    assert not is_code(code[1:])


def test_badges_are_printed_by_group_with_the_name_that_consent_allows(
    held, client_for, monkeypatch
):
    printed: list[Badge] = []
    sheets: list[str] = []

    def pretend(people: list[Badge], **how: str) -> bytes:
        sheets.append(how.pop("sheet"))
        assert how == {"title": "Badges: Working Together", "language": "en"}
        printed.extend(people)
        return b"%PDF-1.7"

    monkeypatch.setattr(documents, "badges", pretend)
    site = client_for(held.trainer)
    answer = site.post(url(held, "documents", "badges"))
    assert answer.headers["Content-Disposition"] == "attachment; filename=badges.pdf"
    piles = [(one.pile, one.name) for one in printed]
    assert piles == sorted(piles)
    assert ("A", "Baraka Sampuli") in piles
    (hers,) = (one for one in printed if one.name == "Zawadi Sampuli")
    entry = entries(held)["Zawadi Sampuli"]
    assert (hers.pile, hers.role[0], hers.event) == ("B", "B", held.row.version.public_title)
    assert (hers.number, hers.qr) == (badge_shown(entry), badge_text(entry))
    assert not any(word in repr(printed) for word in ("Police", "Community"))
    for asked in ("letter", "A5", "foolscap"):
        assert site.post(url(held, "documents", "badges"), data={"paper": asked}).status_code == 200
    assert sheets == ["A4", "letter", "A5", "A4"]


def scan(site: FlaskClient, held: Held, code: str, session: int = 0) -> dict[str, str | int]:
    at = url(held, "attendance", sessions(held)[session], "scan")
    answer = site.post(at, data={"code": code}, headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 200
    found: dict[str, str | int] = answer.get_json()
    return found


def test_a_scanned_badge_is_in_already_in_wrong_or_unknown(held, client_for, plan):
    site, entry = client_for(held.trainer), entries(held)["Zawadi Sampuli"]
    assert scan(site, held, badge_text(entry)) == {
        "met": "in",
        "tone": "good",
        "name": "Zawadi Sampuli",
        "group": "B",
        "text": "Is in",
        "here": 1,
    }
    assert scan(site, held, badge_shown(entry))["met"] == "already"
    assert marks(held) == [("present", 1)]
    # Whoever was marked absent and comes after all is in.
    at = url(held, "attendance", sessions(held)[0])
    site.post(at, data=both_groups(site, at) | {f"mark-{entry}": "absent"})
    assert scan(site, held, badge_text(entry))["met"] == "in"
    assert ("present", 3) in marks(held)
    other = plan(by=held.trainer)
    wrong = scan(site, other, badge_text(entry))
    assert (wrong["met"], wrong["name"]) == ("wrong_register", "")
    for nonsense in ("", "KB1:", "0" * 16, "x" * 500):
        assert scan(site, held, nonsense)["met"] == "unknown"
    site.post(at, data=fields(site.get(at)) | {"action": "close"})
    late = entries(held)["Faraja Sampuli"]
    assert scan(site, held, badge_text(late))["met"] == "already"
    # Without a script the page answers by itself.
    typed = site.post(
        url(held, "attendance", sessions(held)[1], "scan"), data={"code": badge_shown(late)}
    )
    assert "Faraja Sampuli Is in" in text_of(typed)


@pytest.fixture
def in_time(held):
    """The first slot takes place now; its public id."""
    slot = db.session.query(Slot).filter_by(register_id=held.row.register_id).first()
    slot.starts_at = datetime.now(UTC) - timedelta(minutes=5)
    db.session.commit()
    found: str = slot.public_id
    return found


def own(name: str, actor: Callable[..., Actor], role: str) -> Actor:
    key = db.session.query(Person.id).filter_by(chosen_name=name).scalar()
    return actor(role, person_id=key, name=name)


def test_the_code_on_the_wall_lets_each_in_once(held, client_for, actor, in_time):
    trainer = client_for(held.trainer)
    session = next(one.public_id for one in sessions_of(held.row) if one.slot == in_time)
    wall = trainer.get(url(held, "attendance", session, "screen"))
    code = wall_code(in_time, turn_at(datetime.now(UTC)))
    assert "0 / 3" in text_of(wall)
    for name in ("Zawadi", "Baraka", "Faraja"):
        assert name not in wall.get_data(as_text=True)
    peer = client_for(own("Zawadi Sampuli", actor, "peer"))
    police = client_for(own("Baraka Sampuli", actor, "police_peer"))
    # Looking does nothing.
    assert "I am here" in text_of(peer.get(f"/workshops/check-in?code={code}"))
    assert marks(held) == []
    for said in ("You are checked in.", "You were checked in already."):
        answer = peer.post("/workshops/check-in", data={"code": code.lower()})
        assert said in text_of(peer.get(answer.location))
    spaced = {"code": f"{code[:3]} {code[3:]}"}
    assert police.post("/workshops/check-in", data=spaced).status_code == 303
    assert marks(held) == [("present", 1), ("present", 1)]
    kept = db.session.query(MarkOperation).all()
    assert {one.device for one in kept} == {"self"}
    at = url(held, "attendance", session, "screen", "code")
    assert "2 / 3" in text_of(trainer.get(at))


def test_an_old_code_another_session_and_guesses_are_refused(held, client_for, actor, in_time):
    peer = client_for(own("Zawadi Sampuli", actor, "peer"))
    now = datetime.now(UTC)
    elsewhere = next(one.slot for one in sessions_of(held.row) if one.slot != in_time)
    for code in (
        wall_code(in_time, turn_at(now) - 4),
        wall_code(in_time, turn_at(now) + 2),
        wall_code(elsewhere, turn_at(now)),
        "",
        "AAAAAA",
        "A" * 4000,
    ):
        answer = peer.post("/workshops/check-in", data={"code": code})
        assert answer.status_code == 422
        assert "This code is old" in text_of(answer)
    for _try in range(4):
        peer.post("/workshops/check-in", data={"code": "AAAAAA"})
    # After ten tries even the right one waits.
    right = wall_code(in_time, turn_at(datetime.now(UTC)))
    answer = peer.post("/workshops/check-in", data={"code": right})
    assert answer.status_code == 422
    assert "This code is old" not in text_of(answer)
    assert marks(held) == []


def test_a_mark_that_somebody_made_and_a_closed_register_stay(
    both_engines_app, held, actor, in_time
):
    mine = own("Zawadi Sampuli", actor, "peer")
    slots = own_slots(mine, datetime.now(UTC))
    assert [each.slot for each in slots] == [in_time]
    stranger = actor("peer", name="Somebody")
    assert own_slots(stranger, datetime.now(UTC)) == []
    code = wall_code(in_time, turn_at(datetime.now(UTC)))
    absent = Operation("op-1", in_time, slots[0].entry, "absent", 0, datetime.now(UTC))
    apply_marks(held.register, [absent], held.trainer)
    came = check_oneself_in(slots, code, mine)
    assert came.met is Met.REFUSED
    assert marks(held) == [("absent", 1)]
    close_slot(held.register, in_time, held.trainer, early_reason="A test.")
    assert own_slots(mine, datetime.now(UTC)) == []
    closed = check_oneself_in(slots, code, mine)
    assert closed.met is Met.REFUSED
    reopen_slot(held.register, in_time, held.trainer)
    cancel_workshop(held.workshop, "Rain.", held.trainer)
    assert own_slots(mine, datetime.now(UTC)) == []


def test_a_session_is_open_from_a_little_before_until_its_end():
    begins = datetime(2026, 11, 17, 6, 0, tzinfo=UTC)
    assert not is_its_time(begins, 90, begins - timedelta(minutes=16))
    assert is_its_time(begins, 90, begins - timedelta(minutes=15))
    assert is_its_time(begins, 90, begins + timedelta(minutes=90))
    assert not is_its_time(begins, 90, begins + timedelta(minutes=91))
