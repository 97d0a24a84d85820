"""Requests to see how to reach people, and the looks of each day."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.people.models.persons import Person
from kash.platform.database import Base, PublicId, UtcDateTime, utc_now


class ContactRequest(PublicId, Base):
    """A trainer's request to see the contact of people; another person agrees, or refuses.

    The reason is sealed, as it may say something of the people.
    """

    __tablename__ = "contact_request"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'agreed', 'refused', 'ended')", name="state"),
        Index("ix_contact_request_asked_by_state", "asked_by", "state"),
        Index("ix_contact_request_state_asked_at", "state", "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    asked_by: Mapped[str] = mapped_column(String(16))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    reason_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    decided_by: Mapped[str | None] = mapped_column(String(16))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    people: Mapped[list[ContactRequestPerson]] = relationship(back_populates="request")


class ContactRequestPerson(Base):
    """A person whose contact is asked for."""

    __tablename__ = "contact_request_person"
    __table_args__ = (UniqueConstraint("request_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("contact_request.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)

    request: Mapped[ContactRequest] = relationship(back_populates="people")
    person: Mapped[Person] = relationship()


class ContactLooks(Base):
    """How often an account looked at phones and e-mails on a day; `beyond` are the looks of these
    that came after the programme's usual number."""

    __tablename__ = "contact_looks"

    account: Mapped[str] = mapped_column(String(16), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    looks: Mapped[int] = mapped_column(default=0)
    beyond: Mapped[int] = mapped_column(default=0)


class ContactReason(PublicId, Base):
    """Why an account looked further than is usual on a day, until a director has seen it."""

    __tablename__ = "contact_reason"
    __table_args__ = (
        Index("ix_contact_reason_account_day", "account", "day"),
        Index("ix_contact_reason_seen_at", "seen_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(16))
    day: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    reason_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_by: Mapped[str | None] = mapped_column(String(16))
