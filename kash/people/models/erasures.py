"""Wishes of people to be erased."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.people.models.persons import Person
from kash.platform.database import Base, PublicId, UtcDateTime, utc_now


class ErasureRequest(PublicId, Base):
    """A wish that somebody be erased, until it is done or refused.

    `asked_on` is the day on which she said so, `due_on` that by which she must have an answer.
    Once she is erased, `person_id`
    is empty, and `told` holds how many rows of what went: {declared name: count}.
    """

    __tablename__ = "erasure_request"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'done', 'refused', 'withdrawn')", name="state"),
        CheckConstraint("grounds in ('wish', 'quiet', 'wrong')", name="grounds"),
        CheckConstraint("(decided_at is null) = (state = 'waiting')", name="decided"),
        Index("ix_erasure_request_state_due_on", "state", "due_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    grounds: Mapped[str] = mapped_column(String(8), default="wish")
    asked_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    asked_by: Mapped[str] = mapped_column(String(16), index=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    decided_by: Mapped[str | None] = mapped_column(String(16))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refused_reason: Mapped[str] = mapped_column(Text, default="")
    told: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    person: Mapped[Person | None] = relationship()
