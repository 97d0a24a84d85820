"""When a change is told, and to whom."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kash.workshops.announcements.rules import (
    HELD,
    HeldChange,
    News,
    WorkshopFacts,
    expectation,
    facts_from,
    held_change,
    is_ripe,
    news,
)

_NOON = datetime(2027, 3, 9, 9, tzinfo=UTC)
_FACTS = [
    WorkshopFacts(date(2027, 5, day), date(2027, 5, day + 1), time(8, 30), "Lake hall")
    for day in (3, 10)
] + [WorkshopFacts(date(2027, 5, 3), date(2027, 5, 4), time(8, 30), "Lake hall", cancelled=True)]


def _told(moves: list[tuple[int, WorkshopFacts]], until: int) -> list[tuple[int, WorkshopFacts]]:
    """What is told, minute by minute, while the facts become these at these minutes."""
    told, held = _FACTS[0], None
    said: list[tuple[int, WorkshopFacts]] = []
    for minute in range(until):
        present = next((facts for at, facts in reversed(moves) if at <= minute), _FACTS[0])
        now = _NOON + timedelta(minutes=minute)
        held = held_change(told, held, present, now)
        if held is not None and is_ripe(held, now):
            said.append((minute, held.facts))
            told, held = held.facts, None
    return said


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(_FACTS)), max_size=40))
def test_many_changes_within_ten_minutes_are_told_at_most_once_and_as_they_ended(moves):
    moves.sort(key=lambda move: move[0])
    ended = moves[-1][1] if moves else _FACTS[0]
    said = _told(moves, 60)
    assert [facts for _minute, facts in said] == ([ended] if ended != _FACTS[0] else [])
    assert all(minute >= HELD.total_seconds() / 60 for minute, _facts in said)


@given(st.lists(st.tuples(st.integers(0, 200), st.sampled_from(_FACTS)), max_size=12))
def test_whatever_happens_people_end_up_knowing_how_it_is(moves):
    moves.sort(key=lambda move: move[0])
    said = _told(moves, 300)
    ended = moves[-1][1] if moves else _FACTS[0]
    assert (said[-1][1] if said else _FACTS[0]) == ended


def test_facts_are_read_as_they_were_written():
    for facts in _FACTS:
        assert facts_from(facts.written()) == facts


def test_what_kind_of_news_a_change_is():
    early, late, cancelled = _FACTS
    assert news(early, late) is News.CHANGED
    assert news(early, cancelled) is News.CANCELLED
    assert news(cancelled, late) is News.RESTORED
    assert news(cancelled, cancelled) is None
    assert held_change(early, HeldChange(late, _NOON), early, _NOON) is None


def test_since_when_somebody_is_expected():
    def at(minute: int) -> datetime:
        return _NOON + timedelta(minutes=minute)

    def since(*states: str) -> tuple[datetime, bool] | None:
        history = [[state, at(number).isoformat()] for number, state in enumerate(states)]
        return expectation(history, states[-1], at(0))

    assert since("invited", "confirmed") == (at(0), False)
    assert since("waiting", "confirmed") == (at(1), True)
    assert since("confirmed", "withdrawn") == (at(0), False)
    assert since("invited", "declined", "confirmed") == (at(2), False)
    assert since("waiting") is None
    assert expectation([], "confirmed", at(5)) is not None
