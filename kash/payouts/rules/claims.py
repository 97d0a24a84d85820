"""Double claims: one person, one day, two workshops."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations


@dataclass(frozen=True)
class Claim:
    """A day for which somebody is paid in a workshop; all by their keys."""

    person: int
    day: date
    workshop: int


@dataclass(frozen=True, order=True)
class Double:
    """A day that is claimed twice. `first` is the smaller key of the two workshops."""

    day: date
    person: int
    first: int
    second: int

    def other(self, workshop: int) -> int:
        """The workshop on the other side."""
        return self.second if workshop == self.first else self.first


@dataclass(frozen=True)
class Settled:
    """How a double claim was settled: the workshop that pays the day, None if both do."""

    keeps: int | None


def doubles(claims: Iterable[Claim]) -> list[Double]:
    """Every pair of workshops in which one person claims one day, each once, by day."""
    places: dict[tuple[date, int], set[int]] = {}
    for claim in claims:
        places.setdefault((claim.day, claim.person), set()).add(claim.workshop)
    return sorted(
        Double(day, person, *sorted(pair))
        for (day, person), workshops in places.items()
        for pair in combinations(sorted(workshops), 2)
    )


def blocks(double: Double, settled: Settled | None, workshop: int) -> bool:
    """True if a double claim keeps a list of this workshop, which claims the day, from approval."""
    return settled is None or settled.keeps not in (None, workshop)


def paid_elsewhere(
    settlements: Mapping[Double, Settled], person: int, workshop: int
) -> frozenset[date]:
    """The days of a person that were settled to be paid by another workshop."""
    return frozenset(
        double.day
        for double, settled in settlements.items()
        if double.person == person
        and workshop in (double.first, double.second)
        and settled.keeps not in (None, workshop)
    )
