"""Ranks of officers beside each other."""

from __future__ import annotations

from kash.people.lists.rules.cells import RANKS


def is_above(rank: str, other: str) -> bool:
    """True if a rank is known to be above another one; words that name no known rank say
    nothing."""
    places = {name.casefold(): place for place, name in enumerate(RANKS)}
    first, two = places.get(rank.strip().casefold()), places.get(other.strip().casefold())
    return first is not None and two is not None and first > two
