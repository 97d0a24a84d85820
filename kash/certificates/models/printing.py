"""Each making of paper."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kash.platform.database import Base, PublicId, UtcDateTime, utc_now


class Printing(PublicId, Base):
    """Paper that was made of a whole batch, or of one certificate.

    `made_by` is an account's public id, or empty where the holder made it without one. `reason` is
    a class, given where the same had been made before.
    """

    __tablename__ = "certificate_printing"
    __table_args__ = (
        CheckConstraint("count >= 1", name="count"),
        Index("ix_certificate_printing_batch_id_made_at", "batch_id", "made_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("certificate_batch.id"))
    certificate_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    count: Mapped[int]
    reason: Mapped[str] = mapped_column(String(16), default="")
    made_by: Mapped[str] = mapped_column(String(16), default="")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
