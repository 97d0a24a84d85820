"""People, as far as they leave: never a phone, an e-mail or anything that is sealed."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from kash.api.schemas.base import MaybeMoment, PageAsked, PublicIdText, ToldForm


class PeopleAsked(PageAsked):
    """People of one group: those of two never stand in one answer. Only police officers are told
    one by one."""

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


class CountTold(ToldForm):
    """People of a quarter or a year as a statement told them to a funder."""

    period: str
    sex: str = Field(description="female, male, other, or empty for all")
    age_band: str = Field(description="Empty for all")
    count: int | None = Field(description="null where it was left out, since it is small")


class PeopleTold(ToldForm):
    """A page of people; of a group that is not of police officers no person, and the counts that
    statements told to funders."""

    items: list[PersonTold]
    counts: list[CountTold] = Field(
        description="Of a group that is not of police officers: who completed a course, of all such"
        " groups together"
    )
    next: str | None = Field(description="The address of the next page; null on the last")
