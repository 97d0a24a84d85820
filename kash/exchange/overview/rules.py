"""Pace of an indicator: how far a count should be by now, and what it looks like."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from kash.figures.indicators.rules import Period

# A tenth behind an even pace is nothing to say: workshops do not come evenly.
_SLACK = 90


class TargetPace(StrEnum):
    """Pace of an indicator against its target."""

    NO_TARGET = "no_target"
    NO_DATA = "no_data"
    REACHED = "reached"
    ON_THE_WAY = "on_the_way"
    BEHIND = "behind"
    MISSED = "missed"


def elapsed_share(period: Period, today: date) -> int:
    """The share of a period's days that are over, today among them, in whole per cent."""
    if today < period.first:
        return 0
    days = (period.last - period.first).days + 1
    return min(100, 100 * ((today - period.first).days + 1) // days)


def pace_of(count: int | None, target: int | None, elapsed: int) -> TargetPace:
    """Pace of a count (None where there is no data) when so many per cent of its period are over.

    While it goes on a count is behind when it is more than a tenth below an even pace.
    """
    if not target:
        return TargetPace.NO_TARGET
    if count is not None and count >= target:
        return TargetPace.REACHED
    if elapsed >= 100:
        return TargetPace.MISSED
    if count is None:
        return TargetPace.NO_DATA
    return (
        TargetPace.ON_THE_WAY if 10_000 * count >= target * elapsed * _SLACK else TargetPace.BEHIND
    )
