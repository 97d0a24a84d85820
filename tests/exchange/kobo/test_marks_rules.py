"""What a form says of a register: shown where it contradicts itself or what stands, never guessed,
and nothing that belongs nowhere is lost without a word."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.attendance.rules.marking import CurrentMark, RejectionReason
from kash.exchange.kobo.rules.marks import (
    MarkDecided,
    MarksState,
    NoAttendance,
    NotFitting,
    RegisterPlaces,
    RowKey,
    SaidSession,
    SlotStand,
    SuggestedMark,
    TooManySubmissions,
    Unfitting,
    answers_of,
    brought,
    refuse_other_forms,
    row_of_export,
    said_in,
    sent_at,
    suggestions,
)

A, B = "p00000000000000a", "p00000000000000b"
AT = datetime(2026, 11, 17, 6, tzinfo=UTC)


def _said(
    *marks: tuple[str, str], session: str = "s1", number: int = 1, **more: str
) -> SaidSession:
    first_id = more.get("first_id", f"r{number}")
    return SaidSession(RowKey(first_id, number), AT, more.get("workshop", "w"), session, marks)


def _places(**more: object) -> RegisterPlaces:
    kept: dict[str, object] = {
        "workshop": "w",
        "slots": {"s1": SlotStand(), "s2": SlotStand()},
        "entries": {"pa": "a", "pb": "b"},
        "listed": {"a", "b"},
        "marks": {},
        "statuses": {"present", "late", "absent"},
        "retired": {"dozing"},
        "counting": {"present", "late"},
    }
    return RegisterPlaces(**(kept | more))  # type: ignore[arg-type]


def _one(*sessions: SaidSession, **more: object) -> SuggestedMark:
    decided = more.pop("decided", None)
    found = suggestions(sessions, _places(**more), {("s1", "a"): decided} if decided else {})  # type: ignore[dict-item]
    (mark,) = found.marks
    return mark


def test_a_row_of_the_server_says_who_is_marked_how_in_which_session() -> None:
    row = {
        "_id": 7,
        "meta/rootUuid": "uuid:AB",
        "_submission_time": "2026-11-17T06:00:00",
        "workshop": "w",
        "session": "s1",
        "status_present": f"{A} Zawadi {B} Sampuli",
        "status_late": B,
    }
    said = said_in(answers_of(row), sent_at(row))
    assert said == SaidSession(
        RowKey("ab", 7),
        AT,
        "w",
        "s1",
        # What is no choice stays whole, so that a name in it is found when somebody is erased.
        (("present", A), ("present", B), ("present", "Zawadi Sampuli"), ("late", B)),
    )
    assert SaidSession.from_data(said.as_data()) == said


def test_a_line_of_an_export_says_the_same_as_the_row_beside_its_boxes() -> None:
    headings = ["session", "status_present", "status_present/pa", "_id", "meta/rootUuid", ""]
    row = row_of_export(headings, ["s1", "pa", "1", "7", "uuid:AB", "x"], 1)
    assert row == {"session": "s1", "status_present": "pa", "_id": 7, "meta/rootUuid": "uuid:AB"}
    assert row_of_export(["session"], ["s1"], 3) == {"session": "s1", "_id": -3}


@pytest.mark.parametrize("text", [None, "yesterday", 7])
def test_a_row_that_does_not_say_when_it_was_sent_has_no_time(text: object) -> None:
    assert sent_at({"_submission_time": text}) is None


def test_rows_of_another_form_are_refused_and_so_are_more_than_a_workshop_has() -> None:
    refuse_other_forms([])
    refuse_other_forms([_said(session=""), _said()])
    with pytest.raises(NoAttendance):
        refuse_other_forms([_said(session="")])
    with pytest.raises(TooManySubmissions):
        refuse_other_forms([_said()] * 2_001)


def test_a_server_tells_all_that_there_is_and_a_file_may_hold_a_part() -> None:
    first, second = _said(("present", "pa")), _said(("present", "pb"), number=2)
    edited = _said(("absent", "pa"))
    whole = brought([first, second], [edited], whole=True)
    assert (whole.sessions, whole.new, whole.edited, whole.gone) == ((edited,), 0, 1, 1)
    part = brought([first, second], [edited], whole=False)
    assert (part.sessions, part.new, part.edited, part.gone) == ((second, edited), 0, 1, 0)
    again = brought([first, second], [first, second], whole=True)
    assert (again.new, again.edited, again.gone) == (0, 0, 0)
    # An export without first ids is known by number.
    nameless = _said(("present", "pa"), first_id="")
    assert brought([first], [nameless], whole=False).sessions == (nameless,)
    # Without numbers too, the first row of one file is not that of another file.
    monday = _said(("present", "pa"), first_id="", number=-1)
    tuesday = replace(monday, session="s2", marks=(("absent", "pa"),))
    both = brought([monday], [tuesday], whole=False)
    assert (both.sessions, both.new, both.edited) == ((monday, tuesday), 1, 0)
    mended = replace(tuesday, marks=(("present", "pa"),))
    assert brought(both.sessions, [mended], whole=False).sessions == (monday, mended)


def test_a_mark_where_none_stands_would_be_taken_and_one_that_stands_is_kept_unless_chosen() -> (
    None
):
    said = _said(("present", "pa"))
    assert (_one(said).state, _one(said).choice) == (MarksState.NEW, "present")
    stands = {("s1", "a"): CurrentMark("absent", 3)}
    kept = _one(said, marks=stands)
    assert (kept.state, kept.choice, kept.standing.version) == (MarksState.DIFFERS, "", 3)
    same = _one(said, marks={("s1", "a"): CurrentMark("present", 1)})
    assert (same.state, same.choice) == (MarksState.SAME, "")


def test_two_phones_that_contradict_each_other_are_both_told_and_none_is_taken() -> None:
    both = _one(_said(("present", "pa")), _said(("absent", "pa"), number=2))
    assert (both.said, both.state, both.choice) == (
        ("absent", "present"),
        MarksState.UNCLEAR,
        "",
    )
    agreed = _one(_said(("present", "pa")), _said(("present", "pa"), number=2))
    assert agreed.state is MarksState.NEW


@pytest.mark.parametrize(
    ("places", "why"),
    [
        ({"slots": {"s1": SlotStand(closed=True)}}, RejectionReason.SLOT_CLOSED),
        ({"slots": {"s1": SlotStand(closed=True, locked=True)}}, RejectionReason.SLOT_LOCKED),
        ({"slots": {"s1": SlotStand(begun=False)}}, RejectionReason.NOT_BEGUN),
        ({"listed": {"b"}}, RejectionReason.NOT_ON_ROSTER),
        ({"statuses": {"absent"}, "retired": {"present"}}, RejectionReason.STATUS_RETIRED),
    ],
)
def test_what_the_register_would_refuse_waits_and_says_why(
    places: dict[str, object], why: RejectionReason
) -> None:
    mark = _one(_said(("present", "pa")), **places)
    assert (mark.state, mark.choice, mark.why) == (MarksState.BLOCKED, "", why)


def test_somebody_who_will_not_come_may_be_noted_before_a_session_begins() -> None:
    mark = _one(_said(("absent", "pa")), slots={"s1": SlotStand(begun=False)})
    assert mark.state is MarksState.NEW


def test_what_was_decided_is_not_asked_again_until_the_form_says_something_else() -> None:
    present, absent = _said(("present", "pa")), _said(("absent", "pa"))
    accepted = MarkDecided(accepted=True, out=False, said="present", choice="present")
    assert _one(present, decided=accepted).state is MarksState.ACCEPTED
    # A mark that somebody made later stays, and nobody is asked.
    later = {("s1", "a"): CurrentMark("late", 2)}
    assert _one(present, decided=accepted, marks=later).state is MarksState.ACCEPTED
    stands = {("s1", "a"): CurrentMark("present", 1)}
    changed = _one(absent, decided=accepted, marks=stands)
    assert (changed.state, changed.before, changed.choice) == (MarksState.DIFFERS, "present", "")
    out = MarkDecided(accepted=False, out=True, said="present", choice="")
    assert _one(present, decided=out).state is MarksState.OUT
    assert _one(absent, decided=out).state is MarksState.NEW


def test_a_draft_holds_for_what_was_said_to_it_only() -> None:
    said = _said(("present", "pa"))
    left = MarkDecided(False, False, "", "", draft="", draft_said="present")
    assert (_one(said, decided=left).state, _one(said, decided=left).choice) == (MarksState.NEW, "")
    other = MarkDecided(False, False, "", "", draft="", draft_said="absent")
    assert _one(said, decided=other).choice == "present"
    back = MarkDecided(False, True, "present", "", draft="present", draft_said="present")
    assert (_one(said, decided=back).state, _one(said, decided=back).choice) == (
        MarksState.NEW,
        "present",
    )


def test_a_mark_that_was_taken_and_that_the_form_says_no_more_is_told_and_stays() -> None:
    accepted = MarkDecided(accepted=True, out=False, said="present", choice="present")
    mark = _one(decided=accepted, marks={("s1", "a"): CurrentMark("present", 1)})
    assert (mark.state, mark.said, mark.before) == (MarksState.GONE, (), "present")


def test_whatever_belongs_nowhere_is_named_as_it_came() -> None:
    found = suggestions(
        [
            _said(("present", "pa"), workshop="other"),
            _said(("present", "pa"), session="s9", number=2),
            _said(("present", "nobody"), ("flying", "pa"), ("dozing", "pb"), number=3),
        ],
        _places(),
        {},
    )
    assert found.unfitting == (
        NotFitting(Unfitting.PERSON, "nobody", 1),
        NotFitting(Unfitting.SESSION, "s9", 1),
        NotFitting(Unfitting.STATUS, "flying", 1),
        NotFitting(Unfitting.WORKSHOP, "", 1),
    )
    assert [one.state for one in found.marks] == [MarksState.BLOCKED]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("s1", "s2", "s3")),
            st.sampled_from(("present", "absent", "flying")),
            st.sampled_from(("pa", "pb", "pc")),
        ),
        max_size=12,
    )
)
def test_nothing_that_a_form_says_is_lost_and_nothing_is_taken_over_a_mark(
    told: list[tuple[str, str, str]],
) -> None:
    sessions = [
        _said((status, who), session=session, number=at)
        for at, (session, status, who) in enumerate(told)
    ]
    stands = {("s1", "a"): CurrentMark("late", 1)}
    found = suggestions(sessions, _places(marks=stands), {})
    fitting = {
        (session, who.removeprefix("p"))
        for session, status, who in told
        if session != "s3" and status != "flying" and who != "pc"
    }
    assert {(one.slot, one.entry) for one in found.marks} == fitting
    assert sum(one.count for one in found.unfitting) == sum(
        1 for session, status, who in told if session == "s3" or status == "flying" or who == "pc"
    )
    assert not [one for one in found.marks if one.choice and one.standing.status]


@pytest.mark.parametrize(("workshop", "fits"), [("w", True), ("", True), ("another", False)])
def test_a_form_that_names_no_workshop_is_of_the_one_it_was_brought_to(
    workshop: str, fits: bool
) -> None:
    found = suggestions([_said(("present", "pa"), workshop=workshop)], _places(), {})
    assert [(one.slot, one.said) for one in found.marks] == [("s1", ("present",))] * fits
    assert [one.why for one in found.unfitting] == [Unfitting.WORKSHOP] * (not fits)
