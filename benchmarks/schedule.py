"""`./kash.sh bench schedule`: what scheduling takes with 5,000 sessions, each with 3 trainers, a
venue and 20 people.

`clashes_5000_ms` is the processor's time of finding every clash of every kind among them,
`clash_one_change_ms` that of finding those of one which is moved. `quarter_24_s` is that of
proposing a quarter of 24 workshops, with what stands in the way of those without a place.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta

from benchmarks.calendar_month import month_300_ms
from benchmarks.programmes import programme
from benchmarks.reminders import reminders_5000_s
from benchmarks.telling import as_json, tell
from kash.planning.clashes.rules import (
    DAY,
    Blocked,
    DayRange,
    Engagement,
    ScheduleFacts,
    TeachingLimits,
    clashes_of,
    find_clashes,
    moved_by,
)
from kash.planning.quarters.rules import Board, plan_of

SESSIONS, TRAINERS, PEOPLE = 5_000, 3, 20
ROUNDS, CHANGES, QUARTERS = 7, 40, 8
TARGETS = {
    "clashes_5000_ms": 100.0,
    "clash_one_change_ms": 10.0,
    "month_300_ms": 40.0,
    "quarter_24_s": 1.0,
    "reminders_5000_s": 2.0,
}
_FIRST = date(2027, 1, 1)


def schedule() -> list[Engagement]:
    """A year's sessions, the same each time: 60 trainers, 40 venues and 3,000 people."""
    chance = random.Random(20270101)
    found = []
    for number in range(SESSIONS):
        day, clock = chance.randrange(365), chance.choice((480, 510, 540, 600, 780, 840))
        venue = chance.randrange(40)
        starts = day * DAY + clock
        found.append(
            Engagement(
                f"event {number}",
                starts,
                starts + chance.choice((60, 90, 120, 180)),
                _FIRST + timedelta(days=day),
                clock,
                trainers=chance.sample(range(60), TRAINERS),
                venue=venue,
                zone=venue % 9,
                people=chance.sample(range(3_000), PEOPLE),
                police=number % 2 == 0,
                community=number % 2 == 1,
                way_home=30,
            )
        )
    return found


def circumstances() -> ScheduleFacts:
    """Travel between all zones, and an absence, a block and teaching days for everybody."""
    away = DayRange(_FIRST + timedelta(days=40), _FIRST + timedelta(days=45))
    return ScheduleFacts(
        travel={frozenset({one, other}): 30 for one in range(9) for other in range(one)},
        holidays={_FIRST},
        absences={trainer: [away] for trainer in range(60)},
        teaching={trainer: TeachingLimits(frozenset(range(7)), 12) for trainer in range(60)},
        blocks={venue: [Blocked(away)] for venue in range(40)},
    )


def clashes_5000_ms() -> float:
    """Milliseconds of the processor for every clash; the median of those asked. Raises LookupError
    if there is none."""
    sessions, around = schedule(), circumstances()
    return _median([lambda: bool(find_clashes(sessions, around))] * ROUNDS)


def clash_one_change_ms() -> float:
    """The same for one session that is moved by a day."""
    sessions, around = schedule(), circumstances()
    # Something is in the way of most of them, not of each.
    changed = [[moved_by(one, 1)] for one in sessions[:: SESSIONS // CHANGES]]
    return _median(
        [lambda one=one: clashes_of(one, sessions, around) is not None for one in changed]
    )


def quarter_24_s() -> float:
    """Seconds of the processor for a quarter of 24 workshops with hardly any room, and for what
    stands in the way of those without a place: the worst of several programmes."""
    worst = 0.0
    for seed in range(QUARTERS):
        made = programme(seed)
        began = time.process_time()
        board = Board(made, plan_of(made))
        for workshop in made.wanted:
            if workshop.key not in board.places:
                board.nearest(workshop)
        worst = max(worst, time.process_time() - began)
    return worst


def _median(asked: list[Callable[[], bool]]) -> float:
    times = []
    for one in asked:
        began = time.process_time()
        if not one():
            raise LookupError("no clash was found")
        times.append((time.process_time() - began) * 1000)
    return statistics.median(times)


# Each figure is measured by a function of its name that needs nothing.
FIGURES: dict[str, Callable[[], float]] = {
    "clashes_5000_ms": clashes_5000_ms,
    "clash_one_change_ms": clash_one_change_ms,
    "month_300_ms": month_300_ms,
    "quarter_24_s": quarter_24_s,
    "reminders_5000_s": reminders_5000_s,
}


def figures() -> dict[str, float]:
    """Every figure there is."""
    return {name: round(measure(), 2) for name, measure in FIGURES.items()}


def main() -> int:
    """Run it; 0 if everything was measured, whether or not it was fast enough."""
    parser = argparse.ArgumentParser(prog="bench schedule", description=__doc__)
    as_json(parser)
    chosen = parser.parse_args()
    return tell(figures, json_wanted=chosen.json, at_most=TARGETS)


if __name__ == "__main__":
    sys.exit(main())
