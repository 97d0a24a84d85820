"""Bases of all forms, and pages of lists. A token, as it is told of itself. Registers, and
operations on them. Certificates: whether they hold. Indicators: counts of whole quarters and
years. People, as far as they leave: never a phone, an e-mail or anything that is sealed. Releases,
as they were printed. Workshops and their sessions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from kash.attendance.rules.marking import LONGEST_OPERATION_ID, RejectionReason, Reply
from kash.certificates.rules.issuing import CertificateCondition
from kash.exchange.api.rules import LARGEST_PAGE, USUAL_PAGE
from kash.platform.database import PUBLIC_ID

PublicIdText = Annotated[str, Field(pattern=f"^{PUBLIC_ID}$", examples=["7m2k9p4q6r8s0t1v"])]
MaybeId = Annotated[str, Field(pattern=f"^({PUBLIC_ID})?$")]


def _as_day(schema: dict[str, Any]) -> None:
    """Describe a day that may be left out: nothing need be null in an address."""
    del schema["pattern"], schema["default"]
    schema["format"] = "date"


MaybeDay = Annotated[
    str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", examples=["2026-07-01"], json_schema_extra=_as_day)
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


class TokenTold(ToldForm):
    """A token: what it was made for, and until when."""

    connection: str = Field(description="The name of the connection that it belongs to")
    scopes: list[str] = Field(description="What it may be used for at this moment")
    expires_at: datetime
    most_a_minute: int = Field(description="Requests that are answered in a minute")


MOST_OPERATIONS = 200
# The years of the pattern below, in whatever zone.
_FIRST = datetime(1999, 12, 31, tzinfo=UTC)
_LAST = datetime(2200, 1, 2, tzinfo=UTC)
_Visible = Annotated[str, StringConstraints(pattern=rf"^[\x21-\x7e]{{1,{LONGEST_OPERATION_ID}}}$")]


class RegisterAsked(PageAsked):
    """A page of those who stand on a register."""


class MarkTold(ToldForm):
    """A mark as it stands; to change it, send its version."""

    slot: PublicIdText
    status: str
    version: int


class EntryTold(ToldForm):
    """A police officer on a register, by number."""

    id: PublicIdText
    person: PublicIdText
    marks: list[MarkTold]


class StatusTold(ToldForm):
    """A status that a mark may have, with the share of a session that it counts, in per cent."""

    code: str
    weight: int


class RegisterTold(ToldForm):
    """A page of the police officers on a register; nobody else stands there."""

    statuses: list[StatusTold]
    items: list[EntryTold]
    next: str | None = Field(description="The address of the next page; null on the last")


class OperationSent(SentForm):
    """One mark of a police officer. `op_id` is new for each, and the same whenever this one is sent
    again."""

    op_id: _Visible
    slot: PublicIdText
    entry: PublicIdText
    status: str = Field(pattern="^[a-z0-9_]{1,16}$", examples=["present"])
    expected_version: int = Field(
        ge=0, lt=2**31, description="The version of the mark that was known; 0 where there was none"
    )
    made_at: AwareDatetime = Field(
        ge=_FIRST,
        lt=_LAST,
        description="When it was made, with its zone, by the sender's clock",
        json_schema_extra={"pattern": "^2[01][0-9][0-9]-"},
    )


class OperationsSent(SentForm):
    """Operations on one register, answered one by one in the same order."""

    operations: list[OperationSent] = Field(min_length=1, max_length=MOST_OPERATIONS)


class AnswerTold(ToldForm):
    """Answer to an operation, with the mark that stands now."""

    op_id: str
    answer: Reply
    reason: RejectionReason = Field(description="Why it was rejected; empty if it was not")
    status: str | None
    version: int


class AnswersTold(ToldForm):
    """Answers to operations, in their order."""

    answers: list[AnswerTold]


class CertificatesAsked(PageAsked):
    """Issued certificates, or those that stand otherwise since a moment."""

    changed_since: MaybeMoment = Field(
        "",
        description="Only those that were issued or revoked, or whose status turned with their last"
        " day, on the day of this moment or later",
    )


class CertificateTold(ToldForm):
    """A police officer's certificate. Its holder is a number, and the name on it is told
    nowhere."""

    id: PublicIdText
    serial: str
    person: PublicIdText
    title: str
    issued_on: date
    expires_on: date | None
    status: CertificateCondition


class CertificatesTold(ToldForm):
    """A page of certificates."""

    items: list[CertificateTold]
    next: str | None = Field(description="The address of the next page; null on the last")


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
