"""Bases of all forms, and pages of lists."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from kash.api.rules.paging import LARGEST_PAGE, USUAL_PAGE
from kash.platform.database import PUBLIC_ID

PublicIdText = Annotated[str, Field(pattern=f"^{PUBLIC_ID}$", examples=["7m2k9p4q6r8s0t1v"])]
MaybeId = Annotated[str, Field(pattern=f"^({PUBLIC_ID})?$")]


def _as_day(schema: dict[str, Any]) -> None:
    """Describe a day that may be left out: nothing need be null in an address."""
    del schema["pattern"], schema["default"]
    schema["format"] = "date"


MaybeDay = Annotated[
    str,
    Field(pattern=r"^\d{4}-\d{2}-\d{2}$", examples=["2026-07-01"], json_schema_extra=_as_day),
]


def _as_moment(schema: dict[str, Any]) -> None:
    """Describe a moment that may be left out."""
    del schema["default"]
    schema["format"] = "date-time"
    schema["pattern"] = "^2[01][0-9][0-9]-"


MaybeMoment = Annotated[
    str,
    Field(
        pattern=r"^(2[01]\d\d-\d\d-\d\dT\S{6,25})?$",
        examples=["2026-11-28T06:30:00Z"],
        json_schema_extra=_as_moment,
    ),
]


class SentForm(BaseModel):
    """Something that a program sends."""

    model_config = ConfigDict(extra="forbid")


class ToldForm(BaseModel):
    """Something that a program is told."""

    model_config = ConfigDict(extra="forbid")


class PageAsked(SentForm):
    """Page of a list that is asked for: those after an id, so many at most."""

    after: MaybeId = Field("", description="The last id of the page before; empty for the first")
    limit: int = Field(USUAL_PAGE, ge=1, le=LARGEST_PAGE)


class ProblemTold(BaseModel):
    """An error (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="urn:kash:problem: and a fixed word, or about:blank")
    title: str
    status: int
    detail: str = Field(description="A sentence for a person, in the language that was asked for")
