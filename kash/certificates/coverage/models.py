"""The programme's goal: how many trained people a station is to have."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.people.models import Zone
from kash.platform.database import Base, Key, Now, PublicId, Short


class CoverageGoal(PublicId, Base):
    """Number of trained people wanted at each station. Goals are never changed; the last one holds.

    `due_months` is how many months before its last day a refresher counts as due. `area_id` is the
    zone in which the programme works: people who are moved out of it are lost to the programme.
    None: wherever there is a station.
    """

    __tablename__ = "coverage_goal"
    __table_args__ = (
        CheckConstraint("wanted between 1 and 50", name="wanted"),
        CheckConstraint("due_months between 1 and 24", name="due_months"),
    )

    id: Mapped[Key]
    wanted: Mapped[int] = mapped_column(SmallInteger)
    due_months: Mapped[int] = mapped_column(SmallInteger)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("zone.id"), index=True)
    set_by: Mapped[Short]
    set_at: Mapped[Now]

    area: Mapped[Zone | None] = relationship()
