"""What the trail tells without keys: no ids of cases, and of mediators neither order nor minute."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.platform.vault.queries import by_day, has_a_time, subjects_shown

MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))
ENTRIES = st.lists(
    st.tuples(
        MOMENTS, st.sampled_from(["a" * 16, "b" * 16]), st.sampled_from(["mediation.x", "y"])
    ),
    max_size=20,
)
NAIROBI = ZoneInfo("Africa/Nairobi")


@pytest.mark.parametrize(
    ("action", "shown"),
    [
        ("incidents.opened", ()),
        ("incidents.case_file_printed", ()),
        ("mediation.brief_closed", ()),
        ("vault.unsealing_asked", ()),
        ("vault.identity_opened", ()),
        ("vault.member_let_in", ("x", "y")),
        ("people.changed", ("x", "y")),
    ],
)
def test_ids_of_what_is_sealed_are_left_out(action, shown):
    assert subjects_shown(action, ["x", "y"]) == shown


def test_only_what_mediators_do_is_told_without_its_time():
    assert has_a_time("incidents.opened")
    assert not has_a_time("mediation.brief_answered")


@given(ENTRIES, st.randoms())
def test_the_order_of_a_day_is_never_told(entries, random):
    turned = list(entries)
    random.shuffle(turned)
    assert by_day(turned, NAIROBI) == by_day(entries, NAIROBI)


@given(ENTRIES, st.integers(0, 3599))
def test_no_minute_is_told(entries, seconds):
    """Whatever the minutes are, as long as the day is the same."""
    moved = [
        (at.replace(minute=0, second=0, microsecond=0) + timedelta(seconds=seconds), who, action)
        for at, who, action in entries
    ]
    assert by_day(moved, NAIROBI) == by_day(entries, NAIROBI)


@given(ENTRIES)
def test_every_action_is_counted_on_its_day(entries):
    lines = by_day(entries, NAIROBI)
    assert sum(line.count for line in lines) == len(entries)
    assert [line.day for line in lines] == sorted((line.day for line in lines), reverse=True)
    assert {(line.day, line.actor, line.action) for line in lines} == {
        (at.astimezone(NAIROBI).date(), who, action) for at, who, action in entries
    }
