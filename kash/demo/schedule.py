"""When the sample workshops are held, counted from the day on which the demo is loaded."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from kash.demo.accounts import SECOND_TRAINER, TRAINER, SampleAccount
from kash.demo.curriculum import WORKING_TOGETHER, SampleCourse
from kash.demo.curriculum_swahili import USHIRIKIANO

VENUES = (
    ("Sampuli Social Hall", "Kondele"),
    ("Ziwa Conference Room", "Milimani"),
    ("Mfano Resource Centre", "Nyalenda"),
)
FUNDERS = ("Mfano Foundation", "Kielelezo Health Fund")


@dataclass(frozen=True)
class SampleWorkshop:
    """A workshop. `first` and `count` say whom of each group it takes; `fate` what became of it.

    `certificates` is how far its batch went: issued, approved, proposed, or none.
    """

    title: str
    course: SampleCourse
    starts_on: date
    days: int
    venue: int
    lead: SampleAccount
    others: tuple[SampleAccount, ...]
    funding: tuple[tuple[int, int, str], ...]
    first: int
    count: int
    fate: str
    certificates: str = ""
    capacity: int | None = None
    reason: str = ""


def _monday(today: date, weeks: int) -> date:
    return today - timedelta(days=today.weekday()) + timedelta(weeks=weeks)


def workshops(today: date) -> tuple[SampleWorkshop, ...]:
    """The six workshops, the earliest first."""
    tuesday, wednesday = timedelta(days=1), timedelta(days=2)
    return (
        SampleWorkshop(
            "Working together, Kondele",
            WORKING_TOGETHER,
            _monday(today, -15) + tuesday,
            3,
            0,
            TRAINER,
            (SECOND_TRAINER,),
            ((0, 70, "MF-2026-04"), (1, 30, "KHF-11")),
            first=0,
            count=12,
            fate="held",
            certificates="issued",
            capacity=30,
        ),
        SampleWorkshop(
            "Working together, Manyatta",
            WORKING_TOGETHER,
            _monday(today, -11) + tuesday,
            3,
            1,
            TRAINER,
            (SECOND_TRAINER,),
            ((0, 100, "MF-2026-05"),),
            first=12,
            count=10,
            fate="held",
            certificates="approved",
            capacity=24,
        ),
        SampleWorkshop(
            "Ushirikiano, Nyalenda",
            USHIRIKIANO,
            _monday(today, -6) + wednesday,
            2,
            2,
            SECOND_TRAINER,
            (TRAINER,),
            ((0, 50, "MF-2026-06"), (1, 50, "KHF-12")),
            first=21,
            count=9,
            fate="held",
            certificates="proposed",
            capacity=24,
        ),
        SampleWorkshop(
            "Ushirikiano, Railways",
            USHIRIKIANO,
            _monday(today, -3) + wednesday,
            2,
            2,
            SECOND_TRAINER,
            (),
            ((1, 100, "KHF-13"),),
            first=4,
            count=6,
            fate="cancelled",
            reason="The hall was flooded after the rains. A new date is being looked for.",
            capacity=20,
        ),
        SampleWorkshop(
            "Ushirikiano, Market Milimani",
            USHIRIKIANO,
            today - timedelta(days=1),
            2,
            1,
            TRAINER,
            (SECOND_TRAINER,),
            ((0, 60, "MF-2026-07"), (1, 40, "KHF-14")),
            first=0,
            count=11,
            fate="running",
            capacity=24,
        ),
        SampleWorkshop(
            "Working together, Nyalenda",
            WORKING_TOGETHER,
            _monday(today, 3) + tuesday,
            3,
            0,
            TRAINER,
            (SECOND_TRAINER,),
            ((0, 100, "MF-2026-08"),),
            first=15,
            count=11,
            fate="planned",
            capacity=20,
        ),
    )


def first_workshop(today: date) -> SampleWorkshop:
    """The programme's first, more than two years ago: its certificates run out, or have."""
    return SampleWorkshop(
        "Working together, Kisumu Central",
        WORKING_TOGETHER,
        _monday(today, -114) + timedelta(days=1),
        3,
        1,
        TRAINER,
        (),
        ((0, 100, "MF-2024-01"),),
        first=6,
        count=4,
        fate="held",
        capacity=12,
    )


def second_workshop(today: date) -> SampleWorkshop:
    """One of last year. Officers who came to it have been moved since."""
    return SampleWorkshop(
        "Working together, Kondele and Nyalenda",
        WORKING_TOGETHER,
        _monday(today, -60) + timedelta(days=1),
        3,
        0,
        TRAINER,
        (SECOND_TRAINER,),
        ((1, 100, "KHF-09"),),
        first=10,
        count=14,
        fate="held",
    )


def mark_of(workshop: int, person: int, slot: int, first_of_day: bool) -> str:
    """How one person was marked in one slot: the same on every day on which the demo is loaded."""
    chance = random.Random(f"{workshop}/{person}/{slot}").random()
    if person % 8 == 3:
        # A few come too seldom to reach the rule.
        return "absent" if chance < 0.55 else "present"
    if person % 9 == 5 and slot in (3, 4, 5):
        return "excused"
    if first_of_day and chance < 0.2:
        return "late"
    if chance > 0.985:
        return "left_early"
    return "absent" if chance < 0.02 else "present"
