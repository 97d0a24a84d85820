"""The pages on which a person sees to what phones sent, and hostile bodies."""

import io
import json
import random
import re
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.attendance.models import HeldItem, MarkOperation, Pad, WalkIn
from kash.attendance.rules.marking import Operation
from kash.attendance.rules.pads import Unreadable, is_public_id, read_operation
from kash.attendance.services.marking import close_slot
from kash.attendance.services.registers import confirm_slot
from kash.people.models import Person
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.vault import AuditEntry
from kash.workshops.queries.plan import sessions_of
from kash.workshops.queries.scope import workshop
from kash.workshops.services.planning import cancel_workshop
from tests.attendance.conftest import Taken
from tests.workshops.conftest import make_person


def page(taken: Taken, path: str) -> str:
    answer = taken.signed_in.get(f"/workshops/{taken.workshop}{path}")
    assert answer.status_code == 200, answer.status_code
    return answer.text


def post(taken: Taken, path: str, **fields: Any) -> Any:
    return taken.signed_in.post(f"/workshops/{taken.workshop}{path}", data=fields)


def test_both_versions_stand_side_by_side_and_a_person_decides(taken, count_queries):
    phone, slot = taken.phone, taken.slots[0]
    first = [phone.mark(slot, entry, "present") for entry in taken.entries]
    taken.send(*first)
    taken.send(phone.mark(slot, taken.entries[0], "late"))
    with count_queries() as once:
        page(taken, "/attendance/conflicts")
    taken.send(*(phone.mark(slot, entry, "absent") for entry in taken.entries))
    with count_queries() as more:
        shown = page(taken, "/attendance/conflicts")
    assert more.count == once.count
    for text in ("Zawadi Kiongozi", "present", "late", "Amani Mfano", "met another"):
        assert text in shown
    assert "4 to decide" in page(taken, "/attendance")
    assert "To decide: 4. People to match: 0." in taken.signed_in.get("/").text
    item = taken.held()[0].public_id
    answer = post(taken, f"/attendance/conflicts/{item}", decision="take", seen="7")
    assert answer.status_code == 409
    assert "Look at both again" in answer.text
    post(taken, f"/attendance/conflicts/{item}", decision="take", seen="1")
    assert len(taken.held()) == 3
    assert workshop(taken.workshop, taken.trainer) is not None
    history = page(taken, f"/attendance/{_session(taken)}/{taken.entries[0]}")
    assert "by phone, at" in history


def _session(taken: Taken) -> str:
    found = workshop(taken.workshop, taken.trainer)
    return sessions_of(found)[0].public_id


def test_a_confirmed_register_asks_for_a_reason_beside_its_field(taken, actor):
    phone, slot, entry = taken.phone, taken.slots[0], taken.entries[0]
    taken.send(phone.mark(slot, entry, "present"))
    register = workshop(taken.workshop, taken.trainer).register.public_id
    close_slot(register, slot, taken.trainer)
    confirm_slot(register, slot, actor("trainer", name="Other Mfano"))
    taken.send(phone.mark(slot, entry, "late", 1))
    (item,) = taken.held()
    shown = page(taken, "/attendance/conflicts")
    assert "Reason for the correction" in shown
    assert "Take it as a correction" in shown
    path = f"/attendance/conflicts/{item.public_id}"
    answer = post(taken, path, decision="take", seen="1", correction=" ")
    assert answer.status_code == 422
    field = f"correction-{item.public_id}"
    assert f'<p class="error" id="{field}-error">Say why this is corrected.</p>' in answer.text
    assert f'href="#{field}"' in answer.text
    typed = "No network <until> today."
    answer = post(taken, path, decision="take", seen="7", correction=typed)
    assert answer.status_code == 409
    assert 'value="No network &lt;until&gt; today."' in answer.text
    assert post(taken, path, decision="take", seen="1", correction=typed).status_code == 303
    history = page(taken, f"/attendance/{_session(taken)}/{entry}")
    assert "No network &lt;until&gt; today." in history


def test_a_confirmed_registers_heads_are_counted_anew_with_a_reason(taken, actor):
    slot = taken.slots[0]
    taken.send(taken.phone.mark(slot, taken.entries[0], "present"))
    register = workshop(taken.workshop, taken.trainer).register.public_id
    close_slot(register, slot, taken.trainer)
    confirm_slot(register, slot, actor("trainer", name="Other Mfano"))
    path = f"/attendance/{_session(taken)}/headcount"
    fields = {"n-A-female-any": "7", "seen": "0:", "page": "one"}
    for reason, says in (("", "Say why this is corrected."), ("x" * 301, "Keep it under 300")):
        answer = post(taken, path, **fields, correction=reason)
        assert answer.status_code == 422
        assert says in answer.text
        assert 'value="7"' in answer.text
    answer = post(taken, path, **fields, correction="Counted again from the photo.")
    assert answer.status_code == 303
    shown = page(taken, path)
    assert "Counted again from the photo." in shown
    assert "Counted: 7" in shown


def test_nothing_is_taken_into_a_cancelled_workshop(taken):
    cancel_workshop(taken.workshop, "The hall is flooded.", taken.trainer)
    after = (utc_now() + timedelta(hours=1)).isoformat()
    taken.send(taken.phone.mark(taken.slots[0], taken.entries[0], "present", at=after))
    (item,) = taken.held()
    shown = page(taken, "/attendance/conflicts")
    assert "The workshop was cancelled before this was made." in shown
    assert "Take what was sent" not in shown
    path = f"/attendance/conflicts/{item.public_id}"
    answer = post(taken, path, decision="take", seen="0")
    assert answer.status_code == 409
    assert "This workshop is cancelled. Undo that first." in answer.text
    assert post(taken, path, decision="keep", seen="0").status_code == 303
    assert taken.held() == []


def test_the_registers_page_tells_of_phones_and_stops_them(taken):
    fast = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    taken.send(taken.phone.queue("note", slot=taken.slots[0], text="Rain"), sent_at=fast)
    shown = page(taken, "/attendance")
    for text in ("Amani Mfano", "A phone", "may send until", "its clock is 5 min fast", "Rain"):
        assert text in shown, text
    post(taken, f"/pads/{taken.phone.pad}/revoke")
    assert "may no longer send" in page(taken, "/attendance")
    assert taken.pad().revoked_by == taken.trainer.public_id


def test_somebody_who_walked_in_is_matched_or_kept(taken):
    make_person("Akinyi Odhiambo")
    phone, one, two = taken.phone, new_public_id(), new_public_id()
    more = {"letter": "B", "sex": "", "age_band": "", "slot": None}
    taken.send(
        phone.queue("walk_in", entry=one, name="Akinyi Odhiambo", **more),
        phone.queue("walk_in", entry=two, name="", **more),
    )
    shown = page(taken, "/walk-ins")
    assert "Same person: enrol, then merge" in shown or "Same person: merge" in shown
    assert "No name was given" in shown
    first, second = db.session.query(WalkIn).order_by(WalkIn.id).all()
    person = db.session.get_one(Person, first.person_id).public_id
    same = db.session.query(Person).filter_by(chosen_name="Akinyi Odhiambo").order_by(Person.id)
    known = same.first()
    assert known is not None
    answer = post(taken, f"/walk-ins/{first.public_id}", same=known.public_id)
    assert answer.location == f"/people/{known.public_id}/merge/{person}"
    assert post(taken, f"/walk-ins/{second.public_id}").status_code == 303
    db.session.rollback()
    assert [row.outcome for row in db.session.query(WalkIn).order_by(WalkIn.id)] == ["", "kept"]


def test_heads_are_counted_on_a_page_and_nothing_typed_is_lost(taken):
    path = f"/attendance/{_session(taken)}/headcount"
    shown = page(taken, path)
    key = re.search(r'name="page" value="([^"]+)"', shown)
    assert key is not None
    typed = {"n-B-female-any": "many", "n-A-any-any": "4"}
    bad = post(taken, path, page=key[1], seen="0:", **typed)
    assert bad.status_code == 422
    assert 'value="many"' in bad.text
    assert 'value="4"' in bad.text
    good = {"n-B-female-any": "7", "n-A-any-any": "4"}
    for _twice in range(2):
        assert post(taken, path, page=key[1], seen="0:", **good).status_code == 303
    assert "Counted without names: 11" in page(taken, "/attendance")
    late = post(taken, path, page="another", seen="0:", **{"n-B-any-any": "30"})
    assert late.status_code == 409
    assert "Somebody else counted meanwhile" in late.text
    assert 'value="30"' in late.text


def test_a_signature_is_drawn_and_looking_is_noted(taken):
    entry, strokes = taken.entries[0], [[[0, 0], [1000, 500]], [[7, 7]]]
    taken.send(taken.phone.queue("signature", slot=taken.slots[0], entry=entry, strokes=strokes))
    shown = page(taken, f"/attendance/{_session(taken)}/signatures")
    assert "0,0 1000,500" in shown
    assert db.session.query(AuditEntry).filter_by(action="attendance.signatures_shown").count() == 1


def test_a_phones_file_comes_in_by_a_page(taken):
    items = [taken.phone.mark(taken.slots[0], entry, "present") for entry in taken.entries]
    content = taken.phone.exported(items)

    def send(given: bytes) -> Any:
        return post(taken, "/pad/import", file=(io.BytesIO(given), "a.kashpad"))

    refused = send(content.replace(b'"version":1', b'"version":2'))
    assert "This file was changed" in refused.text
    assert "Not a file that a phone saved here" in send(b"hello").text
    assert "Choose a file." in post(taken, "/pad/import").text
    assert send(content).location == f"/workshops/{taken.workshop}/attendance"
    assert "Brought in: 0. Here already: 3. To decide: 0." in (
        taken.signed_in.get(send(content).location).text
    )
    assert db.session.query(MarkOperation).count() == 3


# --- Hostile bodies ---------------------------------------------------------------------------

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)
_FIELDS = (
    "kind", "op_id", "slot", "entry", "status", "expected_version", "at", "name", "letter", "sex",
    "age_band", "counts", "text", "strokes",
)  # fmt: skip
_KINDS = ("mark", "scan", "walk_in", "headcount", "note", "signature", "unreadable", "")


@given(
    kind=st.sampled_from(_KINDS) | _JSON, values=st.dictionaries(st.sampled_from(_FIELDS), _JSON)
)
def test_no_operation_breaks_its_reader(kind, values):
    """Whatever a field holds, it is no operation, or one whose every part is what it must be."""
    plaintext = json.dumps({**values, "kind": kind}).encode()
    try:
        read, sent = read_operation(plaintext, "p" * 16, 1)
    except Unreadable as refused:
        assert refused.args == ()  # noqa: PT017
        return
    assert read == kind != "unreadable"
    assert sent.op_id == values["op_id"]
    assert sent.slot == (values.get("slot") or "")
    assert sent.slot == "" or is_public_id(sent.slot)
    moment = sent.device_time if isinstance(sent, Operation) else sent.at
    assert moment == datetime.fromisoformat(values["at"])


# One sound operation of each kind, as a phone writes it.
_SOUND: dict[str, dict[str, Any]] = {
    "mark": {"entry": "e" * 16, "status": "late", "expected_version": 3},
    "scan": {"entry": "e" * 16, "expected_version": 0},
    "walk_in": {"entry": "e" * 16, "name": "Amani", "letter": "B", "sex": "f", "age_band": ""},
    "headcount": {
        "counts": [{"letter": "A", "sex": "m", "age_band": "", "count": 4}],
        "expected_version": 1,
    },
    "note": {"text": "Rain"},
    "signature": {"entry": "e" * 16, "strokes": [[[0, 5], [1000, 7]]]},
}
_COMMON = {"op_id": "op-1", "slot": "s" * 16, "at": "2026-11-16T09:30:00+03:00"}


@given(kind=st.sampled_from(sorted(_SOUND)), data=st.data())
def test_one_wrong_field_spoils_an_operation_or_is_read_as_it_stands(kind, data):
    sound = {**_COMMON, **_SOUND[kind], "kind": kind}
    read, sent = read_operation(json.dumps(sound).encode(), "p" * 16, 1)
    assert (read, sent.op_id, sent.slot) == (kind, "op-1", "s" * 16)
    name = data.draw(st.sampled_from(sorted(set(sound) - {"kind"})))
    changed = {**sound, name: data.draw(_JSON)}
    try:
        _read, other = read_operation(json.dumps(changed).encode(), "p" * 16, 1)
    except Unreadable:
        return
    ours, theirs = asdict(sent), asdict(other)
    called = {name, {"counts": "cells", "at": "device_time"}.get(name, name)}
    assert {key for key in ours if ours[key] != theirs[key]} <= called


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "note", "text": ""},
        {"kind": "note", "text": "  "},
        {"kind": "signature", "entry": "e" * 16, "strokes": []},
        {"kind": "signature", "entry": "e" * 16, "strokes": [[]]},
    ],
)
def test_what_says_nothing_is_no_operation(wrong):
    with pytest.raises(Unreadable):
        read_operation(json.dumps({**_COMMON, **wrong}).encode(), "p" * 16, 1)


def test_an_operation_is_one_object_with_nothing_but_blanks_around_it():
    sound = json.dumps({**_COMMON, **_SOUND["mark"], "kind": "mark"}).encode()
    _read, sent = read_operation(sound, "p" * 16, 1)
    assert read_operation(b"\r\n\t " + sound + b" \n" * 40, "p" * 16, 1) == ("mark", sent)
    for around in (sound + sound, sound + b",", sound + b"\0", b"\xef\xbb\xbf" + sound, b"", b"  "):
        with pytest.raises(Unreadable):
            read_operation(around, "p" * 16, 1)


def test_no_body_and_no_operation_breaks_sending(taken):
    phone, dice = taken.phone, random.Random(7)
    good = phone.mark(taken.slots[0], taken.entries[0], "present")
    odd: list[Any] = [
        None, True, -1, 2**31, 1.5, "", "x" * 70_000, [], {}, [[]], "\x00", "\ud800", 10**400,
    ]  # fmt: skip
    bodies: list[Any] = [*odd, [good], {"pad": phone.pad}]
    for name in ("pad", "sent_at", "items", "pad_of_items"):
        bodies += [{"pad": phone.pad, "items": [good], name: value} for value in odd]
    for name in ("seq", "epk", "iv", "ct"):
        bodies += [{"pad": phone.pad, "items": [{**good, name: value}]} for value in odd]
    bodies += [{"pad": phone.pad, "items": [good] * 201}]
    for sent in bodies:
        body = json.dumps(sent).encode()
        headers = {"X-Pad-Signature": phone.sign(b"kash pad v1 sync\n" + body)}
        answer = taken.network.post(
            "/pad/sync", data=body, headers=headers, content_type="application/json"
        )
        assert answer.status_code in (200, 400, 413), (answer.status_code, sent)
    for raw in (b"", b"\xff\xfe", b"{" * 5000, b"[" * 100_000, b'{"pad":', dice.randbytes(4_000)):
        for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
            assert taken.network.post("/pad/sync", data=raw, content_type=kind).status_code == 400
    sealed = [
        phone.seal(json.dumps({**_one(taken, kind), name: value}).encode())
        for kind in _KINDS[:6]
        for name in _FIELDS
        for value in odd
    ]
    dice.shuffle(sealed)
    for start in range(0, len(sealed), 200):
        assert taken.send(*sealed[start : start + 200]).status_code == 200
    page(taken, "/attendance/conflicts")
    page(taken, "/walk-ins")
    page(taken, "/attendance")
    assert db.session.query(Pad).count() == 1
    assert db.session.query(HeldItem).count() > 0


def _one(taken: Taken, kind: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "op_id": new_public_id(),
        "slot": taken.slots[0],
        "entry": taken.entries[0] if kind != "walk_in" else new_public_id(),
        "status": "present",
        "expected_version": 0,
        "at": datetime.now(UTC).isoformat(),
        "name": "Somebody",
        "letter": "B",
        "text": "Something",
        "counts": [{"letter": "B", "count": 2}],
        "strokes": [[[1, 1]]],
    }
