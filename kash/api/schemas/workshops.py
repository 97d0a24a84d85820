"""Workshops and their sessions."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from kash.api.schemas.base import MaybeDay, MaybeMoment, PageAsked, PublicIdText, ToldForm


class WorkshopsAsked(PageAsked):
    """Workshops, of some days if it says so."""

    first: MaybeDay = Field("", description="Only those that end on this day or later")
    last: MaybeDay = Field("", description="Only those that begin on this day or earlier")
    changed_since: MaybeMoment = Field(
        "",
        description="Only those that were planned, moved, cancelled or whose sessions were changed"
        " at this moment or later",
    )


class WorkshopTold(ToldForm):
    """A workshop under its neutral public title."""

    id: PublicIdText
    title: str
    course: PublicIdText
    language: str
    starts_on: date
    ends_on: date
    state: str = Field(description="planned or cancelled")
    venue: str | None
    changed_at: datetime


class WorkshopsTold(ToldForm):
    """A page of workshops."""

    items: list[WorkshopTold]
    next: str | None = Field(description="The address of the next page; null on the last")


class SessionTold(ToldForm):
    """A session of a workshop. Its marks are made under `slot`."""

    slot: PublicIdText
    title: str
    starts_at: datetime
    minutes: int
    closed: bool = Field(description="Whether its register is closed, so that no mark is taken")


class WorkshopInFull(WorkshopTold):
    """A workshop with its sessions, in the order in which they begin."""

    sessions: list[SessionTold]
