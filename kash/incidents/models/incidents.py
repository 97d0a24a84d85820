"""Incidents and unfinished filings, as far as they stand in clear.

No row says when it was made, and its number is random, so that neither order nor time leads from a
filing to who was signed in.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from kash.platform.database import Base, PublicId, UtcDateTime
from kash.platform.vault.models.compartments import random_key

STATES = (
    "draft",
    "submitted",
    "triaged",
    "verified",
    "insufficient",
    "no_violation",
    "mediation",
    "referred",
    "resolved",
    "unresolved",
    "closed",
    "shredded",
)


class Incident(PublicId, Base):
    """One incident. Its public id is the reference that papers name; `document_id` is the sealed
    record, none once it was shredded. `receipt_hash` follows from code, word and the server's key
    together; `receipt_notes` are opened by code and word alone. `remind_at` is a whole hour and
    never says of what."""

    __tablename__ = "incident"
    __table_args__ = (
        CheckConstraint("state in ('" + "', '".join(STATES) + "')", name="state"),
        CheckConstraint("(document_id is null) = (state = 'shredded')", name="document"),
        Index("ix_incident_state_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, default=random_key
    )
    state: Mapped[str] = mapped_column(String(16))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("vault_document.id"), unique=True)
    receipt_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    receipt_notes: Mapped[bytes | None] = mapped_column(LargeBinary)
    remind_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)


class IncidentDraft(Base):
    """A filing that is not finished, found again by the code that its author's phone holds."""

    __tablename__ = "incident_draft"

    id: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, default=random_key
    )
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    # The day after which it is shredded, the same for all of one week.
    kept_until: Mapped[date] = mapped_column(Date, index=True)


class IncidentDraftScreen(Base):
    """The answers of one screen, sealed when they arrived."""

    __tablename__ = "incident_draft_screen"

    draft_id: Mapped[int] = mapped_column(
        ForeignKey("incident_draft.id", ondelete="CASCADE"), primary_key=True
    )
    screen: Mapped[str] = mapped_column(String(16), primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("vault_document.id"), unique=True)
