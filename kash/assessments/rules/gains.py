"""Gain between two tests: of what people did not know before, how much they know after.

Gain = (mean after - mean before) / (100 - mean before), over those who answered both. The mean of
personal gains is never taken: it is too low by several hundredths however many people there are,
and it cannot be computed as soon as one person had everything right before.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from kash.assessments.rules.student import t_quantile

INSIDE = 0.95


@dataclass(frozen=True)
class Gain:
    """Gain of a group. `before`, `after`, `lost_before` and `joined_after` are mean scores, 0 to
    100; gain, low and high are shares of 1; None where there is nothing to take them from.

    `lost` answered before only, `joined` after only: neither stands in the gain. `everybody_knew`
    says that nothing was left to gain.
    """

    people: int
    before: float | None = None
    after: float | None = None
    gain: float | None = None
    low: float | None = None
    high: float | None = None
    lost: int = 0
    lost_before: float | None = None
    joined: int = 0
    joined_after: float | None = None

    @property
    def everybody_knew(self) -> bool:
        """True if all had everything right before."""
        return self.people > 0 and self.gain is None


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None


def _half_width(values: Sequence[float], inside: float) -> float | None:
    """Half the width of the t interval of a mean; None where nothing varies or there is one
    value: a width of 0 would claim a certainty that so few cannot give."""
    if len(values) < 2:
        return None
    spread = stdev(values)
    if spread < 1e-9:
        return None
    return t_quantile(len(values) - 1, inside) * spread / math.sqrt(len(values))


def gain_of(
    before: Mapping[str, float], after: Mapping[str, float], inside: float = INSIDE
) -> Gain:
    """Gain over those who stand in both; scores 0 to 100 by person.

    The interval is the linearised one of a ratio: each person's residual is what she gained less
    what the group's gain says of her room, and the t interval of their mean is divided by the mean
    room.
    """
    both = sorted(before.keys() & after.keys())
    lost = [before[one] for one in sorted(before.keys() - after.keys())]
    joined = [after[one] for one in sorted(after.keys() - before.keys())]
    firsts, seconds = [before[one] for one in both], [after[one] for one in both]
    mean_before, mean_after = _mean(firsts), _mean(seconds)
    gain = low = high = None
    if mean_before is not None and mean_after is not None and mean_before < 100.0 - 1e-9:
        room = 100.0 - mean_before
        gain = (mean_after - mean_before) / room
        residuals = [
            second - first - gain * (100.0 - first)
            for first, second in zip(firsts, seconds, strict=True)
        ]
        half = _half_width(residuals, inside)
        if half is not None:
            # Nobody can gain more than there was to know.
            low, high = gain - half / room, min(1.0, gain + half / room)
    return Gain(
        people=len(both),
        before=mean_before,
        after=mean_after,
        gain=gain,
        low=low,
        high=high,
        lost=len(lost),
        lost_before=_mean(lost),
        joined=len(joined),
        joined_after=_mean(joined),
    )


@dataclass(frozen=True)
class Shift:
    """Shift on a scale: how many of the same people chose each point before and after, lowest
    first, and the mean shift in points with its interval."""

    people: int
    before: tuple[int, ...]
    after: tuple[int, ...]
    shift: float | None = None
    low: float | None = None
    high: float | None = None


def shift_of(
    before: Mapping[str, int], after: Mapping[str, int], points: int, inside: float = INSIDE
) -> Shift:
    """Shift over those who stand in both; points from 1 by person. An attitude has no gain: the top
    of a scale is nothing that everybody is to reach."""
    both = sorted(before.keys() & after.keys())
    steps = [float(after[one] - before[one]) for one in both]
    half, mean = _half_width(steps, inside), _mean(steps)
    return Shift(
        people=len(both),
        before=counted((before[one] for one in both), points),
        after=counted((after[one] for one in both), points),
        shift=mean,
        low=None if half is None or mean is None else mean - half,
        high=None if half is None or mean is None else mean + half,
    )


def counted(chosen: Iterable[int], points: int) -> tuple[int, ...]:
    """How often each point of a scale was chosen, the lowest first."""
    tally = [0] * points
    for point in chosen:
        tally[point - 1] += 1
    return tuple(tally)
