"""Rules of coverage: spells, needs, mass transfers, lines over months, moves, and the pace."""

import random
from collections import Counter
from datetime import date, timedelta
from math import sqrt

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kash.certificates.coverage.rules import (
    DAYS_OF_A_MONTH,
    MASS_LEAST,
    MASS_SHARE,
    MOST_MONTHS,
    WITHIN,
    Area,
    LeavingPace,
    Orders,
    Outlook,
    PostedBefore,
    Spells,
    Station,
    StationStay,
    Training,
    Watched,
    certified_spells,
    earned_spells,
    gone,
    held_by_day,
    holds_on,
    mass_transfers,
    merged,
    month_ends,
    months_later,
    moves,
    names_within,
    station_needs,
    total_need,
    training_of,
    watched,
)
from kash.certificates.tracks.rules.standing import CertificatePeriod, standing_on
from kash.certificates.tracks.rules.tree import Leaf

DAY = date(2026, 3, 15)
near = st.integers(0, 120).map(lambda days: DAY + timedelta(days=days))
spell = st.tuples(near, st.none() | near)
spells_of_many = st.dictionaries(st.integers(1, 6), st.lists(spell, max_size=3).map(merged))
TODAY = DAY + timedelta(days=120)


def _covers(spells: Spells | list[tuple[date, date | None]], day: date) -> bool:
    return any(since <= day and (until is None or day <= until) for since, until in spells)


@given(st.lists(spell, max_size=5), near)
def test_merged_spells_hold_on_the_same_days(spells, day):
    found = merged(spells)
    assert holds_on(found, day) == _covers(spells, day)
    ends = [until for _since, until in found[:-1]]
    assert all(
        end is not None and end + timedelta(days=1) < following[0]
        for end, following in zip(ends, found[1:], strict=True)
    )


period = st.builds(CertificatePeriod, near, st.none() | near, st.none() | near)


@given(near, st.lists(period, max_size=4), near)
def test_who_earned_a_track_is_trained_while_a_certificate_holds_and_was_not_taken_back(
    earned, certificates, day
):
    held = any(
        one.since <= day
        and (one.until is None or day <= one.until)
        and (one.ended is None or day < one.ended)
        for one in certificates
    )
    assert holds_on(certified_spells(certificates), day) == held
    assert holds_on(earned_spells(earned, certificates), day) == (held and earned <= day)
    assert holds_on(earned_spells(earned, None), day) == (earned <= day)


@given(
    near, st.lists(st.tuples(near, st.none() | st.integers(0, 200), st.none() | near), max_size=4)
)
def test_training_holds_whenever_the_standing_on_the_track_does(earned, written):
    certificates = [
        CertificatePeriod(since, None if days is None else since + timedelta(days=days), ended)
        for since, days, ended in written
    ]
    standing = standing_on(TODAY, earned, certificates, None, certified=True)
    assert standing.holds == holds_on(earned_spells(earned, certificates), TODAY)


@given(st.lists(spell, max_size=3).map(merged), near)
def test_training_holds_exactly_where_a_spell_does(spells, today):
    found = training_of(spells, today, months_later(today, 3))
    assert (found in {Training.HOLDS, Training.DUE}) == holds_on(spells, today)
    if found is Training.RAN_OUT:
        assert any(until is not None and until < today for _since, until in spells)


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(-60, 60))
def test_months_later_keeps_the_day_or_takes_the_last_of_the_month(day, months):
    found = months_later(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == day.day or (found + timedelta(days=1)).day == 1


HOURS, PAPER = Leaf.of("hours", course="c", share=80), Leaf.of("certificate", course="c")


@given(
    st.dictionaries(st.integers(1, 12), st.integers(1, 3)),
    spells_of_many,
    st.dictionaries(st.integers(1, 12), st.sampled_from((HOURS, PAPER, None))),
)
def test_everybody_posted_is_counted_once(posted, spells, on_the_way):
    stations = [Station(key, f"s{key}", f"Station {key}", "") for key in (1, 2, 3)]
    due_by = TODAY + timedelta(days=60)
    needs = station_needs(stations, posted.items(), spells, on_the_way, TODAY, due_by)
    for need in needs:
        assert need.posted == need.holds + need.ran_out + need.on_the_way + need.none
        assert need.due <= need.holds
        assert need.need == need.ran_out + need.on_the_way + need.none + need.due
        here = [person for person, station in posted.items() if station == need.station.key]
        assert need.posted == len(here)
        assert need.holds == sum(holds_on(spells.get(person, ()), TODAY) for person in here)
    total = total_need(needs)
    assert total.posted == len(posted)
    assert total.need == sum(need.need for need in needs)


def test_what_most_lack_is_told_with_how_many():
    station = Station(1, "s", "Kondele", "")
    on_the_way = {1: PAPER, 2: HOURS, 3: HOURS, 4: None}
    [need] = station_needs([station], [(key, 1) for key in range(1, 6)], {}, on_the_way, DAY, DAY)
    assert (need.on_the_way, need.none, need.lacking, need.lack) == (4, 1, HOURS, 2)


def _by_hand(left: dict[date, int], there: PostedBefore) -> set[date]:
    """Days of mass transfers, looked for day by day."""
    marked = set()
    for first in left:
        window = [day for day in left if first <= day < first + WITHIN]
        count = sum(left[day] for day in window)
        if count >= MASS_LEAST and count >= MASS_SHARE * there.before(first):
            marked.update(window)
    return marked


leavings = st.dictionaries(near, st.integers(1, 6), max_size=12)


@given(leavings, st.integers(0, 60))
def test_the_days_of_mass_transfers_are_those_of_full_weeks(left, before):
    there = PostedBefore({DAY - timedelta(days=1): before + sum(left.values())}, left)
    found = mass_transfers(left, there, 1)
    inside = {day for day in left if Orders(found).of(1, day)}
    # Between the first day and the last of one nobody left on other days than its own.
    assert inside == _by_hand(left, there)
    assert sum(one.left for one in found) == sum(left[day] for day in inside)
    assert all(one.left >= MASS_LEAST for one in found)


@given(leavings)
def test_one_who_leaves_now_and_then_is_no_mass_transfer(left):
    alone = dict.fromkeys(left, 1)
    assume(all(abs((one - other).days) >= 7 for one in alone for other in alone if one != other))
    assert mass_transfers(alone, PostedBefore({}, {}), 1) == []


stay = st.builds(
    lambda person, station, since, days: StationStay(
        person, station, since, None if days is None else since + timedelta(days=days)
    ),
    st.integers(1, 6),
    st.integers(1, 3),
    near,
    st.none() | st.integers(0, 60),
)


@given(st.lists(stay, max_size=12), spells_of_many)
def test_a_line_counts_who_was_there_and_trained_on_each_day(stays, spells):
    days = month_ends(TODAY, 6)
    found = held_by_day(stays, spells, days)
    for station in (1, 2, 3):
        for place, day in enumerate(days):
            expected = sum(
                one.since <= day
                and (one.until is None or day < one.until)
                and holds_on(spells.get(one.person, ()), day)
                for one in stays
                if one.station == station
            )
            assert found.get(station, [0] * len(days))[place] == expected


def test_days_of_a_line_are_ends_of_months_and_today():
    assert month_ends(date(2026, 3, 15), 3) == [
        date(2025, 12, 31),
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 15),
    ]


@given(st.lists(stay, max_size=12), spells_of_many)
def test_nobody_is_watched_before_she_was_trained(stays, spells):
    found = watched(stays, spells, Orders(()), DAY, TODAY)
    most = Counter[int]()
    for one in stays:
        if hers := spells.get(one.person, ()):
            last = min(one.until or TODAY, TODAY)
            most[one.station] += max(0, (last - max(one.since, hers[0][0], DAY)).days)
    assert {key: one.days for key, one in found.items()} == +most


def test_a_mass_transfer_leaves_the_everyday_pace_as_it_was():
    """Six of ten go on one day; the pace counts the two who left otherwise."""
    spells = dict.fromkeys(range(10), ((DAY, None),))
    order = DAY + timedelta(days=60)
    stays = [StationStay(person, 1, DAY, order) for person in range(6)]
    stays += [
        StationStay(6, 1, DAY, DAY + timedelta(days=20)),
        StationStay(7, 1, DAY, DAY + timedelta(days=90)),
    ]
    stays += [StationStay(person, 1, DAY) for person in (8, 9)]
    left = Counter(one.until for one in stays if one.until is not None)
    orders = Orders(mass_transfers(left, PostedBefore({DAY: 10}, left), 1))
    assert [(one.first, one.left, one.posted) for one in orders.transfers] == [(order, 6, 9)]
    assert watched(stays, spells, orders, DAY, TODAY)[1].left == 2
    assert watched(stays, spells, Orders(()), DAY, TODAY)[1].left == 8


def test_moves_say_from_where_to_where_and_who_is_lost():
    spells = dict.fromkeys((1, 2, 3, 4), ((DAY, None),))
    day = DAY + timedelta(days=30)
    stays = [
        StationStay(1, 1, DAY, day),
        StationStay(1, 2, day),
        StationStay(2, 1, DAY, day),
        StationStay(2, 2, day),
        StationStay(3, 1, DAY, day),
        StationStay(4, 1, DAY, day + timedelta(days=1)),
        StationStay(4, 9, day + timedelta(days=1)),
        # StationMoves before she was trained, or not trained at all.
        StationStay(1, 3, DAY - timedelta(days=90), DAY - timedelta(days=60)),
        StationStay(5, 1, DAY, day),
    ]
    found = moves(stays, spells, Orders(()), DAY)
    assert [(one.day, one.origin, one.destination, one.people) for one in found] == [
        (day + timedelta(days=1), 1, 9, 1),
        (day, 1, 2, 2),
        (day, 1, None, 1),
    ]
    lost = gone(found, {1, 2, 3})
    assert (lost.within, lost.outside, lost.unknown, lost.lost) == (2, 1, 1, 2)


@given(st.lists(st.none() | st.integers(0, 8), min_size=1, max_size=9), st.integers(0, 8))
def test_an_area_holds_the_zones_within_it_even_if_they_run_in_a_circle(within, chosen):
    areas = [Area(key, f"Zone {key} ", above) for key, above in enumerate(within)]
    assume(chosen < len(areas))
    found = names_within(areas, chosen)

    def lies_within(key: int | None, steps: int = 20) -> bool:
        if key is None or key >= len(areas) or not steps:
            return False
        return key == chosen or lies_within(within[key], steps - 1)

    assert found == {f"zone {one.key}" for one in areas if lies_within(one.key)}


# --- the pace ------------------------------------------------------------------------------------


def _world(dice: random.Random, stations: int = 14, mean: float = 0.03, shape: float = 4.0):  # type: ignore[no-untyped-def]
    """Three years of a programme whose stations lose people at rates that are known: what was
    watched, and the rates."""
    seen, rates = {}, {}
    for station in range(stations):
        rate = rates[station] = dice.gammavariate(shape, mean / shape)
        left, months = 0, 0.0
        for _person in range(6):
            entered = dice.uniform(0, 36)
            stayed = dice.expovariate(rate)
            left += stayed < 36 - entered
            months += min(stayed, 36 - entered)
        seen[station] = Watched(left, round(months * DAYS_OF_A_MONTH))
    return seen, rates


def test_the_interval_holds_the_truth_eight_times_in_ten():
    """400 programmes whose rates are known, one station of each: within three deviations of a
    binomial count of 80 and of 50 per cent."""
    programmes, inside, before = 400, 0, 0
    for seed in range(programmes):
        dice = random.Random(seed)
        seen, rates = _world(dice)
        station, present = dice.randrange(len(seen)), dice.randint(3, 8)
        early, middle, late = LeavingPace(seen).months_until(station, present, 3)
        truth = sum(dice.expovariate(rates[station] * left) for left in range(3, present + 1))
        inside += early <= truth and (truth <= late or late >= 119)
        before += truth < middle
    assert abs(inside / programmes - 0.8) < 3 * sqrt(0.8 * 0.2 / programmes)
    assert abs(before / programmes - 0.5) < 3 * sqrt(0.25 / programmes)


@settings(max_examples=25)
@given(
    st.dictionaries(
        st.integers(0, 5), st.builds(Watched, st.integers(0, 12), st.integers(1, 4000)), min_size=1
    ),
    st.integers(1, 6),
    st.integers(0, 9),
)
def test_more_people_and_a_smaller_goal_never_fall_sooner(seen, wanted, more):
    pace = LeavingPace(seen)
    early, middle, late = pace.months_until(0, wanted + more, wanted)
    assert 0 <= early <= middle <= late
    assert pace.months_until(0, wanted + more + 1, wanted)[1] >= middle
    if wanted > 1:
        assert pace.months_until(0, wanted + more, wanted - 1)[1] >= middle
    assert 0 < pace.yearly_share(0) < 1
    rates = pace.rates_of(0)
    assert abs(sum(weight for _rate, weight in rates) - 1) < 0.01
    if pace.known:
        told = pace.forecast(0, wanted + more, wanted, TODAY).outlook
        assert (told is Outlook.LATER) == (middle > MOST_MONTHS) or abs(middle - MOST_MONTHS) < 0.1


def test_a_station_with_few_leavings_of_its_own_is_drawn_towards_all():
    """One left in the first month of a new station: nobody believes that it loses one a month."""
    others = {key: Watched(4, 6000) for key in range(1, 12)}
    pace = LeavingPace({0: Watched(1, 30), **others})
    of_all = pace.yearly_share(5)
    assert of_all < pace.yearly_share(0) < 3 * of_all
    assert pace.yearly_share(99) > 0


@pytest.mark.parametrize("left", [0, 1, 2])
def test_a_station_of_which_nothing_is_known_loses_what_all_lose_and_half_a_person_more(left):
    """So a programme in which nobody left yet is not told that nobody ever will."""
    pace = LeavingPace({key: Watched(left if key == 1 else 0, 1000) for key in range(1, 21)})
    mean = sum(rate * weight for rate, weight in pace.rates_of(99))
    assert 1 < mean / ((left + 0.5) / pace.together.months) < 1.15


def test_nothing_is_said_where_too_little_is_known():
    today = date(2026, 11, 28)
    little = LeavingPace({1: Watched(9, 2921)})
    assert little.forecast(1, 5, 3, today).outlook is Outlook.UNKNOWN
    assert little.forecast(1, 2, 3, today).outlook is Outlook.UNDER
    enough = LeavingPace({1: Watched(9, 2922)})
    assert enough.forecast(1, 3, 3, today).outlook is Outlook.FALLS
    assert LeavingPace[int]({}).forecast(1, 5, 3, today).outlook is Outlook.UNKNOWN
    assert LeavingPace({1: Watched(0, 2922)}).forecast(1, 9, 3, today).outlook is Outlook.LATER


def test_a_fall_is_dated_by_months_in_their_order():
    today = date(2026, 11, 28)
    found = LeavingPace({1: Watched(12, 9000), 2: Watched(3, 4000)}).forecast(1, 3, 3, today)
    assert found.outlook is Outlook.FALLS
    assert found.by is not None
    assert found.early is not None
    assert found.late is not None
    assert today.replace(day=1) <= found.early <= found.by <= found.late
    assert found.by.day == 1
