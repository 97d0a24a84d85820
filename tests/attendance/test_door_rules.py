"""Badges and the code on the wall, read as people hold them up and type them."""

from datetime import UTC, datetime, time, timedelta

import pytest

from kash.attendance.rules.marking import CountedMark, standing_mark
from kash.attendance.rules.pads import (
    Column,
    Extra,
    Half,
    PlannedSlot,
    SheetChoice,
    columns_of,
    fitting_ticks,
    sheet_rows,
    signed_places,
)
from kash.attendance.rules.registers import (
    SHORT_NOTICE,
    Hindrance,
    Signed,
    Stand,
    badge_entry,
    badge_shown,
    badge_text,
    end_to_remember,
    hindrance_to_confirm,
    hindrance_to_reopen,
    is_ahead,
    is_code,
    is_its_time,
    one_of,
    read_code,
    seconds_left,
    short_code,
    turn_at,
    turns_taken,
    was_there,
)
from tests.limits import holds_to

ENTRY = "0123456789abcdef"
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_a_badge_is_read_scanned_or_typed_with_letters_taken_for_those_they_look_like():
    assert badge_text(ENTRY) == "KB1:0123456789ABCDEF"
    assert badge_shown(ENTRY) == "0123-4567-89AB-CDEF"
    for read in (
        badge_text(ENTRY),
        badge_shown(ENTRY),
        "kb1: 0123 4567 89ab cdef",
        "O-I23456789abcdef",
    ):
        assert badge_entry(read) == ENTRY
    assert badge_entry("lu" + "0" * 14) == "1v" + "0" * 14
    for wrong in ("", ENTRY[:-1], ENTRY + "0", ENTRY[:-1] + "!", "KB2:" + ENTRY):
        assert badge_entry(wrong) is None


def test_a_code_is_taken_in_its_turn_and_for_three_more():
    turn = turn_at(NOW)
    assert turn == int(NOW.timestamp()) // 10
    assert (turn_at(NOW + 9.9 * SECOND), turn_at(NOW + 10 * SECOND)) == (turn, turn + 1)
    assert list(turns_taken(NOW)) == [turn - 3, turn - 2, turn - 1, turn]
    assert (seconds_left(NOW), seconds_left(NOW + 4 * SECOND)) == (10, 6)


def test_a_code_has_six_letters_that_are_read_however_they_are_typed():
    # Five bits for each letter, the first the lowest.
    number = sum(value << 5 * place for place, value in enumerate((1, 2, 3, 10, 31, 0)))
    assert short_code(f"{number:010x}ffff") == "123AZ0"
    assert read_code(" 12-3a zo ") == "123AZ0"
    assert read_code("123456789") == "1234567"
    assert [text for text in ("123AZ0", "123az", "123AZ01", "123AZ!") if is_code(text)] == [
        "123AZ0"
    ]
    assert one_of("B", ["A", "B", "C"])
    assert not one_of("D", ["A", "B", "C"])
    assert not one_of("D", [])


def test_people_check_in_a_quarter_of_an_hour_before_until_the_end():
    assert holds_to(
        lambda at: not is_its_time(NOW, 60, at), NOW - timedelta(minutes=15) - SECOND, SECOND
    )
    assert holds_to(lambda at: is_its_time(NOW, 60, at), NOW + timedelta(minutes=60), SECOND)


def test_a_mark_is_ahead_of_its_session_by_either_clock():
    door, ahead = NOW - timedelta(minutes=15), timedelta(hours=1)
    assert holds_to(lambda at: is_ahead(NOW, at), door - SECOND, SECOND)
    assert holds_to(lambda made: is_ahead(NOW, NOW, made, ahead), door + ahead - SECOND, SECOND)
    assert not is_ahead(NOW, NOW, (door - SECOND).replace(tzinfo=None), ahead)


def test_an_end_brought_forward_at_short_notice_is_remembered():
    was, notice = NOW + timedelta(hours=8), NOW - SHORT_NOTICE
    sooner = was - timedelta(hours=1)
    assert end_to_remember(was, sooner, NOW, notice, None) is None
    assert end_to_remember(was, sooner, NOW, notice + SECOND, None) == was
    assert end_to_remember(was, was, NOW, NOW, None) is None
    # The latest end stays, whatever notice is given later, until it is moved back there.
    later = was + timedelta(hours=1)
    assert end_to_remember(was, sooner, NOW, NOW, later) == later
    assert end_to_remember(was, sooner, NOW, notice, later) == later
    assert end_to_remember(sooner, was, NOW, NOW, later) == later
    assert end_to_remember(sooner, later, NOW, NOW, later) is None


def test_a_register_is_open_then_closed_then_locked():
    assert [Signed().stand, Signed("a").stand, Signed("a", "b").stand] == [
        Stand.OPEN,
        Stand.CLOSED,
        Stand.LOCKED,
    ]
    assert hindrance_to_reopen(Signed("a", "b")) is Hindrance.LOCKED
    assert hindrance_to_reopen(Signed("a")) is hindrance_to_reopen(Signed()) is Hindrance.NONE


@pytest.mark.parametrize(
    ("signed", "more", "why"),
    [
        (Signed(), {}, Hindrance.NOT_CLOSED),
        (Signed("a"), {}, Hindrance.NONE),
        (Signed("b"), {}, Hindrance.CLOSED_BY_HERSELF),
        (Signed("a"), {"begun": False}, Hindrance.NOT_BEGUN),
        (Signed("a"), {"independent": False}, Hindrance.TIED),
        (Signed("a"), {"independent": False, "begun": False}, Hindrance.NOT_BEGUN),
        (Signed("a"), {"differences": 1}, Hindrance.DIFFERENCES),
        (Signed("a", "c"), {"differences": 1, "begun": False}, Hindrance.NONE),
    ],
)
def test_whoever_confirms_is_told_what_is_in_the_way(signed, more, why):
    assert hindrance_to_confirm(signed, "b", **more) is why  # type: ignore[arg-type]


def test_whatever_counts_at_all_was_there():
    weights = {"late": 1, "absent": 0}
    assert [
        status for status in ("late", "absent", "unknown", "") if was_there(status, weights)
    ] == ["late"]


def test_of_two_marks_of_one_person_what_counts_more_stands_else_the_later():
    late, present = CountedMark("late", 50, 4, 9), CountedMark("present", 100, 2, 3)
    excused = CountedMark("excused", 50, 2, 10)
    assert standing_mark(late, present) == standing_mark(present, late) == ("present", 5)
    assert standing_mark(late, excused) == standing_mark(excused, late) == ("excused", 5)


def _day(*hours: tuple[int, int]) -> list[PlannedSlot]:
    return [PlannedSlot(f"s{at}", time(*hour), f"h{at}") for at, hour in enumerate(hours)]


def test_a_day_of_seven_columns_has_one_for_each_session_and_of_eight_halves():
    seven = _day(*((8 + at, 0) for at in range(7)))
    assert [one.slots for one in columns_of(seven, SheetChoice())] == [
        (f"s{at}",) for at in range(7)
    ]
    for day, choice in (
        (_day(*((8 + at, 0) for at in range(8))), SheetChoice()),
        (seven, SheetChoice(extras=(Extra.PHONE,))),
        (seven, SheetChoice(halves=True)),
    ):
        assert [one.half for one in columns_of(day, choice)] == [Half.MORNING, Half.AFTERNOON]
    noon = columns_of(_day((12, 29), (12, 30)), SheetChoice(halves=True))
    assert noon == (Column("", Half.MORNING, ("s0",)), Column("", Half.AFTERNOON, ("s1",)))
    assert (SheetChoice().rows, SheetChoice(large=True).rows) == (10, 7)


def test_the_last_sheet_has_as_many_rows_left_as_are_to_be_spare():
    assert sheet_rows("abc", 3) == [("a", "b", "c")]
    assert sheet_rows("abcd", 3) == [("a", "b", "c"), ("d",)]
    assert sheet_rows("abcd", 6, spare=2) == [("a", "b", "c", "d")]
    assert sheet_rows("abcde", 6, spare=2) == [("a", "b", "c", "d", "e"), ()]
    assert sheet_rows("", 3) == [()]


def test_what_stands_in_any_column_of_a_slot_is_signed():
    columns = (Column("8", Half.WHOLE, ("s1", "s2")), Column("9", Half.WHOLE, ("s2",)))
    said = signed_places("abc", columns, [[0], [1, 2, -1]])
    assert {place for place, signed in said.items() if signed} == {
        ("s1", "a"),
        ("s2", "a"),
        ("s2", "b"),
    }
    assert len(said) == 6
    assert len(fitting_ticks("a", columns, [[0], [1]])) == 1
    assert fitting_ticks("abc", columns, [[0]]) == [frozenset({0}), frozenset(), frozenset()]
