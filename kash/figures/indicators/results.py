"""Results, the fourth level: a room above that prints figures declares the newest of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from kash.feature import Part


@dataclass(frozen=True)
class ResultTable:
    """A table as it was printed: its title, the day, where it stands, and its lines as words."""

    title: str
    printed_on: date
    url: str
    lines: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class ShowsResults(Part):
    """A room that shows results; `read` tells the newest that were printed by a day."""

    read: Callable[[date], Sequence[ResultTable]]
