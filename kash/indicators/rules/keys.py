"""The indicators, and what each can be told apart by."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kash.indicators.rules.figures import DIMENSIONS


class IndicatorKey(StrEnum):
    """Key of an indicator, in the order in which they are shown."""

    COMPLETED = "people_completed"
    REACHED = "people_reached"
    ATTENDANCES = "attendances"
    HEADCOUNT = "headcount"
    WORKSHOPS = "workshops_held"
    CERTIFIED = "certified"
    REFRESHED = "refreshed"
    GAIN = "gain"
    PRACTICE = "practice"


@dataclass(frozen=True)
class Indicator:
    """An indicator. `dimensions` are those by which it can be told apart; `people` says that it
    counts people, each once. `share` says that its definition sets the least share of hours."""

    key: str
    dimensions: tuple[str, ...] = DIMENSIONS
    people: bool = True
    share: bool = False


INDICATORS = {
    one.key: one
    for one in (
        Indicator(IndicatorKey.COMPLETED),
        Indicator(IndicatorKey.REACHED, share=True),
        Indicator(IndicatorKey.ATTENDANCES, people=False, share=True),
        Indicator(
            IndicatorKey.HEADCOUNT, ("group", "course", "funder", "sex", "age_band"), people=False
        ),
        Indicator(IndicatorKey.WORKSHOPS, ("course", "funder"), people=False),
        Indicator(IndicatorKey.CERTIFIED),
        Indicator(IndicatorKey.REFRESHED),
        Indicator(IndicatorKey.GAIN),
        Indicator(IndicatorKey.PRACTICE),
    )
}
KEYS = tuple(INDICATORS)
MOST_DIMENSIONS = 2


class DimensionProblem(ValueError):
    """An indicator that cannot be told apart so, or by too much at once."""


def check_dimensions(key: str, dimensions: tuple[str, ...]) -> None:
    """Raises DimensionProblem."""
    known = INDICATORS[key].dimensions
    if (
        len(dimensions) > MOST_DIMENSIONS
        or len(set(dimensions)) < len(dimensions)
        or not set(dimensions) <= set(known)
    ):
        raise DimensionProblem
