"""Work of chance alone: limits for months, for days between cases, and for stations.

Charts by these rules say where it is worth asking why. They order nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, log, log1p, sqrt

# The mean distance of neighbours, for each standard deviation.
_OF_NEIGHBOURS = 1.128
_DEVIATIONS = 3.0
# Shares of the outermost values on either side, at the limits of three deviations.
_OUTERMOST = 0.00135
# Of scores in a funnel the outermost tenths are drawn in before heaps are told from them.
_DRAWN_IN = 0.1
FUNNEL_DEVIATIONS = (1.96, 3.09)
# Points of the line around a funnel, above as below.
_OUTLINE_STEPS = 24


@dataclass(frozen=True)
class ChanceLimits:
    """Limits between which chance alone keeps nearly all values, and what lies in the middle."""

    middle: float
    lower: tuple[float, ...]
    upper: tuple[float, ...]

    def outside(self, values: Sequence[float]) -> list[int]:
        """Positions of values beyond the limits."""
        return [
            at
            for at, (value, low, high) in enumerate(
                zip(values, self.lower, self.upper, strict=True)
            )
            if not low <= value <= high
        ]


def month_limits(counts: Sequence[int], days: Sequence[int]) -> ChanceLimits:
    """Limits of counts by month (Laney's u′ chart, 2002), each for a month of so many days.

    Where neighbouring months differ more than single cases would, the limits are wider by as much;
    never narrower, since cases that come more evenly than chance are an accident.
    """
    areas = [each * 12 / 365.25 for each in days]
    mean = sum(counts) / sum(areas)
    deviations = [sqrt(mean / area) for area in areas]
    scores = [
        (count / area - mean) / deviation if deviation else 0.0
        for count, area, deviation in zip(counts, areas, deviations, strict=True)
    ]
    steps = [abs(later - one) for one, later in pairwise(scores)]
    wider = max(1.0, sum(steps) / len(steps) / _OF_NEIGHBOURS) if steps else 1.0
    reach = [_DEVIATIONS * wider * deviation for deviation in deviations]
    return ChanceLimits(
        mean,
        tuple(max(0.0, mean - one) * area for one, area in zip(reach, areas, strict=True)),
        tuple((mean + one) * area for one, area in zip(reach, areas, strict=True)),
    )


def gap_limits(gaps: Sequence[int]) -> ChanceLimits:
    """Limits of days between cases (g chart): as many days as pass if each is as likely as any
    other to have a case. In the middle is the median; of a few days there is no lower limit."""
    mean = sum(gaps) / len(gaps)
    if mean == 0:
        return ChanceLimits(0.0, (0.0,) * len(gaps), (0.0,) * len(gaps))

    # The chance of more than so many days without one falls by the same share each day.
    each_day = log(mean) - log1p(mean)

    def days_at(share: float) -> int:
        """The days that are not passed with this chance."""
        return max(0, ceil(log(1 - share) / each_day) - 1)

    low, high = days_at(_OUTERMOST), days_at(1 - _OUTERMOST)
    return ChanceLimits(float(days_at(0.5)), (float(low),) * len(gaps), (float(high),) * len(gaps))


@dataclass(frozen=True)
class Funnel:
    """Shares of police cases among all cases of places, and what chance does to a share of so many
    cases (Spiegelhalter 2005, with heaps multiplied). `wider` is by how much heaps widen it."""

    share: float
    wider: float

    def limits(self, total: float, deviations: float) -> tuple[float, float]:
        """The limits of a share of so many cases."""
        reach = deviations * self.wider * sqrt(self.share * (1 - self.share) / total)
        return max(0.0, self.share - reach), min(1.0, self.share + reach)

    def outline(self, most: float, deviations: float) -> list[tuple[float, float]]:
        """The limits of shares of up to so many cases as one line around all that lies within them:
        up from nothing, out above, back below, to where it began. Of no cases every share is
        within."""
        # They lie closer where it is steep.
        sizes = [most * (step / _OUTLINE_STEPS) ** 2 for step in range(1, _OUTLINE_STEPS + 1)]
        limits = [(size, *self.limits(size, deviations)) for size in sizes]
        above = [(0.0, 1.0), *((size, high) for size, _low, high in limits)]
        below = [(size, low) for size, low, _high in reversed(limits)]
        return [(0.0, 0.0), *above, *below, (0.0, 0.0)]

    def is_outside(self, police: int, total: int) -> bool:
        """True if a share lies beyond the outer limits."""
        low, high = self.limits(total, FUNNEL_DEVIATIONS[-1])
        return not low <= police / total <= high


def funnel(places: Sequence[tuple[int, int]]) -> Funnel | None:
    """Funnel of places, each by its police cases and all its cases; None without any share."""
    known = [(police, total) for police, total in places if total]
    all_police, everything = (
        (sum(column) for column in zip(*known, strict=True)) if known else (0, 0)
    )
    if not 0 < all_police < everything:
        return None
    share = all_police / everything
    scores = sorted(
        (police / total - share) / sqrt(share * (1 - share) / total) for police, total in known
    )
    off = int(len(scores) * _DRAWN_IN)
    low, high = scores[off], scores[-1 - off]
    drawn_in = [min(max(one, low), high) for one in scores]
    heaps = sum(one * one for one in drawn_in) / len(drawn_in)
    return Funnel(share, sqrt(max(1.0, heaps)))
