"""Indicators: counts of whole quarters and years."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from kash.api.schemas.base import MaybeId, SentForm, ToldForm

# Of what is told apart by more, a cell can single out a person.
By = Literal["", "course", "funder", "refresher"]


class IndicatorsAsked(SentForm):
    """Indicators of a period, of all workshops or of those that a funder pays in part."""

    period: str = Field(
        pattern=r"^(20|21)[0-9]{2}(-Q[1-4])?$",
        description="A quarter or a year",
        json_schema_extra={"examples": ["2026-Q3", "2026"]},
    )
    funder: MaybeId = Field("", description="The id of a funder; empty for all workshops")


class IndicatorAsked(IndicatorsAsked):
    """One indicator, told apart by one thing at most."""

    by: By = Field("", description="course, funder or refresher")


class IndicatorTold(ToldForm):
    """An indicator with the definition that held in the period. What has no data is null, and
    never 0."""

    key: str
    title: str
    version: int = Field(description="The version of the definition")
    definition: str
    period: str
    count: int | None = Field(description="Police officers, or workshops, as of now")
    community: int | None = Field(
        description="Community members as they were told to a funder; null where they were not"
    )
    community_starred: bool = Field(description="True where that was left out, since it is small")


class IndicatorsTold(ToldForm):
    """All indicators of a period."""

    items: list[IndicatorTold]


class CellTold(ToldForm):
    """A part of an indicator."""

    value: str = Field(description="An id, new or refresher; empty: not known")
    count: int | None


class IndicatorInFull(IndicatorTold):
    """An indicator with its parts. They add up to it only where nobody stands in two of them."""

    by: str
    adds_up: bool
    cells: list[CellTold]
