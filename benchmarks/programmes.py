"""Generated programmes: quarters that are tight or roomy, with trainers who are away, venues that
are let to others, and stations that wait. The same seed makes the same programme."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from kash.planning.quarters.rules.board import (
    EVERY_DAY,
    Hindering,
    OfferedVenue,
    QuarterProgramme,
    QuarterWorkshop,
    Taken,
    Trainer,
)

COURSES = ("rights", "safety", "referral")


@dataclass(frozen=True)
class Shape:
    """How large a programme is: workshops, weeks, trainers, venues and stations."""

    workshops: int = 24
    weeks: int = 13
    trainers: int = 8
    venues: int = 5
    stations: int = 30


def programme(seed: int, shape: Shape | None = None) -> QuarterProgramme:
    """A programme of a seed."""
    size, random = shape or Shape(), Random(seed)
    first = date(2027, 1, 4) + timedelta(weeks=13 * random.randrange(4))
    last = first + timedelta(weeks=size.weeks, days=-3)
    days = (last - first).days + 1

    def span(kind: Hindering, name: str, longest: int) -> Taken:
        begins = first + timedelta(days=random.randrange(days))
        return Taken(kind, name, begins, begins + timedelta(days=random.randrange(longest)))

    trainers = [
        Trainer(
            f"t{number}",
            leads=frozenset(one for one in COURSES if random.random() < 0.4),
            teaches=frozenset(one for one in COURSES if random.random() < 0.6),
            weekdays=random.choice(
                (EVERY_DAY, EVERY_DAY, frozenset({0, 1, 2, 3}), frozenset({1, 2, 3, 4}))
            ),
            most_days=random.choice((None, None, 6, 8, 10)),
            taken=tuple(
                span(
                    random.choice((Hindering.ABSENCE, Hindering.ENGAGED)),
                    f"t{number}-{turn}",
                    random.choice((1, 3, 10)),
                )
                for turn in range(random.randrange(4))
            ),
        )
        for number in range(size.trainers)
    ]
    venues = []
    for number in range(size.venues):
        taken = tuple(
            span(
                random.choice((Hindering.BLOCKED, Hindering.BOOKED)),
                f"v{number}-{turn}",
                random.choice((1, 2, 5)),
            )
            for turn in range(random.randrange(5))
        )
        booked = [one.first for one in taken if one.kind is Hindering.BOOKED]
        venues.append(
            OfferedVenue(
                f"v{number}",
                random.choice((None, 20, 25, 40)),
                random.choice((None, 1, 2, 3)),
                taken,
                frozenset(booked),
            )
        )
    stations = [f"s{number}" for number in range(size.stations)]
    wanted = [
        QuarterWorkshop(
            f"w{number:02}",
            random.choice(COURSES),
            random.choice((1, 2, 2, 3, 3, 5)),
            random.randint(8, 28),
            random.choice((1, 2, 2, 3)),
            frozenset(random.sample(stations, random.randint(1, 3))),
            frozenset({random.choice((1, 2, 3))}),
            police=random.random() < 0.5,
        )
        for number in range(size.workshops)
    ]
    holidays = frozenset(first + timedelta(days=random.randrange(days)) for _ in range(2))
    minutes = {
        frozenset((1, 2)): random.choice((30, 70, 150)),
        frozenset((2, 3)): random.choice((40, 130)),
    }
    sent = {
        one: (span(Hindering.SENT, f"{one}-0", 3),) for one in stations if random.random() < 0.2
    }
    return QuarterProgramme(
        first,
        last,
        trainers,
        venues,
        wanted,
        holidays=holidays,
        minutes=minutes,
        most_minutes=120,
        sent=sent,
    )
