"""The answers to operations and what marks add up to, by properties."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.attendance.rules.marking import (
    STANDARD_STATUSES,
    Circumstances,
    CountedMark,
    CurrentMark,
    Earlier,
    MadeMark,
    Operation,
    RegisterState,
    RejectionReason,
    Reply,
    SlotTime,
    decide,
    decide_batch,
    is_readable,
    presences,
    standing_mark,
    tally,
)
from kash.attendance.rules.pads import sheet_rows
from kash.attendance.rules.registers import (
    Hindrance,
    Signed,
    Stand,
    hindrance_to_confirm,
    hindrance_to_reopen,
)

NOW = datetime(2026, 11, 17, 6, 0, tzinfo=UTC)
STATUSES = ("present", "late", "absent")
OPERATION = Operation("op-1", "slot", "entry", "late", 1, NOW)
OPEN = Circumstances(
    slot_known=True,
    slot_closed=False,
    on_roster=True,
    statuses=STATUSES,
    standing=CurrentMark("present", 1),
)

operations = st.builds(
    Operation,
    op_id=st.sampled_from([f"op-{number}" for number in range(12)]),
    slot=st.sampled_from(["s1", "s2", "closed", "unknown"]),
    entry=st.sampled_from(["e1", "e2", "gone"]),
    status=st.sampled_from([*STATUSES, "nonsense"]),
    expected_version=st.integers(0, 3),
    device_time=st.just(NOW),
)
STATE = RegisterState(
    open_slots={"s1", "s2"},
    closed_slots={"closed"},
    entries={"e1", "e2"},
    statuses=STATUSES,
    marks={("s1", "e1"): CurrentMark("present", 1)},
    earlier={"op-0": Earlier("s1", "e1", "present")},
)


@pytest.mark.parametrize(
    ("operation", "now", "reply", "reason", "standing"),
    [
        (OPERATION, OPEN, Reply.APPLIED, RejectionReason.NONE, CurrentMark("late", 2)),
        (
            replace(OPERATION, status="present"),
            OPEN,
            Reply.APPLIED,
            RejectionReason.NONE,
            CurrentMark("present", 1),
        ),
        (
            replace(OPERATION, expected_version=0),
            OPEN,
            Reply.CONFLICT,
            RejectionReason.NONE,
            CurrentMark("present", 1),
        ),
        (
            replace(OPERATION, expected_version=2),
            OPEN,
            Reply.CONFLICT,
            RejectionReason.NONE,
            CurrentMark("present", 1),
        ),
        (
            replace(OPERATION, expected_version=0, status="present"),
            OPEN,
            Reply.APPLIED,
            RejectionReason.NONE,
            CurrentMark("present", 1),
        ),
        (
            replace(OPERATION, expected_version=0),
            replace(OPEN, standing=CurrentMark()),
            Reply.APPLIED,
            RejectionReason.NONE,
            CurrentMark("late", 1),
        ),
        (
            OPERATION,
            replace(OPEN, earlier=Earlier("slot", "entry", "late")),
            Reply.DUPLICATE,
            RejectionReason.NONE,
            CurrentMark("present", 1),
        ),
        (
            OPERATION,
            replace(OPEN, earlier=Earlier("slot", "entry", "late", Reply.CONFLICT)),
            Reply.CONFLICT,
            RejectionReason.NONE,
            CurrentMark("present", 1),
        ),
        (
            OPERATION,
            replace(OPEN, earlier=Earlier("slot", "entry", "absent")),
            Reply.REJECTED,
            RejectionReason.ID_REUSED,
            CurrentMark("present", 1),
        ),
        (
            OPERATION,
            replace(OPEN, slot_known=False),
            Reply.REJECTED,
            RejectionReason.SLOT_UNKNOWN,
            CurrentMark("present", 1),
        ),
        (
            OPERATION,
            replace(OPEN, slot_closed=True),
            Reply.REJECTED,
            RejectionReason.SLOT_CLOSED,
            CurrentMark("present", 1),
        ),
        (
            OPERATION,
            replace(OPEN, on_roster=False),
            Reply.REJECTED,
            RejectionReason.NOT_ON_ROSTER,
            CurrentMark("present", 1),
        ),
        (
            replace(OPERATION, status="nonsense"),
            OPEN,
            Reply.REJECTED,
            RejectionReason.STATUS_UNKNOWN,
            CurrentMark("present", 1),
        ),
        (
            replace(OPERATION, op_id=""),
            OPEN,
            Reply.REJECTED,
            RejectionReason.UNREADABLE,
            CurrentMark("present", 1),
        ),
    ],
)
def test_the_decision_table(operation, now, reply, reason, standing):
    decision = decide(operation, now)
    assert (decision.reply, decision.reason, decision.standing) == (reply, reason, standing)


@pytest.mark.parametrize(
    "broken",
    [
        replace(OPERATION, op_id="x" * 37),
        replace(OPERATION, op_id="a\0b"),
        replace(OPERATION, op_id="ñ"),
        replace(OPERATION, expected_version=-1),
        replace(OPERATION, expected_version=2**31),
        replace(OPERATION, device="d" * 37),
        replace(OPERATION, device_sequence=2**40),
        replace(OPERATION, device_time=datetime(2026, 11, 17, 6, 0)),
    ],
)
def test_what_cannot_be_kept_is_unreadable(broken):
    assert is_readable(broken) is False
    assert is_readable(OPERATION) is True


@given(st.lists(operations, max_size=40))
def test_a_batch_changes_only_by_what_was_applied_and_versions_only_grow(batch):
    outcome = decide_batch(batch, STATE)
    assert [answer.op_id for answer in outcome.answers] == [one.op_id for one in batch]
    marks = dict(STATE.marks)
    for operation, answer in zip(batch, outcome.answers, strict=True):
        place = (operation.slot, operation.entry)
        before = marks.get(place, CurrentMark())
        after = CurrentMark(answer.status, answer.version)
        if answer.answer is not Reply.APPLIED:
            assert after == before
        else:
            assert answer.status == operation.status
            assert after.version - before.version in (0, 1)
            assert (after.version == before.version) == (before.status == operation.status)
            marks[place] = after
        assert (answer.reason is RejectionReason.NONE) == (answer.answer is not Reply.REJECTED)
    assert {**STATE.marks, **outcome.changed} == {
        place: standing for place, standing in marks.items() if standing.version
    }


@given(st.lists(operations, max_size=30))
def test_sending_a_batch_again_changes_nothing(batch):
    first = decide_batch(batch, STATE)
    kept = dict(STATE.earlier)
    for position in first.kept:
        operation = batch[position]
        kept[operation.op_id] = Earlier(
            operation.slot, operation.entry, operation.status, first.answers[position].answer
        )
    again = decide_batch(
        [batch[position] for position in first.kept],
        replace(STATE, marks={**STATE.marks, **first.changed}, earlier=kept),
    )
    assert again.changed == {}
    assert again.kept == ()
    assert {answer.answer for answer in again.answers} <= {Reply.DUPLICATE, Reply.CONFLICT}


slots = st.lists(
    st.builds(SlotTime, st.integers(1, 6), st.integers(5, 300), st.booleans()),
    unique_by=lambda slot: slot.slot,
    max_size=6,
)
marks = st.lists(
    st.builds(
        MadeMark,
        st.integers(1, 7),
        st.integers(1, 5),
        st.sampled_from([status.code for status in STANDARD_STATUSES]),
    ),
    unique_by=lambda mark: (mark.slot, mark.person),
    max_size=30,
)
WEIGHTS = {status.code: status.weight for status in STANDARD_STATUSES}


@given(slots, marks)
def test_presence_is_a_share_of_the_slots_that_took_place(given_slots, given_marks):
    found = presences(range(1, 4), given_slots, given_marks, WEIGHTS)
    marked = {mark.slot for mark in given_marks}
    held = [slot for slot in given_slots if slot.closed or slot.slot in marked]
    minutes = {slot.slot: slot.minutes for slot in held}
    assert set(found) == {1, 2, 3}
    for person, presence in found.items():
        assert presence.total_minutes == sum(minutes.values())
        exact = sum(
            minutes[mark.slot] * WEIGHTS[mark.status]
            for mark in given_marks
            if mark.person == person and mark.slot in minutes
        )
        assert presence.weighted == exact
        assert 0 <= presence.minutes <= presence.total_minutes
        assert 0 <= presence.percentage <= 100
        if presence.total_minutes:
            assert presence.percentage == 100 * (exact // 100) // presence.total_minutes


def test_who_has_no_mark_was_not_there():
    found = presences(
        [1, 2],
        [SlotTime(1, 90, closed=True), SlotTime(2, 90, closed=False)],
        [MadeMark(1, 1, "present")],
        WEIGHTS,
    )
    assert (found[1].minutes, found[1].total_minutes, found[1].percentage) == (90, 90, 100)
    assert (found[2].minutes, found[2].total_minutes, found[2].percentage) == (0, 90, 0)


def test_tally_counts_the_unmarked_too():
    assert tally(["present", None, "present", "late"]) == {"present": 2, "": 1, "late": 1}


@given(st.lists(st.uuids().map(str), unique=True, max_size=40), st.integers(3, 12))
def test_sheets_hold_everybody_once_and_spare_rows_at_the_end(entries, rows):
    dealt = sheet_rows(entries, rows, spare=2)
    assert [entry for sheet in dealt for entry in sheet] == entries
    assert all(len(sheet) <= rows for sheet in dealt)
    assert len(dealt[-1]) <= rows - 2


@given(operations, st.booleans(), st.booleans(), st.sampled_from(["", "Signed on the sheet."]))
def test_a_locked_slot_takes_corrections_only_and_a_closed_one_takes_nothing(
    operation, closed, locked, correction
):
    asked = replace(operation, correction=correction)
    now = replace(OPEN, slot_closed=closed or locked, slot_locked=locked)
    found = decide(asked, now)
    if locked and not correction:
        assert (found.reply, found.reason) == (Reply.REJECTED, RejectionReason.SLOT_LOCKED)
    elif closed and not locked:
        assert (found.reply, found.reason) == (Reply.REJECTED, RejectionReason.SLOT_CLOSED)
    else:
        # As in an open slot: the reason decides nothing else.
        assert found == decide(operation, OPEN)
    if found.reply is not Reply.APPLIED:
        assert found.standing == now.standing


people = st.sampled_from(["a", "b", "c"])


@given(st.lists(st.tuples(st.sampled_from(["close", "confirm", "reopen"]), people), max_size=12))
def test_nobody_confirms_what_she_closed_and_what_is_confirmed_stays(steps):
    signed = Signed()
    for step, by in steps:
        before = signed
        if step == "close" and signed.stand is Stand.OPEN:
            signed = Signed(by)
        elif step == "confirm" and not hindrance_to_confirm(signed, by):
            signed = replace(signed, confirmed_by=signed.confirmed_by or by)
        elif step == "reopen" and not hindrance_to_reopen(signed):
            signed = Signed()
        if before.stand is Stand.LOCKED:
            assert signed == before
        if signed.stand is Stand.LOCKED:
            assert signed.closed_by is not None
            assert signed.closed_by != signed.confirmed_by
        assert hindrance_to_confirm(Signed("a"), by, differences=1) is (
            Hindrance.CLOSED_BY_HERSELF if by == "a" else Hindrance.DIFFERENCES
        )


_counted = st.builds(
    CountedMark,
    status=st.sampled_from(["present", "late", "absent"]),
    weight=st.integers(0, 2),
    version=st.integers(1, 5),
    operation=st.integers(1, 9),
)


@given(_counted, _counted)
def test_of_two_who_are_one_the_mark_stands_that_counts_more_or_came_later(one, other):
    status, version = standing_mark(one, other)
    assert version > max(one.version, other.version)
    if one.weight != other.weight:
        assert status == (one if one.weight > other.weight else other).status
    elif one.operation != other.operation:
        assert status == (one if one.operation > other.operation else other).status
