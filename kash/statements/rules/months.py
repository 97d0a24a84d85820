"""Quarter or year: figures of people who are starred leave once for the same months, by quarters or
by years, whoever they go to. Beside its quarters a year's table shows who came in which."""

from __future__ import annotations

from collections.abc import Iterable

from kash.indicators.rules.periods import Period

KINDS = ("quarter", "year")


def mixed_with(period: Period, left: Iterable[Period]) -> list[Period]:
    """Periods that left and share months with this one, but are not the same; in order."""
    return sorted({one for one in left if one.overlaps(period) and one != period})
