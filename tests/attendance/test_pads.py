"""Pads: taking a register along, what they send, and how that ends."""

import json
import re
from datetime import timedelta

import pytest

from kash.accounts.models import Account, AccountRole
from kash.accounts.services.locking import revoke_everything
from kash.attendance.models import HeldItem, Mark, MarkOperation, PadKey, Slot
from kash.platform.database import db, new_public_id, utc_now, writing
from kash.platform.vault import AuditEntry, verify
from kash.workshops.models import Facilitator
from kash.workshops.queries import scope
from tests.attendance.conftest import NAMES, Taken
from tests.attendance.decision_cases import all_cases
from tests.attendance.phones import Phone, replies


def test_a_phone_is_given_codes_and_initials_and_never_a_name(taken):
    granted = taken.phone.granted
    assert set(granted) == {
        "pad", "now", "ends", "server_key", "register", "slots", "groups", "sexes", "age_bands",
        "statuses", "roster", "marks",
    }  # fmt: skip
    text = json.dumps(granted)
    assert not any(part in text for name in NAMES for part in name.split())
    assert sorted((each["code"], each["initials"]) for each in granted["roster"]) == [
        ("B01", "Z.K."),
        ("B02", "A.O."),
        ("B03", "J."),
    ]
    assert [each["label"][:3] for each in granted["slots"]] == ["1.1", "2.1"]
    assert granted["marks"] == []
    assert {"code", "letter", "weight", "tone", "label"} == set(granted["statuses"][0])
    # Asked again by the same phone it is the same pad.
    again = Phone(signing=taken.phone.signing)
    again.take(taken.signed_in, taken.workshop)
    assert again.pad == taken.phone.pad


@pytest.mark.any_engine
def test_marks_arrive_once_and_carry_who_took_the_register(both_engines_app, taken):
    phone, slot = taken.phone, taken.slots[0]
    items = [phone.mark(slot, entry, "present") for entry in taken.entries]
    answer = taken.send(*items)
    assert replies(answer) == ["applied"] * 3
    assert [each["seq"] for each in answer.json["answers"]] == [1, 2, 3]
    assert abs(answer.json["skew_s"]) < 60
    assert replies(taken.send(*items)) == ["duplicate"] * 3
    scan = phone.queue("scan", slot=slot, entry=taken.entries[0], expected_version=1)
    changed = phone.mark(slot, taken.entries[1], "late", 1)
    stale = phone.mark(slot, taken.entries[1], "absent", 1)
    answer = taken.send(scan, changed, stale)
    assert replies(answer) == ["applied", "applied", "conflict"]
    assert (answer.json["answers"][2]["status"], answer.json["answers"][2]["version"]) == (
        "late",
        2,
    )
    db.session.rollback()
    assert sorted(row.status for row in db.session.query(Mark)) == ["late", "present", "present"]
    operations = db.session.query(MarkOperation).order_by(MarkOperation.id).all()
    assert {row.marked_by for row in operations} == {taken.trainer.public_id}
    assert [(row.device, row.device_sequence) for row in operations] == [
        (phone.pad, number) for number in range(1, 7)
    ]
    entries = db.session.query(AuditEntry).filter_by(action="attendance.pad_synced").all()
    assert [entry.actor for entry in entries] == [taken.trainer.public_id] * 2
    # What met another waits for a person, and is told the same when it is sent again.
    (held,) = db.session.query(HeldItem).all()
    assert (held.why, held.kind, held.decision) == ("conflict", "mark", "")
    assert replies(taken.send(stale)) == ["conflict"]
    assert db.session.query(HeldItem).count() == 1
    assert taken.pad().last_seen_at is not None
    assert verify(db.session()).sound


def test_what_cannot_be_read_is_kept_and_stops_no_other(taken):
    phone, slot, entry = taken.phone, taken.slots[0], taken.entries[0]
    good = phone.mark(slot, entry, "present")
    moved = phone.mark(slot, entry, "late") | {"seq": 90}
    phone.sequence = 90
    answer = taken.send(
        moved,
        phone.seal(b"{broken"),
        phone.seal(b'{"kind": "dance"}'),
        phone.mark(slot, entry, "late", at="yesterday"),
        phone.mark(slot, entry, "late", at="0001-01-01T00:00:00+14:00"),
        phone.mark(slot, "y" * 16, "late"),
        good,
    )
    assert [(each["answer"], each["reason"]) for each in answer.json["answers"]] == [
        ("rejected", "unreadable"),
        ("rejected", "unreadable"),
        ("rejected", "unreadable"),
        ("rejected", "unreadable"),
        ("rejected", "unreadable"),
        ("rejected", "not_on_roster"),
        ("applied", ""),
    ]
    assert db.session.query(HeldItem).count() == 6
    assert all(b"dance" not in (row.operation_sealed or b"") for row in db.session.query(HeldItem))


def test_only_the_phone_itself_can_send(taken):
    body, headers = taken.phone.body([taken.phone.mark(taken.slots[0], taken.entries[0], "late")])
    post = taken.network.post
    assert post("/pad/sync", data=body + b" ", headers=headers).status_code == 400
    other, stolen = Phone(granted=taken.phone.granted), dict(headers)
    stolen["X-Pad-Signature"] = other.sign(b"kash pad v1 sync\n" + body)
    answer = post("/pad/sync", data=body, headers=stolen)
    assert (answer.status_code, answer.json["error"]) == (400, "signature")
    assert db.session.query(MarkOperation).count() == 0
    assert post("/pad/sync", data=body, headers=headers).status_code == 200


def _revoke(taken: Taken) -> None:
    address = f"/workshops/{taken.workshop}/pads/{taken.phone.pad}/revoke"
    assert taken.signed_in.post(address).status_code == 303


def _lock(taken: Taken) -> None:
    with writing() as session:
        revoke_everything(session, taken.trainer.account_id or 0, utc_now())


def _take_role(taken: Taken) -> None:
    db.session.query(AccountRole).filter_by(account_id=taken.trainer.account_id).delete()
    db.session.commit()


def _close_account(taken: Taken) -> None:
    db.session.get_one(Account, taken.trainer.account_id).active = False
    db.session.commit()


def _hand_over(taken: Taken) -> None:
    found = scope.workshop(taken.workshop, taken.trainer)
    found.facilitators.clear()
    found.created_by = "0" * 16
    db.session.commit()


@pytest.mark.parametrize("how", [_revoke, _lock, _take_role, _close_account, _hand_over])
def test_a_pad_ends_with_the_right_of_its_person(taken, how):
    first, item = (
        taken.phone.mark(taken.slots[0], entry, "present") for entry in taken.entries[:2]
    )
    # The server remembers whom it heard, and must not go by that.
    assert replies(taken.send(first)) == ["applied"]
    how(taken)
    for _again in range(2):
        answer = taken.send(item)
        assert (answer.status_code, answer.json["error"]) == (403, "revoked")
    assert db.session.query(MarkOperation).count() == 1


@pytest.mark.parametrize("change", ["another key", "gone"])
def test_a_remembered_pad_must_be_the_one_that_is_there(taken, change):
    first, item = (
        taken.phone.mark(taken.slots[0], entry, "present") for entry in taken.entries[:2]
    )
    assert replies(taken.send(first)) == ["applied"]
    pad = taken.pad()
    if change == "gone":
        pad.public_id = new_public_id()
    else:
        pad.signing_key = bytes(reversed(pad.signing_key))
    db.session.commit()
    assert taken.send(item).json["error"] == "revoked"
    # From then on it is read anew before anything else.
    assert taken.send(item).json["error"] == "signature"
    assert db.session.query(MarkOperation).count() == 1


def test_an_ended_pad_is_gone_on_with_by_the_same_person_only(taken, actor, client_for):
    items = [taken.phone.mark(taken.slots[0], entry, "present") for entry in taken.entries]
    taken.pad().ends_at = utc_now() - timedelta(minutes=1)
    db.session.commit()
    answer = taken.send(*items)
    assert (answer.status_code, answer.json["error"]) == (401, "sign_in")
    old = taken.phone.pad
    new = Phone()
    assert new.take(taken.signed_in, taken.workshop, continues=old).status_code == 200
    assert new.pad != old
    assert new.send(taken.network, items).json["answers"][0]["reason"] == "unreadable"
    assert replies(new.send(taken.network, items, pad_of_items=old)) == ["applied"] * 3
    assert {row.device for row in db.session.query(MarkOperation)} == {old}
    other = actor("trainer")
    workshop = scope.workshop(taken.workshop, taken.trainer)
    db.session.add(Facilitator(workshop_id=workshop.id, account_id=other.account_id))
    db.session.commit()
    stranger = Phone()
    answer = stranger.take(client_for(other), taken.workshop, continues=old)
    assert (answer.status_code, answer.json["error"]) == (409, "refused")
    assert stranger.take(client_for(other), taken.workshop).status_code == 200
    answer = stranger.send(taken.network, items, pad_of_items=old)
    assert (answer.status_code, answer.json["error"]) == (400, "unreadable")


def test_a_register_past_its_day_is_taken_only_to_send_what_a_phone_has_left(taken):
    db.session.query(Slot).update({"starts_at": utc_now() - timedelta(days=2)})
    db.session.commit()
    page = taken.signed_in.get(f"/workshops/{taken.workshop}/pad").text
    reason = re.search(r'data-over="([^"]*)"', page)
    assert reason is not None
    answer = Phone().take(taken.signed_in, taken.workshop)
    assert (answer.status_code, answer.json["sentence"]) == (409, reason[1])
    assert reason[1].endswith("A phone keeps a register until its last day. Mark on this website.")
    left = Phone().take(taken.signed_in, taken.workshop, continues=taken.phone.pad)
    assert left.status_code == 200


def test_the_servers_key_is_sealed_and_made_anew_in_time(taken):
    (key,) = db.session.query(PadKey).all()
    assert key.public_id == taken.phone.granted["server_key"]["id"]
    assert len(key.private_sealed) > 64
    item = taken.phone.mark(taken.slots[0], taken.entries[0], "present")
    key.made_at = utc_now() - timedelta(days=91)
    db.session.commit()
    later = Phone()
    later.take(taken.signed_in, taken.workshop)
    assert later.granted["server_key"]["id"] != key.public_id
    assert later.granted["marks"] == []
    # What was sealed to the older key still opens.
    assert replies(taken.send(item)) == ["applied"]


def test_the_decision_table_is_told_as_data():
    told = all_cases()
    assert len(told) >= 500
    assert {case["expected"]["reply"] for case in told} == {
        "applied", "duplicate", "conflict", "rejected",
    }  # fmt: skip
