"""Kinds of clashes, how much weight the programme gives each, and what can be set of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class ClashKind(StrEnum):
    """Kinds of clashes: those of people and places first, then those of safety."""

    TRAINER = "trainer"
    TRAVEL = "travel"
    ABSENCE = "absence"
    TEACHING_DAYS = "teaching_days"
    VENUE = "venue"
    BLOCK = "block"
    SEATS = "seats"
    HOLIDAY = "holiday"
    PEOPLE = "people"
    DOOR = "door"
    PATTERN = "pattern"
    LATE = "late"


SAFETY = (ClashKind.DOOR, ClashKind.PATTERN, ClashKind.LATE)
# Kinds whose subjects are trainers, and those whose subject is a venue.
OF_TRAINERS = frozenset(
    {ClashKind.TRAINER, ClashKind.TRAVEL, ClashKind.ABSENCE, ClashKind.TEACHING_DAYS}
)
OF_VENUES = frozenset({ClashKind.VENUE, ClashKind.BLOCK, ClashKind.DOOR, ClashKind.PATTERN})
# Another day mends neither a room that is too small nor an hour that is too late.
ALIKE_ON_ALL_DAYS = frozenset({ClashKind.SEATS, ClashKind.LATE})


class Weight(StrEnum):
    """Weights of a kind: it is not looked for, it is told, or nothing is saved that has it."""

    OFF = "off"
    WARNING = "warning"
    ERROR = "error"


# A refusal would tell whoever enrols somebody that she takes part in something else as well.
NEVER_ERRORS = frozenset({ClashKind.PEOPLE})


def possible_weights(kind: ClashKind) -> tuple[Weight, ...]:
    """Weights that a kind may be given."""
    if kind in NEVER_ERRORS:
        return Weight.OFF, Weight.WARNING
    return tuple(Weight)


@dataclass(frozen=True)
class SafetyLimits:
    """Limits of the safety kinds: minutes that police and community keep between them at one door,
    the clock (minutes after midnight) by which everybody is home, and after how many times one
    place, weekday and hour count as a habit."""

    door_minutes: int = 60
    home_by: int = 18 * 60 + 30
    times: int = 3


@dataclass(frozen=True)
class ClashRules:
    """The programme's rules: weights of the kinds that are no warnings, and limits."""

    weights: Mapping[ClashKind, Weight] = field(default_factory=dict)
    limits: SafetyLimits = field(default_factory=SafetyLimits)

    def weight(self, kind: ClashKind) -> Weight:
        """The weight of a kind; what was never set is a warning."""
        return self.weights.get(kind, Weight.WARNING)

    @property
    def looked_for(self) -> frozenset[ClashKind]:
        """The kinds that are looked for at all."""
        return frozenset(kind for kind in ClashKind if self.weight(kind) is not Weight.OFF)

    @property
    def refused(self) -> frozenset[ClashKind]:
        """The kinds with which nothing is saved."""
        return frozenset(
            kind
            for kind in ClashKind
            if self.weight(kind) is Weight.ERROR and kind not in NEVER_ERRORS
        )


@dataclass(frozen=True, slots=True)
class Clash:
    """A clash on a day: the events that it is between (public ids, in the order of time), and the
    keys of what they share or lack: trainers, a venue, or people.

    `number` is what the kind counts: minutes that are needed, or that lie between; days taught;
    people who are expected twice, or without a seat; the clock at which the last is home.
    """

    day: date
    kind: ClashKind
    events: tuple[str, ...]
    subjects: tuple[int, ...] = ()
    number: int = 0

    @property
    def alike(self) -> tuple[object, ...]:
        """Marks by which it is known again, whatever day and number it has after a change. Only a
        holiday is another one on another day."""
        if len(self.events) == 1:
            day = self.day if self.kind is ClashKind.HOLIDAY else None
            return (self.kind, self.events[0], self.subjects, day)
        return (self.kind, frozenset(self.events), self.subjects)
