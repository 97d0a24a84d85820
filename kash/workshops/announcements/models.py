"""Announcements to the people in a workshop."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.platform.database import Base, Key, Now, PublicId, Short
from kash.workshops.models import Workshop


class Announcement(PublicId, Base):
    """A workshop whose people are told of it, until somebody ends that (`ended_at`).

    `told` are the facts that they know, `held` those that they are to be told of once nothing has
    changed for a while (since `held_at`); see `rules`. `changes` counts what was told.
    Reminders go `before` (once or twice) so many days before the first day, and `after` so many
    days after the last; None is none.
    """

    __tablename__ = "announcement"
    __table_args__ = (
        CheckConstraint("remind_first between 1 and 60", name="remind_first"),
        CheckConstraint("remind_second between 1 and 60", name="remind_second"),
        CheckConstraint("thank_after between 1 and 60", name="thank_after"),
    )

    id: Mapped[Key]
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"), unique=True)
    told: Mapped[dict[str, Any]]
    held: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    held_at: Mapped[datetime | None]
    changes: Mapped[int] = mapped_column(SmallInteger, default=0)
    remind_first: Mapped[int | None] = mapped_column(SmallInteger)
    remind_second: Mapped[int | None] = mapped_column(SmallInteger)
    thank_after: Mapped[int | None] = mapped_column(SmallInteger)
    begun_by: Mapped[Short]
    begun_at: Mapped[Now]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    row_version: Mapped[int] = mapped_column(default=1)

    workshop: Mapped[Workshop] = relationship()
