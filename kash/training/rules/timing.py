"""Steps of a session by the clock, and which of them are left out if time is short."""

from __future__ import annotations

from dataclasses import dataclass

from kash.training.rules.fields import STEP
from kash.training.rules.nodes import CourseNode

# What may go first; all else must stay.
_LEFT_OUT = ("may", "should")


@dataclass(frozen=True)
class TimedStep:
    """A step with its number in the session, from 1, and its clock.

    `start` and `end` are minutes since the session began; both are None if nobody wrote how long
    the step takes.
    """

    number: int
    step: CourseNode
    start: int | None
    end: int | None

    @property
    def minutes(self) -> int:
        """How long it takes; 0 if nobody wrote that."""
        return self.end - self.start if self.start is not None and self.end is not None else 0


@dataclass(frozen=True)
class Cut:
    """A step that can be left out, and the minutes that all steps take once it and those before it
    are."""

    timed: TimedStep
    left: int


def timed_steps(plan: CourseNode) -> tuple[TimedStep, ...]:
    """The steps of a session in their order, each from where the one before it ends."""
    timed, clock = [], 0
    for number, step in enumerate(plan.of(STEP.name), 1):
        minutes = step["minutes"]
        if isinstance(minutes, int):
            timed.append(TimedStep(number, step, clock, clock + minutes))
            clock += minutes
        else:
            timed.append(TimedStep(number, step, None, None))
    return tuple(timed)


def step_minutes(plan: CourseNode) -> int:
    """How long all steps of a session take together."""
    return sum(timed.minutes for timed in timed_steps(plan))


def cuts(plan: CourseNode) -> tuple[Cut, ...]:
    """Steps to leave out one after the other: what may be done before what should be, and among
    these what saves most.

    A step that must be done, or whose rank or minutes nobody wrote, is never among them.
    """
    able = [
        timed for timed in timed_steps(plan) if timed.minutes and timed.step["rank"] in _LEFT_OUT
    ]
    able.sort(key=lambda timed: (_LEFT_OUT.index(str(timed.step["rank"])), -timed.minutes))
    left, made = step_minutes(plan), []
    for timed in able:
        left -= timed.minutes
        made.append(Cut(timed, left))
    return tuple(made)
