"""Additions of other rooms to the file that carries a course. A room that stands above declares its
own, so that courses know nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.orm import Session

from kash.feature import Part, declared
from kash.platform.vault import Change
from kash.policy import Actor
from kash.training.models import Course
from kash.training.rules.plain_values import Place, ValueReading


@dataclass(frozen=True)
class PieceCounts:
    """How many pieces of a file are new here, the same, or differ from what is here."""

    new: int = 0
    same: int = 0
    differs: int = 0


Check = Callable[[object, ValueReading, Place], Any]


class Store(Protocol):
    """A function that writes the pieces of a file into a course."""

    def __call__(
        self, change: Change, course: Course, brought: Any, *, differing: bool, by: Actor
    ) -> None:
        """Add what is new and, with `differing`, newer wordings beside those that differ; what is
        here stays as it is."""


@dataclass(frozen=True)
class CourseAddition(Part):
    """A piece of a course file: `name` is its field there, `label` what people call it.

    `sees` is the permission by which somebody takes it away in a file, `writes` the one by which
    she brings it in. `plain` gives what a course has of it as plain values, empty if it has none.
    `check` takes plain values apart and notes mistakes. `compare` says how what it made of them
    stands to what a course has, None for one that is new.
    """

    name: str
    label: Any
    sees: str
    writes: str
    plain: Callable[[Course], object]
    check: Check
    compare: Callable[[Session, Course | None, Any], PieceCounts]
    store: Store


def additions_seen(actor: Actor) -> list[CourseAddition]:
    """Additions that an actor may take away in a file."""
    return [each for each in declared(CourseAddition) if actor.may(each.sees)]


def additions_written(actor: Actor) -> list[CourseAddition]:
    """Additions that an actor may bring in."""
    return [each for each in declared(CourseAddition) if actor.may(each.writes)]
