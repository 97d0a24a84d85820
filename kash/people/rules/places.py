"""Areas that people typed, as far as they may be shown to who keeps the list of areas."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz, process

# What so many people share is an area, and tells of none of them.
SHARED_BY = 3
# Of a hundred; a slip or two of the pen in a name.
ALIKE = 84.0


def alike_area(text: str, areas: Sequence[str]) -> str:
    """The area whose name is written nearly so; empty if there is none."""
    found = process.extractOne(
        text.casefold(), [area.casefold() for area in areas], scorer=fuzz.ratio, score_cutoff=ALIKE
    )
    return areas[found[2]] if found is not None else ""


def tells_of_nobody(people: int, elsewhere: int, alike: str) -> bool:
    """True if a spelling may be shown to somebody who sees no participants.

    What one person alone typed could be her address, unless it nearly is an area's name.
    """
    return people >= SHARED_BY or elsewhere > 0 or bool(alike)
