"""Plans of a quarter: nobody is in two places, what is fixed stays, and what found no place says
what would have to go."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.planning.clashes.rules import HABIT_DAYS
from kash.planning.quarters.rules import (
    Board,
    Hindering,
    OfferedVenue,
    Pins,
    PlannedPlace,
    Quarter,
    QuarterHindrance,
    QuarterProgramme,
    QuarterWorkshop,
    Trainer,
    in_order,
    plan_of,
    quarter_of,
)
from tests.planning.quarters.programmes import Shape, programme
from tests.planning.quarters.removing import only, without

SEEDS = st.integers(0, 2**30)
SMALL = Shape(workshops=12, weeks=4, trainers=5, venues=3, stations=12)
MONDAY = date(2027, 5, 10)
LEADS = frozenset({"rights"})


def small(**changes: object) -> QuarterProgramme:
    """A fortnight with one trainer who may lead, one who may teach beside, and a hall."""
    whole = QuarterProgramme(
        MONDAY,
        MONDAY + timedelta(days=11),
        [
            Trainer("atieno", frozenset({"rights"})),
            Trainer("juma", frozenset(), frozenset({"rights"})),
        ],
        [OfferedVenue("hall", 30, 1)],
        [QuarterWorkshop("w0", "rights", 1, (("s0", 20),))],
        zones={"s0": 1},
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def hindrances(of: QuarterProgramme, key: str = "w0") -> list[QuarterHindrance]:
    """What the obstacle of a workshop names that has no place."""
    board = Board(of, plan_of(of))
    assert key not in board.places
    return in_order(board.nearest(board.wanted[key]).hindrances)


@given(SEEDS)
def test_in_a_plan_nothing_stands_in_the_way_of_anything(seed):
    made = programme(seed, SMALL)
    board = Board(made, plan_of(made))
    for key, place in board.places.items():
        assert board.at(board.wanted[key], place) == []
        assert len(place.team) == made.team == len(set(place.team))


@given(SEEDS)
def test_an_obstacle_that_is_gone_lets_the_workshop_be_placed_beside_all_others(seed):
    made = programme(seed, SMALL)
    board = Board(made, plan_of(made))
    for wanted in made.wanted:
        if wanted.key in board.places:
            continue
        obstacle = board.nearest(wanted)
        assert obstacle.hindrances
        alone = only(made, wanted, board.places)
        assert wanted.key not in plan_of(alone)
        assert wanted.key in plan_of(without(alone, obstacle))


@given(SEEDS, st.sampled_from([1, 2, 3, 4, 5, 6, 7]))
def test_what_a_planner_fixed_is_kept_as_it_was_fixed(seed, which):
    made = programme(seed, SMALL)
    free = plan_of(made)
    random = Random(seed)
    pinned = []
    for one in made.wanted:
        place = free.get(one.key)
        if place is None or random.random() < 0.5:
            pinned.append(one)
            continue
        pins = Pins(
            place.first + timedelta(days=random.randrange(3)) if which & 1 else None,
            place.venue if which & 2 else None,
            place.team if which & 4 else (),
        )
        pinned.append(replace(one, pins=pins))
    places = plan_of(replace(made, wanted=pinned))
    for one in pinned:
        place, pins = places.get(one.key), one.pins
        if pins.whole is not None:
            assert place == pins.whole
        elif place is not None:
            assert pins.first in (None, place.first)
            assert pins.venue in (None, place.venue)
            assert pins.team in ((), place.team)


def test_a_line_fixed_in_part_that_finds_no_place_names_only_what_its_own_pins_meet():
    away = QuarterHindrance(Hindering.ABSENCE, "atieno", "a1", MONDAY, MONDAY)
    made = small(trainers=[Trainer("atieno", LEADS), Trainer("juma")], taken=[away])
    wanted = replace(made.wanted[0], pins=Pins(first=MONDAY, team=("atieno", "juma")), stations=())
    found = hindrances(replace(made, wanted=[wanted]))
    assert [(one.kind, one.who) for one in found] == [
        (Hindering.ABSENCE, "atieno"),
        (Hindering.MAY_TEACH, "juma"),
    ]


@given(SEEDS)
def test_around_a_change_nothing_moves_that_has_nothing_in_its_way(seed):
    made = programme(seed, SMALL)
    before = plan_of(made)
    assert plan_of(made, before) == before
    gone = replace(made, trainers=[one for one in made.trainers if one.key != "t0"])
    after = plan_of(gone, before)
    stays = {key: place for key, place in before.items() if "t0" not in place.team}
    assert {key: after[key] for key in stays} == stays


def test_what_a_planner_fixes_goes_before_what_was_there_and_only_that_moves():
    one = small().wanted[0]
    keys = ("stays", "moves", "fixed")
    stays, moves, fixed = (replace(one, key=key) for key in keys)
    made = small(wanted=[stays, moves, replace(fixed, pins=Pins(first=MONDAY))])
    team = ("atieno", "juma")
    days = [MONDAY + timedelta(days=number) for number in range(3)]
    before = {
        "stays": PlannedPlace(days[2], "hall", team),
        "moves": PlannedPlace(days[0], "hall", team),
    }
    assert plan_of(made, before) == {
        "stays": before["stays"],
        "moves": PlannedPlace(MONDAY + timedelta(days=7), "hall", team),
        "fixed": PlannedPlace(days[0], "hall", team),
    }


def test_what_stays_is_counted_once_against_the_days_of_a_trainers_month():
    made = small(trainers=[Trainer("atieno", LEADS, most_days=2)])
    first = made.wanted[0]
    made = replace(made, team=1, wanted=[first, replace(first, key="w1")])
    before = {"w0": PlannedPlace(MONDAY, "hall", ("atieno",))}
    after = PlannedPlace(MONDAY + timedelta(days=7), "hall", ("atieno",))
    assert plan_of(made, before) == {**before, "w1": after}


def test_the_same_programme_always_makes_the_same_plan():
    made = programme(18, SMALL)
    assert plan_of(made) == plan_of(made)


@pytest.mark.parametrize(
    ("team", "placed"),
    [
        (("atieno", "juma"), True),
        (("juma", "atieno"), False),  # he may not lead
        (("atieno", "omondi"), False),  # he may not teach
        (("atieno", "achieng"), False),  # she is away
    ],
)
def test_a_team_that_a_planner_fixed_teaches_whole_and_led_by_its_first_or_not_at_all(team, placed):
    away = QuarterHindrance(Hindering.ABSENCE, "achieng", "a1", MONDAY, MONDAY + timedelta(days=11))
    trainers = [
        Trainer("atieno", LEADS),
        Trainer("juma", teaches=LEADS),
        Trainer("omondi"),
        Trainer("achieng", teaches=LEADS),
    ]
    wanted = replace(small().wanted[0], pins=Pins(team=team))
    places = plan_of(small(trainers=trainers, wanted=[wanted], taken=[away]))
    assert places == ({"w0": PlannedPlace(MONDAY, "hall", team)} if placed else {})


def test_a_plan_is_partial_and_the_absence_that_stands_in_the_way_is_named():
    away = QuarterHindrance(Hindering.ABSENCE, "atieno", "a1", MONDAY, MONDAY + timedelta(days=11))
    made = small(trainers=[Trainer("atieno", LEADS), Trainer("juma")], taken=[away], team=1)
    assert plan_of(made) == {}
    assert hindrances(made) == [
        QuarterHindrance(Hindering.ABSENCE, "atieno", "a1", away.first, away.last)
    ]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"venues": []}, Hindering.NO_VENUE),
        ({"venues": [OfferedVenue("hall", 10, 1)]}, Hindering.SEATS),
        ({"trainers": []}, Hindering.NO_LEADER),
        ({"trainers": [Trainer("atieno", frozenset({"rights"}))]}, Hindering.NO_TRAINER),
        (
            {"trainers": [Trainer("a", frozenset(), frozenset({"rights"})), Trainer("b")]},
            Hindering.MAY_LEAD,
        ),
        ({"holidays": frozenset({MONDAY}), "last": MONDAY}, Hindering.HOLIDAY),
        ({"weekdays": frozenset({5, 6}), "last": MONDAY}, Hindering.DAY_OFF),
        (
            {
                "trainers": [
                    Trainer("a", frozenset({"rights"}), weekdays=frozenset({6})),
                    Trainer("b", frozenset(), frozenset({"rights"})),
                ]
            },
            Hindering.WEEKDAY,
        ),
        (
            {
                "trainers": [
                    Trainer("a", frozenset({"rights"}), most_days=0),
                    Trainer("b", frozenset(), frozenset({"rights"})),
                ]
            },
            Hindering.MONTH,
        ),
    ],
)
def test_what_is_lacking_is_called_by_its_name(change, kind):
    assert kind in [one.kind for one in hindrances(small(**change))]  # type: ignore[arg-type]


def test_no_place_and_weekday_become_a_habit_by_which_somebody_could_wait():
    made = small(
        last=MONDAY + timedelta(days=20),
        weekdays=frozenset({0}),
        wanted=[QuarterWorkshop(f"w{number}", "rights", 1, (("s", 20),)) for number in range(3)],
    )
    board = Board(made, plan_of(made))
    assert len(board.places) == 2
    waiting = next(one for one in made.wanted if one.key not in board.places)
    assert [one.kind for one in board.nearest(waiting).hindrances] == [Hindering.NO_VENUE]
    day = next(
        iter(
            {MONDAY + timedelta(days=7 * week) for week in range(3)}
            - {place.first for place in board.places.values()}
        )
    )
    there = PlannedPlace(day, "hall", ("atieno",))
    assert board.at(waiting, there) == [
        QuarterHindrance(Hindering.HABIT, "hall", first=day, last=day)
    ]
    police = [replace(one, police=True) for one in made.wanted]
    assert len(plan_of(replace(made, wanted=police))) == 3
    two = [OfferedVenue("hall", 30, 1), OfferedVenue("church", 30, 1)]
    assert len(plan_of(replace(made, venues=two))) == 3


@pytest.mark.parametrize(
    ("after", "habit"), [(14, True), (HABIT_DAYS, True), (HABIT_DAYS + 7, False)]
)
def test_days_become_a_habit_only_as_long_as_each_follows_soon(after, habit):
    day = MONDAY + timedelta(days=7)
    meets = frozenset({MONDAY, day + timedelta(days=after)})
    made = small(last=day, venues=[OfferedVenue("hall", 30, 1, meets=meets)])
    there = PlannedPlace(day, "hall", ("atieno",))
    found = [one.kind for one in Board(made).at(made.wanted[0], there)]
    assert found == [Hindering.HABIT] * habit


def test_nobody_is_sent_so_far_that_the_way_home_takes_too_long():
    far = small(venues=[OfferedVenue("hall", 30, 2)], minutes={frozenset({1, 2}): 121})
    assert [one.kind for one in hindrances(far)] == [Hindering.NO_VENUE]
    near = replace(far, minutes={frozenset({1, 2}): 120})
    assert set(plan_of(near)) == {"w0"}


def test_a_line_fixed_as_a_whole_tells_what_it_meets_and_stays():
    away = QuarterHindrance(Hindering.ABSENCE, "atieno", "a1", MONDAY, MONDAY)
    made = small(
        trainers=[
            Trainer("atieno", frozenset({"rights"})),
            Trainer("juma", frozenset(), frozenset({"rights"})),
        ],
        taken=[away],
    )
    whole = PlannedPlace(MONDAY, "hall", ("atieno", "juma"))
    wanted = replace(made.wanted[0], pins=Pins(whole.first, whole.venue, whole.team))
    made = replace(made, wanted=[wanted])
    places = plan_of(made)
    assert places == {"w0": whole}
    assert [one.kind for one in Board(made, places).at(wanted, whole)] == [Hindering.ABSENCE]


@pytest.mark.parametrize(
    ("team", "kind"),
    [(("gone", "juma"), Hindering.NO_LEADER), (("atieno", "gone"), Hindering.NO_TRAINER)],
)
def test_whoever_was_fixed_and_is_a_trainer_no_more_is_missed_on_all_days(team, kind):
    wanted = replace(small().wanted[0], days=2)
    place = PlannedPlace(MONDAY, "hall", team)
    lacking = [QuarterHindrance(kind, first=MONDAY, last=MONDAY + timedelta(days=1), number=1)]
    assert list(Board(small(wanted=[wanted])).at(wanted, place)) == lacking


def test_workshops_are_spread_over_the_weeks_of_a_quarter():
    keys = ("w0", "w1", "w2", "w3")
    made = small(wanted=[QuarterWorkshop(key, "rights", 1, (("s", 20),), True) for key in keys])
    weeks = [(place.first - MONDAY).days // 7 for place in plan_of(made).values()]
    assert weeks == [0, 1, 0, 1]


def test_a_venue_that_was_fixed_and_is_there_no_more_is_missed_on_all_days():
    wanted = replace(small().wanted[0], days=2)
    place = PlannedPlace(MONDAY, "gone", ("atieno", "juma"))
    days = {"first": MONDAY, "last": MONDAY + timedelta(days=1)}
    assert list(Board(small(wanted=[wanted])).at(wanted, place)) == [
        QuarterHindrance(Hindering.NO_VENUE, **days)
    ]


@pytest.mark.parametrize(
    ("quarter", "first", "last"),
    [
        (Quarter(2027, 1), date(2027, 1, 1), date(2027, 3, 31)),
        (Quarter(2028, 4), date(2028, 10, 1), date(2028, 12, 31)),
    ],
)
def test_a_quarter_ends_on_the_day_before_the_next(quarter, first, last):
    assert (quarter.first, quarter.last) == (first, last)
    assert quarter_of(first) == quarter_of(last) == quarter
