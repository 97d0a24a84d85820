"""Marks that phones send of sessions that have not begun: refused, kept, told, and taken later."""

from datetime import datetime, timedelta

import pytest

from kash.attendance.models import Slot, sealed_items
from kash.attendance.queries.pads import credential
from kash.attendance.queries.registers import slot_sheet
from kash.attendance.rules.registers import opens_at
from kash.attendance.services.deciding import decide_held
from kash.attendance.services.pads import open_items
from kash.attendance.services.registers import bring_in, read_queue
from kash.platform.database import db, utc_now
from tests.attendance.conftest import Taken
from tests.attendance.phones import replies
from tests.refusals import refuses

_OLD = timedelta(days=3)


def begins(taken: Taken, at: datetime) -> None:
    db.session.rollback()
    db.session.query(Slot).filter_by(public_id=taken.slots[0]).one().starts_at = at
    db.session.commit()
    db.session.rollback()


def marked(taken: Taken) -> dict[str, str]:
    """Statuses in the first slot by the entry's public id."""
    db.session.rollback()
    slot = db.session.query(Slot).filter_by(public_id=taken.slots[0]).one()
    return {row.entry: row.status for row in slot_sheet(slot.register_id, slot).rows if row.status}


def register(taken: Taken) -> str:
    db.session.rollback()
    slot = db.session.query(Slot).filter_by(public_id=taken.slots[0]).one()
    return slot.register.public_id


@pytest.mark.any_engine
@pytest.mark.usefixtures("both_engines_app")
def test_what_a_phone_marks_before_the_session_waits_and_is_taken_once_it_began(taken):
    begins(taken, utc_now() + timedelta(days=1))
    phone, slot = taken.phone, taken.slots[0]
    one, other, third = taken.entries
    items = (
        phone.mark(slot, one, "present"),
        phone.mark(slot, other, "excused"),
        phone.queue(
            "headcount", slot=slot, expected_version=0, counts=[{"letter": "A", "count": 40}]
        ),
        phone.queue("signature", slot=slot, entry=third, strokes=[[[1, 1], [2, 2]]]),
    )
    answer = taken.send(*items)
    assert replies(answer) == ["rejected", "applied", "rejected", "rejected"]
    assert {each["reason"] for each in answer.json["answers"]} == {"", "not_begun"}
    # Sent again it is not kept twice.
    assert replies(taken.send(*items)) == ["rejected", "duplicate", "rejected", "rejected"]
    held = taken.held()
    assert [item.reason for item in held] == ["not_begun"] * 3
    assert marked(taken) == {other: "excused"}
    # Nobody takes it before the session begins either.
    for item in held:
        with refuses("had not begun"):
            decide_held(register(taken), item.public_id, taken.trainer, take=True, seen=0)
    begins(taken, utc_now() - timedelta(minutes=5))
    for item in taken.held():
        decide_held(register(taken), item.public_id, taken.trainer, take=True, seen=0)
    assert marked(taken) == {one: "present", other: "excused"}
    assert taken.held() == []
    # The phone hears that all of it is here now.
    assert replies(taken.send(*items)) == ["duplicate"] * 4


@pytest.mark.usefixtures("both_engines_app")
def test_a_phone_whose_clock_is_slow_loses_no_mark(taken):
    """By its clock the session is only tomorrow; as it says so itself, it is put right."""
    began = utc_now() - timedelta(minutes=20)
    begins(taken, began)
    slow = timedelta(days=1)
    phone, slot, entry = taken.phone, taken.slots[0], taken.entries[0]
    made = (utc_now() - timedelta(minutes=10) - slow).isoformat()
    sent = taken.send(
        phone.mark(slot, entry, "present", at=made), sent_at=(utc_now() - slow).isoformat()
    )
    assert replies(sent) == ["applied"]
    assert marked(taken) == {entry: "present"}


@pytest.mark.usefixtures("both_engines_app")
def test_a_phone_whose_clock_was_never_set_loses_no_mark(taken):
    begins(taken, utc_now() - timedelta(minutes=20))
    phone, slot, entry = taken.phone, taken.slots[0], taken.entries[0]
    long_ago = (utc_now() - timedelta(days=60)).isoformat()
    sent = taken.send(phone.mark(slot, entry, "present", at=long_ago), sent_at=long_ago)
    assert replies(sent) == ["applied"]


@pytest.mark.usefixtures("both_engines_app")
def test_what_was_marked_without_a_network_before_the_session_waits_with_both_times(taken):
    began = utc_now() - timedelta(minutes=20)
    begins(taken, began)
    phone, slot = taken.phone, taken.slots[0]
    one, other = taken.entries[:2]
    early = opens_at(began) - timedelta(minutes=40)
    answer = taken.send(
        phone.mark(slot, one, "present", at=early.isoformat()),
        phone.mark(slot, other, "present", at=opens_at(began).isoformat()),
        sent_at=utc_now().isoformat(),
    )
    # A little before, since the two clocks are asked at different moments.
    assert replies(answer)[0] == "rejected"
    assert replies(answer)[1] in ("applied", "rejected")
    item = taken.held()[0]
    assert (item.reason, item.device_time) == ("not_begun", early)
    shown = taken.signed_in.get(f"/workshops/{taken.workshop}/attendance/conflicts").text
    assert "The session had not begun yet: nobody is present." in shown
    decide_held(register(taken), item.public_id, taken.trainer, take=True, seen=0)
    assert marked(taken)[one] == "present"


def test_a_fast_clock_marks_nobody_in_a_session_that_is_still_to_come(taken):
    begins(taken, utc_now() + _OLD)
    phone, slot, entry = taken.phone, taken.slots[0], taken.entries[0]
    fast = (utc_now() + _OLD + timedelta(hours=1)).isoformat()
    sent = taken.send(phone.mark(slot, entry, "present", at=fast), sent_at=fast)
    assert replies(sent) == ["rejected"]
    assert marked(taken) == {}


def test_a_file_of_a_phone_marks_nobody_ahead_either(taken):
    begins(taken, utc_now() + _OLD)
    phone = taken.phone
    content = phone.exported([phone.mark(taken.slots[0], taken.entries[0], "present")])
    file = read_queue(content)
    pad = credential(db.session(), file.pad)
    assert pad is not None
    brought = bring_in(pad, pad, open_items(pad, sealed_items(file.items, 10)), taken.trainer)
    assert (brought.applied, brought.waiting) == (0, 1)
    assert [item.reason for item in taken.held()] == ["not_begun"]
