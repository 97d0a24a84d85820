"""Pages of lists for programs: by the id of the last that was read, in the order of ids.

Ids are random and never change, so that a walk through all pages ends, gives nothing twice, and
leaves out nothing that stood there from its beginning to its end; and the order tells nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

LARGEST_PAGE = 200
USUAL_PAGE = 100
Row = TypeVar("Row")


@dataclass(frozen=True)
class PageCut(Generic[Row]):
    """Rows of a page, and whether there are more after them."""

    rows: Sequence[Row]
    more: bool


def cut(rows: Sequence[Row], limit: int) -> PageCut[Row]:
    """A page of so many, from rows of which one more was asked for."""
    return PageCut(rows[:limit], len(rows) > limit)
