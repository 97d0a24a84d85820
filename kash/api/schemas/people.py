"""People, as far as they leave: never a phone, an e-mail or anything that is sealed."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from kash.api.schemas.base import MaybeMoment, PageAsked, PublicIdText, ToldForm


class PeopleAsked(PageAsked):
    """People of one group: those of two never stand in one answer."""

    group: str = Field(
        pattern="^[A-Z]$", description="The group's letter", json_schema_extra={"examples": ["A"]}
    )
    changed_since: MaybeMoment = Field(
        "", description="Only those whose record or posting changed at this moment or later"
    )


class StationTold(ToldForm):
    """Station, collective or partner at which a person is now."""

    id: PublicIdText
    name: str
    kind: str = Field(description="station, collective or partner")


class PersonTold(ToldForm):
    """A person. An empty text is a fact that is not known."""

    id: PublicIdText
    group: str = Field(description="The group's letter")
    sex: str = Field(description="female, male, other, or empty")
    age_band: str
    cadre: str
    ward: str
    station: StationTold | None
    changed_at: datetime
    name: str | None = Field(description="null without the scope people.names")


class PeopleTold(ToldForm):
    """A page of people."""

    items: list[PersonTold]
    next: str | None = Field(description="The address of the next page; null on the last")
