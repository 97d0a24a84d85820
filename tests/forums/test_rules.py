"""What a forum decides by rule, tried on whatever hypothesis can think of."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.forums.rules.meetings import (
    STATUSES,
    USUAL_ITEMS,
    Attendee,
    OpenedAction,
    PlannedItem,
    agenda_from,
    arising,
    attendance_by_group,
    merged_seat,
    order_is_fixed,
    shown_name,
    state_at,
    with_usual_items,
)
from kash.forums.rules.merging import TypedMinutesRow, paragraphs, row_changes
from kash.forums.rules.minutes import NoLetterLeft, minute_number, month_letter

KEYS = st.text("abcdef", min_size=1, max_size=2)
START = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 400).map(lambda hours: START + timedelta(hours=hours))


@given(
    st.text(),
    st.text(min_size=1).filter(str.strip),
    st.sampled_from(["alias", "office", "counted"]),
)
def test_a_name_shows_only_by_choice(shown_as, name, appears):
    shown = shown_name(appears, shown_as, name)
    assert shown == ("" if appears == "counted" else shown_as.strip())


def test_a_chosen_name_shows_when_chosen():
    assert shown_name("name", "another", " Zawadi ") == "Zawadi"
    assert shown_name("something new", "another", "Zawadi") == ""


def test_the_number_of_a_minute():
    assert minute_number(3, date(2026, 11, 26)) == "MIN 3/11/2026"
    assert minute_number(3, date(2026, 11, 27), "B") == "MIN 3/11B/2026"


@given(st.sets(st.sampled_from("BCDEFGHIJKLMNOPQRSTUVWXYZ")), st.booleans())
def test_a_letter_is_the_first_that_is_free(taken, first):
    everything = taken | ({""} if first else set())
    if len(everything) == 26:
        with pytest.raises(NoLetterLeft):
            month_letter(everything)
        return
    letter = month_letter(everything)
    assert letter not in everything
    assert not first or letter == min(set("BCDEFGHIJKLMNOPQRSTUVWXYZ") - taken)


@st.composite
def _actions(draw: st.DrawFn) -> list[OpenedAction]:
    made = []
    for key in range(draw(st.integers(0, 8))):
        raised = draw(MOMENTS)
        closed = draw(st.none() | st.integers(0, 400).map(lambda h: START + timedelta(hours=h)))
        state = "open" if closed is None else draw(st.sampled_from(["done", "dropped"]))
        made.append(OpenedAction(key, raised, state, closed))
    return made


@given(_actions(), MOMENTS, st.none() | MOMENTS, MOMENTS)
def test_what_is_open_always_comes_up(actions, meeting_at, previous_at, as_of):
    carried = arising(actions, meeting_at, previous_at, as_of)
    keys = [key for key, _state in carried]
    assert len(keys) == len(set(keys))
    by_key = {action.key: action for action in actions}
    assert all(by_key[key].raised_at < meeting_at for key in keys)
    assert [by_key[key].raised_at for key in keys] == sorted(by_key[k].raised_at for k in keys)
    for action in actions:
        if action.raised_at < meeting_at and action.state == "open":
            assert (action.key, "open") in carried
    for key, state in carried:
        action = by_key[key]
        assert state == state_at(action.state, action.closed_at, as_of)
        if previous_at is not None and action.closed_at is not None:
            assert action.closed_at > previous_at


def test_a_closed_action_is_told_once():
    """Closed between the second meeting and the third: told in the third, not in the fourth."""
    moments = [START + timedelta(days=30 * number) for number in range(4)]
    action = OpenedAction(1, moments[0], "done", moments[1] + timedelta(days=3))
    told = [
        arising([action], moments[number], moments[number - 1], moments[number])
        for number in (1, 2, 3)
    ]
    assert told == [[(1, "open")], [(1, "done")], []]


@given(
    st.lists(
        st.builds(
            Attendee,
            group=st.sampled_from("AB"),
            status=st.none() | st.sampled_from(STATUSES),
            shown=st.sampled_from(["", "Nyota", "Mto", "Bahari"]),
            member=st.booleans(),
        )
    )
)
def test_everybody_is_counted_once(attendees):
    table = attendance_by_group(attendees, ["A", "B"])
    assert [line.group for line in table] == [
        group for group in "AB" if any(one.group == group for one in attendees)
    ]
    for line in table:
        here = [one for one in attendees if one.group == line.group]
        assert line.members == sum(one.member for one in here)
        assert line.column("present").total <= line.members
        for status in STATUSES:
            marked = [one for one in here if one.counts_as == status]
            column = line.column(status)
            assert column.total == len(marked)
            assert list(column.shown) == sorted(one.shown for one in marked if one.shown)


@given(st.text("ab \n\r"))
def test_paragraphs_keep_every_word(text):
    parts = paragraphs(text)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(part.strip() and "\n\n" not in part for part in parts)


@given(
    st.sets(KEYS),
    st.lists(
        st.builds(
            TypedMinutesRow, key=st.just("") | KEYS, text=st.sampled_from(["", " ", "x", "y"])
        )
    ),
)
def test_rows_that_a_page_did_not_know_stay(present, written):
    changes = row_changes(present, written)
    named = {row.key for row in written}
    assert set(changes.removed) | {row.key for row in changes.changed} == present & named
    assert not set(changes.removed) & {row.key for row in changes.changed}
    assert list(changes.added) == [
        row for row in written if row.key not in present and row.text.strip()
    ]


@given(st.lists(st.sampled_from(["", *USUAL_ITEMS]), max_size=12))
def test_usual_items_are_added_once_and_nothing_that_stands_there_is_moved(present):
    agenda = with_usual_items(present)
    kept = [place for place, _usual in agenda if place >= 0]
    assert kept == list(range(len(present)))
    added = [usual for place, usual in agenda if place < 0]
    assert sorted(added) == sorted(set(USUAL_ITEMS) - set(present))
    assert with_usual_items([usual for _place, usual in agenda]) == [
        (place, usual) for place, (_old, usual) in enumerate(agenda)
    ]


def test_an_empty_agenda_gets_the_usual_items_in_their_order():
    assert [usual for _place, usual in with_usual_items([])] == list(USUAL_ITEMS)


def test_usual_items_go_beside_those_that_are_there_and_other_business_to_the_end():
    assert [usual for _place, usual in with_usual_items(["opening", "", "arising", ""])] == [
        "opening",
        "quorum",
        "previous",
        "",
        "arising",
        "results",
        "stories",
        "actions",
        "",
        "other",
    ]


def test_an_agenda_after_the_first_meeting_has_its_matters_arising_once():
    plain, own = PlannedItem("Opening", 10), PlannedItem("Left over", 5, "arising")
    assert agenda_from([plain], first_meeting=True) == [plain]
    assert agenda_from([plain, own], first_meeting=False) == [plain, own]
    assert agenda_from([plain], first_meeting=False) == [PlannedItem("", None, "arising"), plain]


def test_numbers_of_minutes_are_fixed_once_a_meeting_was_held_or_cancelled():
    assert [state for state in ("planned", "held", "cancelled") if order_is_fixed(state)] == [
        "held",
        "cancelled",
    ]


def test_a_guest_is_never_among_the_members_present():
    counted = {
        (member, status): Attendee("A", status, "Nyota", member).counts_as
        for member in (True, False)
        for status in ("present", "apology", None)
    }
    assert counted == {
        (True, "present"): "present",
        (True, "apology"): "apology",
        (True, None): None,
        (False, "present"): "in_attendance",
        (False, "apology"): "apology",
        (False, None): None,
    }


def test_an_empty_line_begins_a_paragraph_and_a_broken_one_does_not():
    assert paragraphs(" a \r\nb\n\n \nc\rd\n") == ["a\nb", "c\nd"]
    assert paragraphs("") == []


def test_the_row_that_was_written_last_says_whether_a_row_is_left():
    words, emptied = TypedMinutesRow("a", "x"), TypedMinutesRow("a", " ")
    for written, changed, removed in (
        ([words], (words,), ()),
        ([emptied], (), ("a",)),
        ([emptied, words], (words,), ()),
        ([words, emptied], (words,), ()),
    ):
        found = row_changes({"a", "b"}, written)
        assert (found.added, found.changed, found.removed) == ((), changed, removed)
    gone = [TypedMinutesRow("c", "x"), TypedMinutesRow("c", " "), TypedMinutesRow("", "new")]
    assert row_changes({"a"}, gone).added == (gone[0], gone[2])


@pytest.mark.parametrize(
    ("kept", "gone", "merged"),
    [
        (("name", "", None), ("counted", "", None), ("counted", "", None)),
        (("office", "Liaison", None), ("alias", "Nyota", None), ("alias", "Nyota", None)),
        (("alias", "Nyota", None), ("name", "", None), ("alias", "Nyota", None)),
        # A seat that was left says nothing about how she appears in the one that is held.
        (("name", "", None), ("counted", "", 5), ("name", "", None)),
        (("counted", "", 5), ("name", "", None), ("name", "", None)),
        (("name", "", 7), ("counted", "", 5), ("name", "", 7)),
        (("name", "", 5), ("counted", "", 7), ("name", "", 7)),
    ],
)
def test_of_two_seats_of_one_person_the_one_that_shows_less_is_kept(kept, gone, merged):
    fields = ("appears", "shown_as", "left_on")
    one, other = (dict(zip(fields, seat, strict=True)) for seat in (kept, gone))
    assert merged_seat(one, other) == dict(zip(fields, merged, strict=True))
