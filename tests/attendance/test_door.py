"""What comes from a door besides marks: walk-ins, headcounts, notes, signatures; and what waits."""

import json
from datetime import timedelta
from typing import Any

import pytest

from kash.attendance.models import (
    Headcount,
    HeadcountOperation,
    HeldItem,
    MarkOperation,
    RegisterNote,
    Signature,
    WalkIn,
    note_text,
    sent_of,
    strokes_of,
)
from kash.attendance.queries.pads import credential, held_lines, walk_ins
from kash.attendance.queries.registers import count_history, heads_by_slot
from kash.attendance.services.deciding import decide_held, keep_walk_in
from kash.attendance.services.marking import WrongReason, close_slot
from kash.attendance.services.pads import open_items, revoke_pad
from kash.attendance.services.registers import (
    Brought,
    bring_in,
    check_signature,
    confirm_slot,
    read_queue,
    reopen_slot,
)
from kash.people.models import Person
from kash.people.services.merging import merge_people
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.vault import AuditEntry
from kash.platform.web import NotFound
from kash.platform.web.errors import Problem
from kash.policy import Actor
from kash.workshops.models import Enrolment
from kash.workshops.queries.scope import workshop
from kash.workshops.services.planning import cancel_workshop, restore_workshop
from tests.attendance.conftest import Taken
from tests.attendance.phones import Phone, replies
from tests.refusals import refuses


def door(phone: Phone, entry: str, name: str = "Atieno", **more: Any) -> dict[str, Any]:
    values = {"letter": "B", "sex": "female", "age_band": "25-34", "slot": None} | more
    return phone.queue("walk_in", entry=entry, name=name, **values)


@pytest.mark.any_engine
def test_who_walks_in_is_enrolled_marked_and_waits_to_be_matched(both_engines_app, taken):
    phone, slot = taken.phone, taken.slots[0]
    one, two, child = (new_public_id() for _ in range(3))
    items = [
        # Her mark stands before her in the queue.
        phone.mark(slot, one, "present"),
        door(phone, one),
        door(phone, two, name="", sex="", age_band=""),
        phone.mark(slot, two, "late"),
        door(phone, child, name="Mtoto", age_band="under18"),
        door(phone, new_public_id(), letter="Q"),
        door(phone, one, name="Somebody else"),
    ]
    answer = taken.send(*items)
    assert [(each["answer"], each["reason"]) for each in answer.json["answers"]] == [
        ("applied", ""),
        ("applied", ""),
        ("applied", ""),
        ("applied", ""),
        ("rejected", "minor"),
        ("rejected", "group_unknown"),
        ("rejected", "id_reused"),
    ]
    assert replies(taken.send(*items[:4])) == ["duplicate"] * 4
    found = workshop(taken.workshop, taken.trainer)
    lines = walk_ins(found.register_id)
    assert [(line["name"], line["letter"], line["named"], line["who"]) for line in lines] == [
        ("Atieno", "B", True, "Amani Mfano"),
        (f"Walk-in {two[:4].upper()}", "B", False, "Amani Mfano"),
    ]
    states = db.session.query(Enrolment.state).filter_by(workshop_id=found.id).all()
    assert [state for (state,) in states] == ["confirmed"] * 5
    assert db.session.query(Person).filter_by(chosen_name="Mtoto").count() == 0
    entry = db.session.query(AuditEntry).filter_by(action="attendance.pad_synced").one()
    assert {line["person"] for line in lines} <= set(entry.subjects)


def test_a_mark_that_came_before_its_person_is_applied_when_she_comes(taken):
    entry, slot = new_public_id(), taken.slots[0]
    early, person = taken.phone.mark(slot, entry, "late"), door(taken.phone, entry)
    assert replies(taken.send(early)) == ["rejected"]
    assert replies(taken.send(person)) == ["applied"]
    assert taken.held() == []
    assert [row.status for row in db.session.query(MarkOperation)] == ["late"]
    assert replies(taken.send(early)) == ["duplicate"]


def test_a_walk_in_who_was_here_already_is_merged_and_her_phone_still_marks_her(
    both_engines_app, taken
):
    phone, entry = taken.phone, new_public_id()
    taken.send(door(phone, entry, name="Amina Otieno"), phone.mark(taken.slots[0], entry, "late"))
    known = db.session.query(Person).filter_by(chosen_name="Amina Otieno").order_by(Person.id)
    kept, gone = (row.public_id for row in known)
    merge_people(kept, gone, {}, (1, 1), taken.trainer)
    db.session.rollback()
    row = db.session.query(WalkIn).one()
    assert (row.outcome, row.settled_by) == ("merged", taken.trainer.public_id)
    assert replies(taken.send(phone.mark(taken.slots[1], entry, "present"))) == ["applied"]
    person = db.session.query(Person).filter_by(chosen_name="Amina Otieno").one()
    assert db.session.query(MarkOperation).filter_by(person_id=person.id).count() == 2


def test_a_walk_in_is_kept_as_new_once(taken):
    taken.send(door(taken.phone, new_public_id()))
    found = workshop(taken.workshop, taken.trainer)
    (line,) = walk_ins(found.register_id)
    for _twice in range(2):
        keep_walk_in(found.register.public_id, line["public_id"], taken.trainer)
    assert walk_ins(found.register_id) == []
    assert db.session.query(AuditEntry).filter_by(action="attendance.walk_in_kept").count() == 1


def counts(*rows: tuple[str, str, str, int]) -> list[dict[str, Any]]:
    return [
        {"letter": letter, "sex": sex, "age_band": band, "count": count}
        for letter, sex, band, count in rows
    ]


def test_heads_are_counted_anew_with_their_history(both_engines_app, taken):
    phone, slot = taken.phone, taken.slots[0]

    def heads(version: int, *rows: tuple[str, str, str, int], **more: Any) -> dict[str, Any]:
        return phone.queue(
            "headcount", slot=slot, counts=counts(*rows), expected_version=version, **more
        )

    first = heads(0, ("A", "female", "", 3), ("B", "", "", 9), ("A", "female", "", 1))
    assert replies(taken.send(first)) == ["applied"]
    assert replies(taken.send(first)) == ["duplicate"]
    second = heads(1, ("A", "male", "25-34", 2))
    stale = heads(1, ("B", "", "", 12))
    answer = taken.send(
        second, stale, heads(0, ("A", "male", "25-34", 2)), heads(0, ("X", "", "", 1))
    )
    assert [(each["answer"], each["version"]) for each in answer.json["answers"]] == [
        ("applied", 2),
        ("conflict", 2),
        ("applied", 2),
        ("rejected", 2),
    ]
    found = workshop(taken.workshop, taken.trainer)
    assert heads_by_slot(found.register_id) == {slot: 2}
    told = db.session.query(Headcount).one()
    assert (told.sex, told.age_band, told.count) == ("male", "25-34", 2)
    history = [
        (sum(cell[3] for cell in line["counts"]), line["answer"], line["version"])
        for line in count_history(told.slot_id)
    ]
    assert history == [
        (2, "applied", 2),
        (12, "conflict", 2),
        (2, "applied", 2),
        (13, "applied", 1),
    ]
    conflict = next(item for item in taken.held() if item.why == "conflict")
    register = found.register.public_id
    with refuses("Somebody changed this meanwhile."):
        decide_held(register, conflict.public_id, taken.trainer, take=True, seen=1)
    decide_held(register, conflict.public_id, taken.trainer, take=True, seen=2)
    assert heads_by_slot(found.register_id) == {slot: 12}
    assert db.session.query(HeadcountOperation).count() == 5


def test_notes_and_signatures_are_sealed(taken):
    phone, slot, entry = taken.phone, taken.slots[0], taken.entries[0]
    strokes = [[[0, 0], [1000, 500]], [[7, 7]]]
    items = [
        phone.queue("note", slot=slot, text="Zawadi left at three"),
        phone.queue("note", slot=None, text="The hall was locked"),
        phone.queue("signature", slot=slot, entry=entry, strokes=strokes),
        phone.queue("signature", slot=slot, entry=entry, strokes=[[[0, 1001]]]),
        phone.queue("signature", slot=slot, entry=new_public_id(), strokes=strokes),
    ]
    assert replies(taken.send(*items)) == ["applied"] * 3 + ["rejected"] * 2
    assert replies(taken.send(*items[:3])) == ["duplicate"] * 3
    notes = db.session.query(RegisterNote).order_by(RegisterNote.id).all()
    assert [note_text(note) for note in notes] == ["Zawadi left at three", "The hall was locked"]
    assert b"Zawadi" not in notes[0].text_sealed
    (signature,) = db.session.query(Signature).all()
    assert strokes_of(signature) == [[(0, 0), (1000, 500)], [(7, 7)]]


# --- Deciding ---------------------------------------------------------------------------------


@pytest.mark.any_engine
def test_a_decision_is_an_operation_and_nothing_is_lost_by_arriving_last(both_engines_app, taken):
    phone, slot, entry = taken.phone, taken.slots[0], taken.entries[0]
    taken.send(phone.mark(slot, entry, "present"))
    taken.send(phone.mark(slot, entry, "late"), phone.mark(slot, entry, "absent"))
    found = workshop(taken.workshop, taken.trainer)
    register = found.register.public_id
    late, absent = taken.held()
    lines = held_lines(found.register_id, [late, absent])
    assert [
        (one["mine"]["status"], one["standing"]["status"], one["version"]) for one in lines
    ] == [("late", "present", 1), ("absent", "present", 1)]
    assert {one[side]["who"] for one in lines for side in ("mine", "standing")} == {"Amani Mfano"}
    decide_held(register, late.public_id, taken.trainer, take=False, seen=1)
    decide_held(register, absent.public_id, taken.trainer, take=True, seen=1)
    with pytest.raises(NotFound):
        decide_held(register, new_public_id(), taken.trainer, take=True, seen=1)
    assert taken.held() == []
    rows = db.session.query(MarkOperation).order_by(MarkOperation.id).all()
    assert [(row.status, row.answer, row.version) for row in rows] == [
        ("present", "applied", 1),
        ("late", "conflict", 1),
        ("absent", "conflict", 1),
        ("present", "applied", 1),
        ("absent", "applied", 2),
    ]
    decided = db.session.query(HeldItem).order_by(HeldItem.id).all()
    assert [row.decision for row in decided] == ["kept", "taken"]
    assert {row.operation_sealed for row in decided} == {None}
    assert db.session.query(AuditEntry).filter_by(action="attendance.held_decided").count() == 2


def test_what_was_refused_is_taken_once_the_reason_is_gone(taken):
    phone, slot, entry = taken.phone, taken.slots[0], taken.entries[0]
    taken.send(phone.mark(slot, entry, "present"))
    found = workshop(taken.workshop, taken.trainer)
    register = found.register.public_id
    close_slot(register, slot, taken.trainer)
    late = phone.mark(slot, entry, "late", 1)
    assert replies(taken.send(late)) == ["rejected"]
    (item,) = taken.held()
    with refuses("closed"):
        decide_held(register, item.public_id, taken.trainer, take=True, seen=1)
    reopen_slot(register, slot, taken.trainer)
    decide_held(register, item.public_id, taken.trainer, take=True, seen=1)
    last = db.session.query(MarkOperation).order_by(MarkOperation.id.desc()).first()
    assert last is not None
    assert (last.status, last.device, last.version) == ("late", phone.pad, 2)
    assert replies(taken.send(late)) == ["duplicate"]


def confirmed(taken: Taken, slot: str, other: Actor) -> str:
    """Close a slot and have it confirmed by somebody else; the register."""
    register = workshop(taken.workshop, taken.trainer).register.public_id
    close_slot(register, slot, taken.trainer)
    confirm_slot(register, slot, other)
    return register


@pytest.mark.usefixtures("both_engines_app")
def test_what_comes_after_the_confirming_is_taken_as_a_correction(taken, actor):
    phone, slot, entry = taken.phone, taken.slots[0], taken.entries[0]
    taken.send(phone.mark(slot, entry, "present"))
    register = confirmed(taken, slot, actor("trainer", name="Other Mfano"))
    late = phone.mark(slot, entry, "late", 1)
    counts = [{"letter": "A", "sex": "female", "age_band": "", "count": 7}]
    heads = phone.queue("headcount", slot=slot, counts=counts, expected_version=0)
    assert replies(taken.send(late, heads)) == ["rejected", "rejected"]
    mark, count = taken.held()
    assert {mark.reason, count.reason} == {"slot_locked"}
    decider = taken.trainer
    for reason, problem in (("  ", "Say why"), ("x" * 301, "Keep it under")):
        for item in (mark.public_id, count.public_id):
            with refuses(problem):
                decide_held(register, item, decider, take=True, seen=1, correction=reason)
    with refuses("Somebody changed this meanwhile."):
        decide_held(register, mark.public_id, decider, take=True, seen=0, correction="No network.")
    assert len(taken.held()) == 2
    for item, seen in ((mark.public_id, 1), (count.public_id, 0)):
        decide_held(register, item, decider, take=True, seen=seen, correction=" No network. ")
    assert taken.held() == []
    last = db.session.query(MarkOperation).order_by(MarkOperation.id.desc()).first()
    assert last is not None
    assert (last.status, last.version, last.correction, last.marked_by) == (
        "late",
        2,
        "No network.",
        decider.public_id,
    )
    head = db.session.query(HeadcountOperation).one()
    assert (head.answer, head.correction, head.version) == ("applied", "No network.", 1)
    # Sent again, neither comes in twice.
    assert replies(taken.send(late, heads)) == ["duplicate", "duplicate"]
    assert db.session.query(AuditEntry).filter_by(action="attendance.held_decided").count() == 2


def test_a_mark_that_met_another_is_taken_into_a_confirmed_register_with_a_reason(taken, actor):
    phone, slot, entry = taken.phone, taken.slots[0], taken.entries[0]
    taken.send(phone.mark(slot, entry, "present"))
    taken.send(phone.mark(slot, entry, "late"))
    (item,) = taken.held()
    register = confirmed(taken, slot, actor("trainer", name="Other Mfano"))
    with pytest.raises(WrongReason):
        decide_held(register, item.public_id, taken.trainer, take=True, seen=1)
    # To keep what stands takes no reason, and changes nothing in it.
    decide_held(register, item.public_id, taken.trainer, take=False, seen=1)
    last = db.session.query(MarkOperation).order_by(MarkOperation.id.desc()).first()
    assert last is not None
    assert (last.status, last.answer) == ("late", "conflict")


@pytest.mark.usefixtures("both_engines_app")
def test_what_was_made_before_a_cancelling_arrives_and_what_came_after_waits(taken):
    phone, slot = taken.phone, taken.slots[0]
    one, other, third = taken.entries
    cancel_workshop(taken.workshop, "The hall is flooded.", taken.trainer)
    before = (utc_now() - timedelta(hours=1)).isoformat()
    after = (utc_now() + timedelta(hours=1)).isoformat()
    early = phone.mark(slot, one, "present", at=before)
    late = phone.mark(slot, other, "present", at=after)
    items = (
        early,
        late,
        phone.queue("note", slot=slot, text="All wet", at=before),
        phone.queue("note", slot=slot, text="Still wet", at=after),
        door(phone, new_public_id(), at=after),
    )
    wanted = ["applied", "rejected", "applied", "rejected", "rejected"]
    assert replies(taken.send(*items)) == wanted
    again = ["duplicate", "rejected", "duplicate", "rejected", "rejected"]
    assert replies(taken.send(*items)) == again
    assert [item.reason for item in taken.held()] == ["cancelled"] * 3
    assert db.session.query(RegisterNote).count() == 1
    # Once the cancelling is undone, all of it can be taken, and what is marked then comes at once.
    restore_workshop(taken.workshop, taken.trainer)
    assert replies(taken.send(phone.mark(slot, third, "absent", at=after))) == ["applied"]
    register = workshop(taken.workshop, taken.trainer).register.public_id
    for item in taken.held():
        decide_held(register, item.public_id, taken.trainer, take=True, seen=0)
    assert replies(taken.send(late)) == ["duplicate"]
    assert db.session.query(RegisterNote).count() == 2
    assert db.session.query(WalkIn).count() == 1


# --- Queues as files --------------------------------------------------------------------------


def bring(taken: Taken, content: bytes) -> Brought:
    from kash.attendance.models import sealed_items

    found = workshop(taken.workshop, taken.trainer)
    file = read_queue(content)
    pad = check_signature(file, credential(db.session(), file.pad), found.register_id)
    items = sealed_items(file.items, 5_000)
    return bring_in(pad, pad, open_items(pad, items), taken.trainer)


@pytest.mark.any_engine
def test_a_queue_comes_in_as_a_file_once(both_engines_app, taken):
    phone, slot = taken.phone, taken.slots[0]
    items = [phone.mark(slot, entry, "present") for entry in taken.entries]
    taken.send(items[0])
    content = phone.exported([*items, phone.mark(slot, taken.entries[0], "late")])
    assert bring(taken, content) == Brought(applied=2, known=1, waiting=1)
    assert bring(taken, content) == Brought(applied=0, known=4, waiting=0)
    assert db.session.query(MarkOperation).count() == 4


def test_a_file_is_read_whatever_the_letters_in_it():
    payload = json.dumps({"pad": "p" * 16, "items": [{"é": 1}]}, ensure_ascii=False)
    whole = {"format": "kash-pad-queue", "version": 1, "payload": payload, "signature": "s"}
    content = json.dumps(whole, separators=(",", ":"), ensure_ascii=False).encode()
    assert read_queue(content).items == [{"é": 1}]


def test_any_byte_changed_is_refused(taken):
    content = taken.phone.exported([taken.phone.mark(taken.slots[0], taken.entries[0], "late")])
    for position in range(len(content)):
        for other in (content[position] ^ 1, content[position] ^ 32):
            changed = content[:position] + bytes([other]) + content[position + 1 :]
            with pytest.raises(Problem):
                bring(taken, changed)
    for changed in (content + b"\n", content[:-1], content.replace(b":1,", b": 1,"), b"", b"[]"):
        with pytest.raises(Problem):
            bring(taken, changed)
    assert db.session.query(MarkOperation).count() == 0
    assert bring(taken, content).applied == 1


def test_what_a_revoked_pad_kept_waits_for_a_person(taken, actor, client_for):
    phone, slot, entry = taken.phone, taken.slots[0], new_public_id()
    sent = phone.mark(slot, taken.entries[0], "present")
    taken.send(sent)
    items = [sent, phone.mark(slot, taken.entries[1], "late"), door(phone, entry), phone.seal(b"?")]
    found = workshop(taken.workshop, taken.trainer)
    register = found.register.public_id
    revoke_pad(register, phone.pad, taken.trainer)
    content = phone.exported(items)
    assert bring(taken, content) == Brought(applied=0, known=1, waiting=3)
    assert bring(taken, content) == Brought(applied=0, known=4, waiting=0)
    mark, person, broken = taken.held()
    assert {item.why for item in taken.held()} == {"ended"}
    assert sent_of(broken) is None
    other = actor("trainer", name="Neema Mfano")
    decide_held(register, mark.public_id, other, take=True, seen=0)
    decide_held(register, person.public_id, other, take=True, seen=0)
    with refuses("This cannot be taken:"):
        decide_held(register, broken.public_id, other, take=True, seen=0)
    decide_held(register, broken.public_id, other, take=False, seen=0)
    # Marks carry whose pad it was; the audit says who decided.
    assert {row.marked_by for row in db.session.query(MarkOperation)} == {taken.trainer.public_id}
    assert db.session.query(WalkIn).one().taken_by == taken.trainer.public_id
    decided = db.session.query(AuditEntry).filter_by(action="attendance.held_decided").all()
    assert {entry.actor for entry in decided} == {other.public_id}


def test_an_ended_pads_file_waits_too(taken):
    content = taken.phone.exported([taken.phone.mark(taken.slots[0], taken.entries[0], "late")])
    taken.pad().ends_at = utc_now() - timedelta(minutes=1)
    db.session.commit()
    assert bring(taken, content) == Brought(applied=0, known=0, waiting=1)
