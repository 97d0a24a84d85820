"""Releases, as they were printed."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from kash.api.schemas.base import PageAsked, PublicIdText, ToldForm


class ReleasesAsked(PageAsked):
    """A page of releases."""


class LineTold(ToldForm):
    """A line of a printed table."""

    code: str
    printed: int | None = Field(description="null where “few” was printed, which is not zero")


class ReleaseTold(ToldForm):
    """A table as it was printed, for ever."""

    id: PublicIdText
    year: int
    table: str
    window: int
    freeze_on: date
    lines: list[LineTold]


class ReleasesTold(ToldForm):
    """A page of releases."""

    items: list[ReleaseTold]
    next: str | None = Field(description="The address of the next page; null on the last")
