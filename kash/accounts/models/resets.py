"""Taking the second step off an account whose owner has lost it, by two people."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.accounts.models.accounts import Account
from kash.database import Base, PublicId, UtcDateTime, utc_now


class SecondStepReset(PublicId, Base):
    """One administrator asks, somebody else decides. `asked_by`, `decided_by` are public ids."""

    __tablename__ = "second_step_reset"
    __table_args__ = (
        CheckConstraint("outcome IN ('', 'approved', 'refused')", name="outcome"),
        Index("ix_second_step_reset_account_id_outcome", "account_id", "outcome"),
        Index("ix_second_step_reset_outcome_expires_at", "outcome", "expires_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    reason_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    asked_by: Mapped[str] = mapped_column(String(16))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(10), default="")
    decided_by: Mapped[str] = mapped_column(String(16), default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    account: Mapped[Account] = relationship()
