"""Areas: which stations lie in a zone, by the place that was written for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Area:
    """A zone by its key, and the key of the one it lies in."""

    key: int
    name: str
    within: int | None = None


def names_within(areas: Iterable[Area], key: int) -> frozenset[str]:
    """The names of a zone and of all zones in it, without their case."""
    known = list(areas)
    inside = {key}
    while True:
        more = {one.key for one in known if one.within in inside} - inside
        if not more:
            return frozenset(one.name.strip().casefold() for one in known if one.key in inside)
        inside |= more
