"""Figures that may go to DHIS2, and where each comes from.

Officers and workshops are counted exactly. Of everybody else goes only what has left already: the
whole programme's table of a quarter or a year, as it was audited and told to a funder. So a push
tells nobody more than is in the ledger of what has left. Of incidents there is nothing here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kash.indicators.rules.periods import Period

COMPLETED, WORKSHOPS = "people_completed", "workshops_held"
_OFFICERS = (COMPLETED, "people_reached", "certified", "refreshed")
SEXES = ("female", "male")


class FigureSource(StrEnum):
    """People who are counted."""

    OFFICERS = "officers"
    COMMUNITY = "community"
    WORKSHOPS = "workshops"


@dataclass(frozen=True, order=True)
class SourceCell:
    """A figure: of an indicator, of all (no `place`) or of those who stand in a place, as
    (("sex", "female"),)."""

    source: str
    indicator: str
    place: tuple[tuple[str, str], ...] = ()

    @property
    def code(self) -> str:
        """The figure as one word, for a form and a row."""
        return ":".join(
            (self.source, self.indicator, *(f"{name}={one}" for name, one in self.place))
        )


def known_cells(bands: tuple[str, ...]) -> tuple[SourceCell, ...]:
    """All figures that there can be; `bands` are the age bands."""
    sexes = [(("sex", one),) for one in SEXES]
    ages = [(("age_band", one),) for one in bands]
    both = [(*sex, *age) for sex in sexes for age in ages]
    return (
        SourceCell(FigureSource.WORKSHOPS, WORKSHOPS),
        *(SourceCell(FigureSource.OFFICERS, key, at) for key in _OFFICERS for at in [(), *sexes]),
        *(SourceCell(FigureSource.COMMUNITY, COMPLETED, at) for at in [(), *sexes, *ages, *both]),
    )


class NotSendable(ValueError):
    """A period that DHIS2 knows, but by which nothing is told here: only quarters and years are."""


def dhis2_period(period: Period) -> str:
    """A period as DHIS2 writes it: 2026Q3, or 2026. Raises NotSendable."""
    if period.kind not in ("quarter", "year"):
        raise NotSendable
    return period.text.replace("-", "")
