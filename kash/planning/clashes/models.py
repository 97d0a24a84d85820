"""The programme's rules for clashes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from kash.platform.database import Base, PublicId, UtcDateTime, utc_now


class ClashRuleSet(PublicId, Base):
    """Weights of the kinds of clashes that are no warnings, by the kinds' codes, and the limits of
    safety. Sets are never changed; the last one holds.

    `home_by` is minutes after midnight.
    """

    __tablename__ = "clash_rule_set"
    __table_args__ = (
        CheckConstraint("door_minutes between 0 and 480", name="door_minutes"),
        CheckConstraint("home_by between 720 and 1439", name="home_by"),
        CheckConstraint("times between 2 and 12", name="times"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    weights: Mapped[dict[str, str]] = mapped_column(JSON)
    door_minutes: Mapped[int] = mapped_column(SmallInteger)
    home_by: Mapped[int] = mapped_column(SmallInteger)
    times: Mapped[int] = mapped_column(SmallInteger)
    set_by: Mapped[str] = mapped_column(String(16))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
