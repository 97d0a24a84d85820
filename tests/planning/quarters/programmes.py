"""Generated programmes: quarters that are tight or roomy, with trainers who are away, venues that
are let to others, and stations that wait. The same seed makes the same programme."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from kash.planning.quarters.rules import (
    EVERY_DAY,
    Hindering,
    OfferedVenue,
    QuarterHindrance,
    QuarterProgramme,
    QuarterWorkshop,
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

    taken: list[QuarterHindrance] = []

    def take(kind: Hindering, who: str, number: int, longest: int) -> date:
        begins = first + timedelta(days=random.randrange(days))
        ends = begins + timedelta(days=random.randrange(longest))
        taken.append(QuarterHindrance(kind, who, f"{who}-{number}", begins, ends))
        return begins

    trainers = [
        Trainer(
            f"t{number}",
            leads=frozenset(one for one in COURSES if random.random() < 0.4),
            teaches=frozenset(one for one in COURSES if random.random() < 0.6),
            weekdays=random.choice(
                (EVERY_DAY, EVERY_DAY, frozenset({0, 1, 2, 3}), frozenset({1, 2, 3, 4}))
            ),
            most_days=random.choice((None, None, 6, 8, 10)),
        )
        for number in range(size.trainers)
    ]
    for trainer in trainers:
        for turn in range(random.randrange(4)):
            kind = random.choice((Hindering.ABSENCE, Hindering.ENGAGED))
            take(kind, trainer.key, turn, random.choice((1, 3, 10)))
    venues = []
    for number in range(size.venues):
        booked = set()
        for turn in range(random.randrange(5)):
            kind = random.choice((Hindering.BLOCKED, Hindering.BOOKED))
            begins = take(kind, f"v{number}", turn, random.choice((1, 2, 5)))
            if kind is Hindering.BOOKED:
                booked.add(begins)
        venues.append(
            OfferedVenue(
                f"v{number}",
                random.choice((None, 20, 25, 40)),
                random.choice((None, 1, 2, 3)),
                frozenset(booked),
            )
        )
    stations = [f"s{number}" for number in range(size.stations)]
    zones = {station: random.choice((1, 2, 3)) for station in stations}
    wanted = [
        QuarterWorkshop(
            f"w{number:02}",
            random.choice(COURSES),
            random.choice((1, 2, 2, 3, 3, 5)),
            tuple(
                (station, random.randint(4, 9))
                for station in random.sample(stations, random.randint(1, 3))
            ),
            police=random.random() < 0.5,
        )
        for number in range(size.workshops)
    ]
    holidays = frozenset(first + timedelta(days=random.randrange(days)) for _ in range(2))
    minutes = {
        frozenset((1, 2)): random.choice((30, 70, 150)),
        frozenset((2, 3)): random.choice((40, 130)),
    }
    for station in stations:
        if random.random() < 0.2:
            take(Hindering.SENT, station, 0, 3)
    return QuarterProgramme(
        first,
        last,
        trainers,
        venues,
        wanted,
        taken,
        holidays=holidays,
        minutes=minutes,
        zones=zones,
    )
