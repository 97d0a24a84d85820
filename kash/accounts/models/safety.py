"""Safety when something happens: breaches, stand-ins, hand-overs, reviews."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.accounts.models.accounts import Account
from kash.platform.database import Base, PublicId, UtcDateTime, utc_now


class Breach(PublicId, Base):
    """Something that may have shown personal data to others, and what was done about it.

    Its texts are sealed. `account_id` is whose account was locked, if it began with that.
    """

    __tablename__ = "breach"
    __table_args__ = (
        Index("ix_breach_closed_at_noticed_at", "closed_at", "noticed_at"),
        Index("ix_breach_account_id", "account_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    what_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    affected: Mapped[list[str]] = mapped_column(JSON, default=list)
    unfinished: Mapped[list[str]] = mapped_column(JSON, default=list)
    noticed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    opened_by: Mapped[str] = mapped_column(String(16))
    notified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    notified_by: Mapped[str | None] = mapped_column(String(16))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str | None] = mapped_column(String(16))
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    notes: Mapped[list[BreachNote]] = relationship(
        back_populates="breach", order_by="BreachNote.id", cascade="all, delete-orphan"
    )


class BreachNote(PublicId, Base):
    """A line about a breach: what was found, or done. Never changed afterwards."""

    __tablename__ = "breach_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    breach_id: Mapped[int] = mapped_column(ForeignKey("breach.id"), index=True)
    text_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    by: Mapped[str] = mapped_column(String(16))

    breach: Mapped[Breach] = relationship(back_populates="notes")


class Delegation(PublicId, Base):
    """Approvals that an absent person lends to another from `starts_at` until before `ends_at`."""

    __tablename__ = "delegation"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="in_order"),
        Index("ix_delegation_stand_in_id_ends_at", "stand_in_id", "ends_at"),
        Index("ix_delegation_absent_id_ends_at", "absent_id", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    absent_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    stand_in_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    permissions: Mapped[list[str]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[str | None] = mapped_column(String(16))

    absent: Mapped[Account] = relationship(foreign_keys=[absent_id])
    stand_in: Mapped[Account] = relationship(foreign_keys=[stand_in_id])


class HandOver(PublicId, Base):
    """Hand-over of somebody who leaves. `lines` are key, count and the successor's public id.

    `unfinished` names the steps that could not be done at once, by their keys.
    """

    __tablename__ = "hand_over"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    unfinished: Mapped[list[str]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    by: Mapped[str] = mapped_column(String(16))


class AccessReview(PublicId, Base):
    """Somebody looked at what an account may do, or at all accounts if `account_id` is empty."""

    __tablename__ = "access_review"
    __table_args__ = (Index("ix_access_review_account_id_at", "account_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    by: Mapped[str] = mapped_column(String(16))
