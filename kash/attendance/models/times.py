"""When sessions really began and ended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from kash.attendance.models.registers import BigKey
from kash.platform.database import Base, UtcDateTime


class TimeTap(Base):
    """A tap at the beginning or end of a slot, or a moment that was typed `by_hand`.

    `at` is by our clock, as far as the phone's could be put right. `op_id` is chosen by whoever
    taps, so that sending it twice counts once. One that was taken back counts no longer.
    """

    __tablename__ = "time_tap"
    __table_args__ = (CheckConstraint("edge in ('start', 'end')", name="edge"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    op_id: Mapped[str] = mapped_column(String(36), unique=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"), index=True)
    edge: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_hand: Mapped[bool] = mapped_column(default=False)
    device: Mapped[str] = mapped_column(String(36), default="")
    device_time: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tapped_by: Mapped[str] = mapped_column(String(16))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[str | None] = mapped_column(String(16))
