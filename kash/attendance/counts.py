"""Other counts of who was there, beside the marks: a room above that pays people adds its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

# For a register (its key): {day on the programme's clock: the keys of the people counted that day}.
CountedByDay = Callable[[int], Mapping[date, Collection[int]]]


@dataclass(frozen=True)
class OtherCount:
    """A further count: a fixed word for it, what it is called, and who is counted."""

    source: str
    label: Any
    counted: CountedByDay


_counts: dict[str, OtherCount] = {}


def register_count(label: Any, counted: CountedByDay, *, source: str = "payouts") -> None:
    """Add a count that stands beside paper and marks, day by day.

    Whoever it counts for a day on which she was nowhere present is a difference to settle.
    """
    _counts[source] = OtherCount(source, label, counted)


def forget_count(source: str) -> None:
    """Take a count away again."""
    _counts.pop(source, None)


def other_counts() -> list[OtherCount]:
    """The counts that were added."""
    return list(_counts.values())
