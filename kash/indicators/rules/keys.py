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
class Least:
    """Least that somebody must have attended to count: a share of a workshop's hours in per cent,
    days of it, and workshops of the period. Without more said, any minute of one counts."""

    share: int = 0
    days: int = 1
    workshops: int = 1

    def of(self, key: str) -> Least:
        """The part of it by which an indicator counts; the rest is as if nothing was said."""
        return Least(**{name: getattr(self, name) for name in INDICATORS[key].least})


# From the first on, to the last; a workshop has no more days, and a year hardly more workshops.
BOUNDS = {"share": (0, 100), "days": (1, 60), "workshops": (1, 60)}
ANYBODY = Least()


@dataclass(frozen=True)
class Indicator:
    """An indicator. `dimensions` are those by which it can be told apart; `people` says that it
    counts people, each once. `least` names the parts of a `Least` that its definition sets."""

    key: str
    dimensions: tuple[str, ...] = DIMENSIONS
    people: bool = True
    least: tuple[str, ...] = ()


INDICATORS = {
    one.key: one
    for one in (
        Indicator(IndicatorKey.COMPLETED),
        Indicator(IndicatorKey.REACHED, least=("share", "days", "workshops")),
        Indicator(IndicatorKey.ATTENDANCES, people=False, least=("share", "days")),
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
