"""Registers, and operations on them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from kash.api.schemas.base import PageAsked, PublicIdText, SentForm, ToldForm
from kash.attendance.rules.marking import LONGEST_OPERATION_ID, RejectionReason, Reply

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
