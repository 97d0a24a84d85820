"""Other counts of who was there, beside the marks: a room above that pays people brings its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kash.feature import Part

# For a register (its key): {day on the programme's clock: the keys of the people counted that day}.
CountedByDay = Callable[[int], Mapping[date, Collection[int]]]


@dataclass(frozen=True)
class OtherCount(Part):
    """A count that stands beside paper and marks, day by day: a fixed word for it, what it is
    called, and who is counted.

    Whoever it counts for a day on which she was nowhere present is a difference to settle.
    """

    source: str
    label: Any
    counted: CountedByDay
