"""When a session was really taught: what counts of taps, what is refused, and what is typed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.attendance.models import Slot, TimeTap
from kash.attendance.register import remove_slots
from kash.attendance.rules.marking import (
    LONGEST,
    SHORTEST,
    Edge,
    RejectionReason,
    Stretch,
    Tap,
    TimeFault,
    stretch_of,
    time_fault,
)
from kash.attendance.rules.registers import opens_at
from kash.attendance.services.marking import set_times, tap_time, undo_time
from kash.platform.database import db, writing
from kash.platform.vault import AuditEntry
from kash.platform.web.errors import Problem
from tests.attendance.conftest import BEGIN, Kept
from tests.attendance.phones import replies
from tests.refusals import refuses

MOMENTS = st.integers(-60, 14 * 60).map(lambda minutes: BEGIN + timedelta(minutes=minutes))
TAPS = st.lists(st.builds(Tap, st.sampled_from(Edge), MOMENTS), max_size=6)


@given(TAPS, st.randoms(use_true_random=False))
def test_taps_of_several_phones_come_to_the_same_in_whatever_order_they_arrive(taps, chance):
    shuffled = list(taps)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert stretch_of(shuffled) == stretch_of(taps) == stretch_of([*taps, *taps])


@given(TAPS, MOMENTS, st.sampled_from(Edge))
def test_what_was_typed_goes_before_whatever_was_tapped(taps, at, edge):
    typed = Tap(edge, at, by_hand=True)
    for order in ([typed, *taps], [*taps, typed]):
        found = stretch_of(order)
        assert (found.start if edge is Edge.START else found.end) == at


@given(st.none() | MOMENTS, st.none() | MOMENTS, MOMENTS)
def test_what_is_not_refused_makes_whole_minutes_of_a_day(start, end, now):
    said = Stretch(start, end)
    if time_fault(said, BEGIN, now) is not None:
        return
    for at in (start, end):
        assert at is None or opens_at(BEGIN) <= at <= now + timedelta(minutes=2)
    if start is not None and end is not None:
        assert said.minutes == (end - start) // timedelta(minutes=1)
        assert SHORTEST <= end - start <= LONGEST
    else:
        assert said.minutes is None


@pytest.mark.parametrize(
    ("start", "end", "fault"),
    [
        (0, 60, None),
        (-120, 60, (TimeFault.BEFORE_DOOR, Edge.START)),
        (0, 2000, (TimeFault.IN_FUTURE, Edge.END)),
        (60, 0, (TimeFault.END_FIRST, Edge.END)),
        (60, 60, (TimeFault.END_FIRST, Edge.END)),
        (0, 12 * 60, None),
        (0, 12 * 60 + 1, (TimeFault.TOO_LONG, Edge.END)),
    ],
)
def test_times_that_cannot_be_are_refused_beside_the_one_that_is_wrong(start, end, fault):
    said = Stretch(BEGIN + timedelta(minutes=start), BEGIN + timedelta(minutes=end))
    assert time_fault(said, BEGIN, BEGIN + timedelta(days=1)) == fault


def test_every_fault_is_an_answer_that_a_phone_knows():
    assert {str(fault) for fault in TimeFault} == {
        str(reason) for reason in RejectionReason if reason.startswith("time_")
    }


def stands(slot: str) -> tuple[datetime | None, datetime | None]:
    db.session.rollback()
    found = db.session.query(Slot).filter_by(public_id=slot).one()
    return found.began_at, found.ended_at


def at(minutes: int) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


def test_times_are_tapped_once_typed_over_and_taken_back_one_by_one(
    both_engines_app, keep, trainer
):
    kept: Kept = keep()  # type: ignore[operator]
    register, slot = kept.public_id, kept.slots[0]
    before = datetime.now(UTC)
    # As this test runs, long after the session; so the end is one too many.
    tap_time(register, slot, Edge.START, "first", trainer)
    tap_time(register, slot, Edge.START, "first", trainer)
    tapped = stands(slot)[0]
    assert tapped is not None
    assert tapped >= before
    assert db.session.query(TimeTap).count() == 1
    assert db.session.query(AuditEntry).filter_by(action="attendance.time_tapped").count() == 1
    with pytest.raises(Problem) as refused:
        set_times(register, slot, {Edge.END: at(60)}, trainer)
    assert refused.value.field == "end"
    set_times(register, slot, {Edge.START: at(5), Edge.END: at(65)}, trainer)
    assert stands(slot) == (at(5), at(65))
    set_times(register, slot, {Edge.END: at(70)}, trainer)
    assert stands(slot) == (at(5), at(70))
    with refuses("This session was taught"), writing() as session:
        remove_slots(session, [session.query(Slot.id).filter_by(public_id=slot).scalar()])
    undo_time(register, slot, Edge.END, trainer)
    assert stands(slot) == (at(5), None)
    undo_time(register, slot, Edge.START, trainer)
    assert stands(slot) == (tapped, None)
    set_times(register, slot, {Edge.START: None}, trainer)
    assert stands(slot) == (None, None)
    # What was only tapped by mistake keeps no session in the plan.
    with writing() as session:
        remove_slots(session, [session.query(Slot.id).filter_by(public_id=slot).scalar()])


def test_a_phone_taps_without_a_network_twice_or_wrongly_and_takes_back(taken):
    phone, slot = taken.phone, taken.slots[0]
    begins = datetime.fromisoformat(phone.granted["slots"][0]["starts_at"])

    def tap(edge: str, minutes: int, **more: object) -> dict[str, object]:
        moment = (begins + timedelta(minutes=minutes)).isoformat()
        return phone.queue("time", slot=slot, edge=edge, at=moment, **more)

    once = phone.queue("time", slot=slot, edge="start", at=begins.isoformat(), op_id="a")
    again = phone.queue("time", slot=slot, edge="start", at=begins.isoformat(), op_id="a")
    assert replies(taken.send(once, again, tap("end", 47, op_id="b"))) == [
        "applied",
        "duplicate",
        "applied",
    ]
    assert stands(slot) == (begins, begins + timedelta(minutes=47))
    # The other trainer's taps: the first beginning and the last end count.
    assert replies(taken.send(tap("start", 2), tap("end", 50, op_id="c"))) == ["applied"] * 2
    assert stands(slot) == (begins, begins + timedelta(minutes=50))
    assert replies(taken.send(tap("end", 51, undoes="c"))) == ["applied"]
    assert stands(slot) == (begins, begins + timedelta(minutes=47))
    wrong = [tap("start", -300), tap("end", 13 * 60), tap("middle", 5)]
    answers = taken.send(*wrong).json["answers"]
    assert [(one["answer"], one["reason"]) for one in answers] == [
        ("rejected", "time_before_door"),
        ("rejected", "time_too_long"),
        ("rejected", "unreadable"),
    ]
    assert stands(slot) == (begins, begins + timedelta(minutes=47))
    shown = taken.signed_in.get(f"/workshops/{taken.workshop}/attendance/conflicts").text
    assert "Beginning and end" in shown
    assert "No session takes more than 12 hours." in shown
    # Whoever takes the register again is told what stands.
    other = type(phone)()
    other.take(taken.signed_in, taken.workshop)
    assert other.granted["slots"][0]["ended_at"] == stands(slot)[1].isoformat()  # type: ignore[union-attr]
