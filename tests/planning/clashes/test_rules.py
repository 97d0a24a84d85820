"""Rules of clashes against an oracle that knows nothing but minutes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from kash.planning.clashes.rules import (
    DAY,
    Blocked,
    Clash,
    ClashKind,
    ClashRules,
    DayRange,
    Engagement,
    Room,
    SafetyLimits,
    ScheduleFacts,
    TeachingLimits,
    Weight,
    clashes_of,
    find_clashes,
    free_shifts,
    pairs_sharing,
    possible_weights,
)

# A Monday.
MONDAY = date(2027, 3, 1)
EIGHT, NOON = 8 * 60, 12 * 60


def at(event: str, day: int, begins: int, ends: int, **more: object) -> Engagement:
    """An engagement so many days after a Monday, by clocks in minutes; it may end after
    midnight."""
    return Engagement(
        event, day * DAY + begins, day * DAY + ends, MONDAY + timedelta(days=day), begins, **more
    )


def kinds_of(engagements: Sequence[Engagement], around: ScheduleFacts | None = None) -> list[str]:
    return [str(one.kind) for one in find_clashes(engagements, around or ScheduleFacts())]


@st.composite
def engagements(draw: st.DrawFn) -> list[Engagement]:
    """Some engagements within three days: short and long, alike, adjacent, across midnight and over
    several days, since minutes come from few."""
    found = []
    for number in range(draw(st.integers(2, 7))):
        starts = draw(st.integers(0, 24)) * 180
        length = draw(st.sampled_from([1, 60, 120, 180, 181, 540, DAY, 2 * DAY + 60]))
        venue = draw(st.sampled_from([None, 1, 2, 3]))
        police = draw(st.booleans())
        found.append(
            Engagement(
                f"event {number if draw(st.booleans()) else 0}",
                starts,
                starts + length,
                MONDAY + timedelta(days=starts // DAY),
                starts % DAY,
                trainers=draw(st.lists(st.integers(1, 4), unique=True, max_size=3)),
                venue=venue,
                zone=venue,
                people=draw(st.lists(st.integers(1, 6), unique=True, max_size=4)),
                police=police,
                community=draw(st.booleans()),
            )
        )
    return found


TRAVEL = {frozenset({1, 2}): 45, frozenset({2, 3}): 181}
AROUND = ScheduleFacts(travel=TRAVEL)


def minutes_of(one: Engagement) -> set[int]:
    return set(range(one.starts, one.ends))


def by_minutes(found: Sequence[Engagement]) -> set[tuple[str, frozenset[str], tuple[int, ...]]]:
    """The oracle: each pair, minute by minute."""
    told = set()
    for one, other in combinations(found, 2):
        if one.event == other.event:
            continue
        events = frozenset({one.event, other.event})
        mine, theirs = minutes_of(one), minutes_of(other)
        across = bool(mine & theirs)
        trainers = tuple(sorted(set(one.trainers) & set(other.trainers)))
        people = tuple(sorted(set(one.people) & set(other.people)))
        if trainers and across:
            told.add(("trainer", events, trainers))
        elif trainers and one.zone and other.zone and one.zone != other.zone:
            needed = TRAVEL.get(frozenset({one.zone, other.zone}), 0)
            on_the_way = set(range(max(mine) + 1, max(mine) + 1 + needed))
            on_the_way |= set(range(max(theirs) + 1, max(theirs) + 1 + needed))
            if on_the_way & {min(mine), min(theirs)}:
                told.add(("travel", events, trainers))
        if people and across:
            told.add(("people", events, people))
        if one.venue is not None and one.venue == other.venue:
            if across:
                told.add(("venue", events, (one.venue,)))
            near = {minute + far for minute in mine for far in range(-60, 61)}
            mixed = (one.police and other.community) or (one.community and other.police)
            if near & theirs and mixed:
                told.add(("door", events, (one.venue,)))
    return told


PAIRED = frozenset(
    {ClashKind.TRAINER, ClashKind.TRAVEL, ClashKind.PEOPLE, ClashKind.VENUE, ClashKind.DOOR}
)


@given(engagements())
@settings(max_examples=150, deadline=None)
def test_pairs_that_clash_are_those_which_share_a_minute_or_lack_one_to_travel(found):
    told = find_clashes(found, AROUND, PAIRED)
    assert {(str(one.kind), frozenset(one.events), one.subjects) for one in told} == by_minutes(
        found
    )
    assert len(told) == len({one.alike for one in told})


@given(engagements(), st.integers(0, 6))
@settings(max_examples=80, deadline=None)
def test_clashes_of_one_event_are_those_of_all_which_concern_it(found, which):
    event = found[which % len(found)].event
    wanted = [one for one in found if one.event == event]
    # What it was before it was moved is in nobody's way.
    before = [replace(one, starts=one.starts + 7, ends=one.ends + 7) for one in wanted]
    others = [one for one in found if one.event != event]
    everything = find_clashes(found, AROUND)
    told = clashes_of(wanted, [*before, *others], AROUND)
    assert {(one.alike, one.day, one.number) for one in told} == {
        (one.alike, one.day, one.number) for one in everything if event in one.events
    }


@given(engagements())
@settings(max_examples=40, deadline=None)
def test_whatever_day_is_said_to_be_free_has_no_clash(found):
    event = found[0].event
    wanted = [replace(one, event=event) for one in found if one.event == event]
    others = [one for one in found if one.event != event]
    around = replace(AROUND, limits=SafetyLimits(home_by=100 * DAY))
    for shift in free_shifts(wanted, others, around, range(-7, 8)):
        moved = [
            replace(
                one,
                starts=one.starts + shift * DAY,
                ends=one.ends + shift * DAY,
                day=one.day + timedelta(days=shift),
            )
            for one in wanted
        ]
        assert clashes_of(moved, others, around) == []


def test_one_may_begin_in_the_minute_in_which_another_ends():
    morning = at("a", 0, EIGHT, NOON, trainers=[1], people=[7], venue=3)
    noon = at("b", 0, NOON, NOON + 60, trainers=[1], people=[7], venue=3)
    assert kinds_of([morning, noon]) == []
    assert kinds_of([morning, replace(noon, starts=NOON - 1)]) == ["people", "trainer", "venue"]


def test_what_crosses_midnight_clashes_with_the_next_morning():
    night = at("a", 0, 22 * 60, 26 * 60, trainers=[1])
    assert night.last_day == MONDAY + timedelta(days=1)
    assert kinds_of(
        [night, at("b", 1, 60, 180, trainers=[1])], ScheduleFacts(limits=SafetyLimits(home_by=9999))
    ) == ["trainer"]
    # What ends at midnight takes no minute of the next day.
    assert at("a", 0, 22 * 60, DAY).days() == [MONDAY]


def test_travel_is_asked_both_ways_and_never_within_a_zone():
    around = ScheduleFacts(travel={frozenset({1, 2}): 40})
    first = at("a", 0, EIGHT, NOON, trainers=[1], venue=1, zone=1)
    for gap, told in ((39, ["travel"]), (40, [])):
        second = at("b", 0, NOON + gap, NOON + 120, trainers=[1], venue=2, zone=2)
        assert kinds_of([first, second], around) == told
        swapped = [replace(first, venue=2, zone=2), replace(second, venue=1, zone=1)]
        assert kinds_of(swapped, around) == told
    beside = at("c", 0, NOON, NOON + 60, trainers=[1], venue=4, zone=1)
    assert kinds_of([first, beside], around) == []


def test_absence_holiday_block_and_room_are_told_of_each_day_they_touch():
    tuesday = MONDAY + timedelta(days=1)
    course = [at("a", day, EIGHT, NOON, trainers=[1, 2], venue=5) for day in range(3)]
    around = ScheduleFacts(
        holidays={tuesday},
        absences={1: [DayRange(tuesday, tuesday)], 3: [DayRange(MONDAY, tuesday)]},
        blocks={5: [Blocked(DayRange(MONDAY, tuesday), NOON, DAY)]},
        rooms={"a": Room(MONDAY, expected=21, planned=20, venue_seats=25)},
    )
    assert find_clashes(course, around) == [
        Clash(MONDAY, ClashKind.SEATS, ("a",), (), 1),
        Clash(tuesday, ClashKind.ABSENCE, ("a",), (1,)),
        Clash(tuesday, ClashKind.HOLIDAY, ("a",)),
    ]
    longer = [at("a", 1, EIGHT, NOON + 1, venue=5)]
    assert kinds_of(longer, replace(around, holidays=(), rooms={})) == ["block"]


def test_a_block_holds_on_the_day_after_for_what_crosses_midnight():
    night = at("a", 0, 22 * 60, 26 * 60)
    tuesday = DayRange(MONDAY + timedelta(days=1), MONDAY + timedelta(days=1))
    assert Blocked(tuesday, 60, 180).overlaps(night)
    assert not Blocked(tuesday, 120, 180).overlaps(night)


def test_days_a_month_are_counted_once_each_and_told_from_the_first_beyond():
    around = ScheduleFacts(teaching={1: TeachingLimits(frozenset({0, 1, 2, 3}), most=3)})
    days = [at(f"e{day}", day, EIGHT, NOON, trainers=[1]) for day in (0, 1, 2)]
    twice = at("again", 2, NOON, NOON + 60, trainers=[1])
    assert find_clashes([*days, twice], around) == []
    fourth = at("e7", 7, EIGHT, NOON, trainers=[1])
    assert find_clashes([*days, fourth], around) == [
        Clash(fourth.day, ClashKind.TEACHING_DAYS, ("e0", "e1", "e2", "e7"), (1,), 4)
    ]
    friday = at("f", 4, EIGHT, NOON, trainers=[1])
    assert find_clashes([friday], around) == [
        Clash(friday.day, ClashKind.TEACHING_DAYS, ("f",), (1,))
    ]
    april = at("e31", 31, EIGHT, NOON, trainers=[1])
    assert find_clashes([*days, april], around) == []


def test_police_and_community_do_not_meet_at_one_door():
    police = at("p", 0, EIGHT, NOON, venue=1, police=True)
    for gap, told in ((59, ["door"]), (60, [])):
        others = at("c", 0, NOON + gap, NOON + 120, venue=1, community=True)
        assert kinds_of([police, others]) == told
    # One workshop of both is meant to be one; another door is none of theirs.
    assert kinds_of([replace(police, community=True)]) == []
    away = at("c", 0, NOON, NOON + 60, venue=2, community=True)
    assert kinds_of([police, away]) == []
    officers = at("q", 0, NOON, NOON + 60, venue=1, police=True)
    assert kinds_of([police, officers]) == []


def test_three_times_at_one_place_weekday_and_hour_are_a_habit():
    weekly = [at(f"w{week}", 7 * week, EIGHT + 15, NOON, venue=1) for week in range(3)]
    assert find_clashes(weekly, ScheduleFacts()) == [
        Clash(weekly[2].day, ClashKind.PATTERN, ("w0", "w1", "w2"), (1,), 3)
    ]
    monthly = [at(f"m{number}", 28 * number, EIGHT, NOON, venue=1) for number in range(3)]
    assert kinds_of(monthly) == ["pattern"]
    for broken in (
        [*weekly[:2], replace(weekly[2], venue=2)],
        [*weekly[:2], replace(weekly[2], clock=9 * 60)],
        [*weekly[:2], at("far", 7 * 7, EIGHT, NOON, venue=1)],
        [replace(one, police=True) for one in weekly],
    ):
        assert kinds_of(broken) == []


def test_everybody_is_home_before_dark():
    limits = SafetyLimits(home_by=18 * 60 + 30)
    late = at("a", 0, 14 * 60, 17 * 60 + 45, way_home=46)
    assert find_clashes([late], ScheduleFacts(limits=limits)) == [
        Clash(MONDAY, ClashKind.LATE, ("a",), (), 18 * 60 + 31)
    ]
    assert kinds_of([replace(late, way_home=45)]) == []


def test_kinds_that_are_off_are_not_looked_for_and_people_are_never_refused():
    rules = ClashRules({ClashKind.VENUE: Weight.OFF, ClashKind.TRAINER: Weight.ERROR})
    assert ClashKind.VENUE not in rules.looked_for
    assert rules.refused == {ClashKind.TRAINER}
    assert Weight.ERROR not in possible_weights(ClashKind.PEOPLE)
    forged = ClashRules({ClashKind.PEOPLE: Weight.ERROR})
    assert forged.refused == frozenset()
    same = [at("a", 0, EIGHT, NOON, venue=1, people=[2]), at("b", 0, 600, 700, venue=1, people=[2])]
    found = find_clashes(same, ScheduleFacts(), rules.looked_for)
    assert [one.kind for one in found] == [ClashKind.PEOPLE]


def test_a_sweep_looks_at_pairs_once_however_many_lie_across():
    all_day = [at(str(number), 0, EIGHT + number, NOON, people=[1]) for number in range(5)]
    pairs = pairs_sharing(all_day, lambda one: one.people)
    assert sorted(pairs) == list(combinations(range(5), 2))
    assert set(map(tuple, pairs.values())) == {(1,)}
