"""Before a session begins nobody was there, and nothing of it is closed; and what stands out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kash.accounts.models import AccountBacking
from kash.attendance.models import Mark, RosterEntry, Slot
from kash.attendance.queries.pads import conducts, read_tokens
from kash.attendance.queries.registers import attended, closed_ahead, slots_still_open
from kash.attendance.rules.marking import MadeMark, RejectionReason, Reply, SlotTime, presences
from kash.attendance.rules.registers import (
    EARLY,
    ClosingRefusal,
    Conduct,
    Hindrance,
    Oddity,
    came_at_once,
    end_to_remember,
    ends_at,
    has_begun,
    is_ahead,
    needs_reason_to_close,
    oddities,
    refusal_to_close,
)
from kash.attendance.services.marking import (
    NotBegun,
    SomebodyUnmarked,
    WrongReason,
    apply_marks,
    close_slot,
)
from kash.attendance.services.registers import (
    CannotConfirm,
    Confirmed,
    confirm_slot,
    confirm_slots,
    correct_mark,
    reopen_slot,
)
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry
from kash.platform.web.account_names import tied_accounts
from kash.policy import Actor
from tests.attendance.conftest import Kept

moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
lengths = st.integers(1, 720)


def move(kept: Kept, begins: datetime, slot: int = 0) -> None:
    """Have a slot begin at another moment, however its register stands."""
    db.session.rollback()
    db.session.query(Slot).filter_by(public_id=kept.slots[slot]).one().starts_at = begins
    db.session.commit()
    db.session.rollback()


def row(kept: Kept, slot: int = 0) -> Slot:
    db.session.rollback()
    return db.session.query(Slot).filter_by(public_id=kept.slots[slot]).one()


@settings(deadline=None)
@given(moments, lengths, moments, st.sampled_from(["workshop", "meeting"]), st.text(max_size=9))
def test_nothing_is_closed_before_it_begins_whatever_reason_is_given(
    starts_at, minutes, now, purpose, reason
):
    refusal = refusal_to_close(starts_at, minutes, now, purpose=purpose, reason=reason)
    early = needs_reason_to_close(starts_at, minutes, now, purpose=purpose)
    if now < starts_at:
        assert refusal is ClosingRefusal.NOT_BEGUN
    elif purpose == "workshop" and now < starts_at + timedelta(minutes=minutes):
        assert early
        assert refusal is (ClosingRefusal.NONE if reason.strip() else ClosingRefusal.REASON_MISSING)
    else:
        assert not early
        assert refusal is ClosingRefusal.NONE


@settings(deadline=None)
@given(moments, moments, moments, st.none() | st.timedeltas(timedelta(-9), timedelta(9)))
def test_somebody_is_there_once_the_door_opens_by_both_clocks(starts_at, now, made_at, clock_ahead):
    ours = now >= starts_at - EARLY
    theirs = clock_ahead is None or made_at - clock_ahead >= starts_at - EARLY
    assert is_ahead(starts_at, now, made_at, clock_ahead) is not (ours and theirs)
    assert is_ahead(starts_at, now) is not ours
    # Whoever is ahead is before the beginning too.
    assert not (has_begun(starts_at, now) and is_ahead(starts_at, now))


def test_a_session_across_midnight_ends_on_the_next_day():
    # 23:00 in Nairobi until one o'clock: the day changes there within it, in UTC it does not.
    begins = datetime(2026, 11, 17, 20, 0, tzinfo=UTC)
    assert ends_at(begins, 120) == datetime(2026, 11, 17, 22, 0, tzinfo=UTC)
    midnight = datetime(2026, 11, 17, 21, 0, tzinfo=UTC)
    assert needs_reason_to_close(begins, 120, midnight, purpose="workshop")
    # And the other way round: begun on one day of UTC, over on the next.
    late = datetime(2026, 11, 17, 23, 30, tzinfo=UTC)
    assert not has_begun(late, late - timedelta(seconds=1))
    assert needs_reason_to_close(
        late, 60, datetime(2026, 11, 18, 0, 29, tzinfo=UTC), purpose="workshop"
    )
    assert not needs_reason_to_close(
        late, 60, datetime(2026, 11, 18, 0, 30, tzinfo=UTC), purpose="workshop"
    )


@settings(deadline=None)
@given(moments, lengths, moments, lengths, moments)
def test_an_end_is_remembered_if_a_session_is_brought_forward_at_short_notice_until_it_is_put_back(
    was, minutes, becomes, shorter, now
):
    old, new = ends_at(was, minutes), ends_at(becomes, shorter)
    kept = end_to_remember(old, new, becomes, now, None)
    late = new < old and now > becomes - timedelta(days=1)
    assert kept == (old if late else None)
    # Another step hides nothing of it, in time or not; only going back does.
    hour = timedelta(hours=1)
    assert end_to_remember(new, new - hour, becomes - hour, becomes - 9 * hour, kept) == (
        old if late else new
    )
    assert end_to_remember(new, new - hour, becomes, becomes - timedelta(days=2), kept) == kept
    assert end_to_remember(new, old, was, now, kept) is None or old < new


def test_a_slot_that_has_not_begun_counts_for_nobody():
    found = presences(
        [1, 2],
        [SlotTime(1, 90, closed=True), SlotTime(2, 90, closed=True, begun=False)],
        [MadeMark(1, 1, "present"), MadeMark(2, 1, "present"), MadeMark(2, 2, "absent")],
        {"present": 100, "absent": 0},
    )
    assert (found[1].minutes, found[1].total_minutes) == (90, 90)
    assert (found[2].minutes, found[2].total_minutes) == (0, 90)


BEGAN = datetime(2026, 11, 17, 5, 30, tzinfo=UTC)
WHOLE = Conduct(
    BEGAN,
    90,
    BEGAN + timedelta(minutes=95),
    first_mark=BEGAN,
    last_mark=BEGAN + timedelta(minutes=40),
    people=3,
    marked=3,
    there=3,
    alike=True,
    taught=90,
)


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, ()),
        ({"closed_at": BEGAN + timedelta(minutes=20)}, (Oddity.CLOSED_EARLY,)),
        ({"closed_at": BEGAN - timedelta(days=2)}, (Oddity.CLOSED_BEFORE,)),
        ({"first_mark": BEGAN - timedelta(hours=1)}, (Oddity.MARKED_BEFORE,)),
        ({"first_mark": BEGAN - EARLY}, ()),
        ({"at_once": True}, (Oddity.ALL_AT_ONCE,)),
        ({"at_once": True, "there": 2}, ()),
        ({"at_once": True, "alike": False}, ()),
        ({"at_once": True, "people": 1, "there": 1}, ()),
        ({"taught": 120}, (Oddity.SHORTENED,)),
        ({"taught": None}, ()),
        ({"planned_end": BEGAN + timedelta(days=7)}, (Oddity.BROUGHT_FORWARD,)),
        ({"planned_end": BEGAN + timedelta(minutes=95)}, ()),
    ],
)
def test_what_wants_a_look_is_told(changes, wanted):
    assert oddities(replace(WHOLE, **changes)) == wanted  # type: ignore[arg-type]


@pytest.mark.any_engine
@pytest.mark.usefixtures("both_engines_app")
def test_a_register_of_a_session_that_is_still_to_come_is_never_closed(keep, trainer):
    kept = keep()
    move(kept, utc_now() + timedelta(minutes=10))
    # The door is open: people are marked as they come, and no more.
    everybody = [kept.operation(entry, "present") for entry in range(3)]
    with pytest.raises(NotBegun):
        close_slot(kept.public_id, kept.slots[0], trainer, everybody, early_reason="All are here.")
    assert kept.marks() == {}
    answers = apply_marks(kept.public_id, everybody, trainer)
    assert [answer.answer for answer in answers] == [Reply.APPLIED] * 3
    with pytest.raises(NotBegun):
        close_slot(kept.public_id, kept.slots[0], trainer)
    assert row(kept).closed_at is None


@pytest.mark.any_engine
@pytest.mark.usefixtures("both_engines_app")
def test_nobody_is_there_before_the_door_opens_but_somebody_may_excuse_herself(keep, trainer):
    kept = keep()
    move(kept, utc_now() + timedelta(days=2))
    sent = [
        kept.operation(0, "present"),
        kept.operation(1, "left_early"),
        kept.operation(2, "excused"),
    ]
    answers = apply_marks(kept.public_id, sent, trainer)
    assert [(answer.answer, answer.reason) for answer in answers] == [
        (Reply.REJECTED, RejectionReason.NOT_BEGUN),
        (Reply.REJECTED, RejectionReason.NOT_BEGUN),
        (Reply.APPLIED, RejectionReason.NONE),
    ]
    assert kept.marks() == {2: ("excused", 1)}
    # The other slot took place; this one counts for and against nobody yet.
    apply_marks(kept.public_id, [kept.operation(2, "present", slot=1)], trainer)
    assert {one.total_minutes for one in attended(kept.id).values()} == {90}
    # As soon as it begins the same mark is taken.
    move(kept, utc_now() - timedelta(minutes=1))
    again = apply_marks(kept.public_id, sent[:1], trainer)
    assert again[0].answer is Reply.APPLIED


@pytest.mark.any_engine
@pytest.mark.usefixtures("both_engines_app")
def test_a_correction_marks_nobody_in_a_session_that_is_still_to_come(keep, trainer, actor):
    kept, other = keep(), actor("director", name="Neema Mfano")
    close_slot(kept.public_id, kept.slots[0], trainer, [kept.operation(0, "absent")])
    confirm_slot(kept.public_id, kept.slots[0], other)
    move(kept, utc_now() + timedelta(days=1))
    correction = replace(kept.operation(0, "present", 1), correction="She will come.")
    answer = correct_mark(kept.public_id, correction, trainer)
    assert (answer.answer, answer.reason) == (Reply.REJECTED, RejectionReason.NOT_BEGUN)


@pytest.mark.any_engine
@pytest.mark.usefixtures("both_engines_app")
def test_closing_before_the_planned_end_says_why_and_the_reason_stays(keep, trainer):
    kept = keep()
    move(kept, utc_now() - timedelta(minutes=20))
    at = (kept.public_id, kept.slots[0], trainer)
    with pytest.raises(WrongReason, match="Say why"):
        close_slot(*at, [kept.operation(0, "present")], early_reason="  ")
    assert kept.marks() == {}
    with pytest.raises(WrongReason, match="Keep it"):
        close_slot(*at, early_reason="x" * 301)
    reason = "The hall was needed."
    assert close_slot(*at, [kept.operation(0, "present")], early_reason=reason).closed
    held = conducts(kept.id)[kept.slots[0]]
    assert (held.early_reason, held.minutes_in) == (reason, 20)
    assert Oddity.CLOSED_EARLY in oddities(held)
    # The chain says that it was closed early, and none of the words.
    entry = db.session.query(AuditEntry).filter_by(action="attendance.slot_closed").one()
    assert list(entry.subjects) == [kept.public_id, kept.slots[0], "register:early"]
    reopen_slot(kept.public_id, kept.slots[0], trainer)
    assert row(kept).early_reason == ""
    move(kept, utc_now() - timedelta(hours=3))
    close_slot(*at)
    assert row(kept).early_reason == ""


def test_a_meeting_that_ends_early_needs_no_reason(keep, trainer):
    kept = keep(purpose="meeting")
    move(kept, utc_now() - timedelta(minutes=20))
    done = close_slot(kept.public_id, kept.slots[0], trainer, [kept.operation(0, "present")])
    assert done.closed


def close(kept: Kept, by: Actor, slot: int = 0) -> None:
    operations = [kept.operation(0, "present", slot=slot), kept.operation(1, "absent", slot=slot)]
    assert close_slot(kept.public_id, kept.slots[slot], by, operations).closed


@pytest.fixture
def tied(trainer, actor):
    """Another account that the trainer let in, and a third of the same hand."""
    second, third = (actor("trainer", name=f"Puppet {number}") for number in (1, 2))
    for one in (second, third):
        db.session.add(AccountBacking(account_id=one.account_id or 0, by=trainer.public_id))
    db.session.commit()
    db.session.rollback()
    return second, third


@pytest.mark.any_engine
@pytest.mark.usefixtures("both_engines_app")
def test_nobody_confirms_herself_by_a_second_account_that_she_let_in(keep, trainer, tied, actor):
    kept, (second, third) = keep(), tied
    assert second.public_id in set(db.session.scalars(tied_accounts(trainer.public_id)))
    close(kept, trainer)
    close(kept, second, slot=1)
    for slot, by in ((0, second), (0, third), (1, trainer)):
        with pytest.raises(CannotConfirm) as refused:
            confirm_slot(kept.public_id, kept.slots[slot], by)
        assert refused.value.hindrance is Hindrance.TIED
        seen = read_tokens(kept.id, [kept.slots[slot]], by)
        left = confirm_slots(kept.public_id, seen, by)
        assert left == Confirmed((), {kept.slots[slot]: Hindrance.TIED})
    other = actor("director", name="Neema Mfano")
    confirm_slot(kept.public_id, kept.slots[0], other)
    assert row(kept).confirmed_by == other.public_id
    # That somebody else let both in doesn't count: neither stands behind the other.
    confirm_slot(kept.public_id, kept.slots[1], third)
    assert row(kept, 1).confirmed_by == third.public_id


@pytest.mark.any_engine
@pytest.mark.usefixtures("both_engines_app")
def test_registers_are_confirmed_together_only_as_they_were_shown(keep, trainer, actor):
    kept, director = keep(slots=4), actor("director", name="Neema Mfano")
    other = actor("director", name="Other Mfano")
    for slot in range(4):
        close(kept, trainer, slot)
    seen = read_tokens(kept.id, kept.slots, director)
    assert set(seen) == set(kept.slots)
    # One is opened, changed and closed again after it was shown; one was never shown to her; of
    # one she has what was shown to somebody else.
    reopen_slot(kept.public_id, kept.slots[0], trainer)
    close_slot(kept.public_id, kept.slots[0], trainer, [kept.operation(1, "present", 1)])
    seen[kept.slots[1]] = ""
    seen[kept.slots[2]] = read_tokens(kept.id, kept.slots, other)[kept.slots[2]]
    done = confirm_slots(kept.public_id, seen, director)
    assert done.confirmed == (kept.slots[3],)
    assert done.left == dict.fromkeys(kept.slots[:3], Hindrance.CHANGED)
    with pytest.raises(CannotConfirm):
        confirm_slot(kept.public_id, kept.slots[0], director, seen=seen[kept.slots[0]])
    assert [row(kept, slot).confirmed_by for slot in range(4)] == [
        None, None, None, director.public_id
    ]  # fmt: skip
    entry = db.session.query(AuditEntry).filter_by(action="attendance.slots_confirmed").one()
    assert list(entry.subjects) == [kept.public_id, kept.slots[3]]


@pytest.mark.any_engine
@pytest.mark.usefixtures("both_engines_app")
def test_what_wants_a_look_is_never_confirmed_with_others(keep, trainer, actor):
    kept, director = keep(), actor("director", name="Neema Mfano")
    everybody = [kept.operation(entry, "present") for entry in range(3)]
    close_slot(kept.public_id, kept.slots[0], trainer, everybody)
    close(kept, trainer, 1)
    seen = read_tokens(kept.id, kept.slots, director)
    done = confirm_slots(kept.public_id, seen, director)
    assert done == Confirmed((kept.slots[1],), {kept.slots[0]: Hindrance.SINGLY})
    confirm_slot(kept.public_id, kept.slots[0], director, seen=seen[kept.slots[0]])
    assert row(kept).confirmed_by == director.public_id


@pytest.mark.usefixtures("both_engines_app")
def test_everybody_marked_on_two_pages_in_a_row_wants_a_look_too(keep, trainer):
    kept = keep()
    for entry in range(3):
        apply_marks(kept.public_id, [kept.operation(entry, "present")], trainer)
    held = conducts(kept.id)[kept.slots[0]]
    assert (held.at_once, held.alike, held.there) == (True, True, 3)
    assert came_at_once(BEGAN, BEGAN + timedelta(minutes=2))
    assert not came_at_once(BEGAN, BEGAN + timedelta(minutes=2, seconds=1))


@pytest.mark.any_engine
@pytest.mark.usefixtures("both_engines_app")
def test_a_register_that_was_closed_ahead_before_is_not_confirmed(keep, trainer, actor):
    kept, director = keep(), actor("director", name="Neema Mfano")
    close(kept, trainer)
    move(kept, utc_now() + timedelta(days=1))
    with pytest.raises(CannotConfirm) as refused:
        confirm_slot(kept.public_id, kept.slots[0], director)
    assert refused.value.hindrance is Hindrance.NOT_BEGUN
    assert closed_ahead(kept.id)
    assert slots_still_open(kept.id) == 2
    assert {one.minutes for one in attended(kept.id).values()} == {0}
    assert db.session.query(Mark).count() == 2


@pytest.mark.any_engine
@pytest.mark.usefixtures("both_engines_app")
def test_whoever_is_excused_in_advance_does_not_make_a_register_marked_before_it_began(
    keep, trainer
):
    kept = keep()
    excused = kept.operation(2, "excused")
    made = [(excused, -timedelta(days=2)), (kept.operation(0, "present"), timedelta(minutes=5))]
    made.append((kept.operation(1, "late"), timedelta(minutes=20)))
    begins = row(kept).starts_at
    sent = [replace(one, device_time=begins + after) for one, after in made]
    assert close_slot(kept.public_id, kept.slots[0], trainer, sent).closed
    held = conducts(kept.id)[kept.slots[0]]
    assert held.first_mark == begins + timedelta(minutes=5)
    assert held.last_mark == begins + timedelta(minutes=20)
    assert oddities(held) == ()


@pytest.mark.any_engine
@pytest.mark.usefixtures("both_engines_app")
def test_a_register_in_which_nobody_came_has_no_first_mark(keep, trainer):
    kept = keep()
    everybody = [kept.operation(entry, "absent") for entry in range(3)]
    assert close_slot(kept.public_id, kept.slots[0], trainer, everybody).closed
    held = conducts(kept.id)[kept.slots[0]]
    assert (held.first_mark, held.at_once, held.there) == (None, False, 0)
    assert held.last_mark is not None


@pytest.mark.any_engine
@pytest.mark.usefixtures("both_engines_app")
def test_a_page_closes_no_register_in_which_somebody_has_no_mark(keep, trainer):
    kept = keep()
    at = (kept.public_id, kept.slots[0], trainer)
    sent = [kept.operation(0, "present"), kept.operation(1, "absent")]
    with pytest.raises(SomebodyUnmarked, match="1 person has no mark yet"):
        close_slot(*at, sent, everybody=True)
    assert (row(kept).closed_at, kept.marks()) == (None, {})
    # Whoever is off the register by now needs none.
    entry = db.session.query(RosterEntry).filter_by(public_id=kept.entries[2]).one()
    entry.removed_at = utc_now()
    db.session.commit()
    db.session.rollback()
    assert close_slot(*at, sent, everybody=True).closed


def test_a_register_shorter_than_in_the_course_is_not_confirmed_with_others(keep, trainer, actor):
    kept, director = keep(), actor("director", name="Neema Mfano")
    close(kept, trainer)
    close(kept, trainer, 1)
    seen = read_tokens(kept.id, kept.slots, director)
    taught = {kept.slots[0]: 120, kept.slots[1]: 90}
    done = confirm_slots(kept.public_id, seen, director, taught)
    assert done == Confirmed((kept.slots[1],), {kept.slots[0]: Hindrance.SINGLY})
