"""The programme's rules for clashes."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from kash.platform.database import Base, Key, Now, PublicId, Short


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

    id: Mapped[Key]
    weights: Mapped[dict[str, str]] = mapped_column(JSON)
    door_minutes: Mapped[int] = mapped_column(SmallInteger)
    home_by: Mapped[int] = mapped_column(SmallInteger)
    times: Mapped[int] = mapped_column(SmallInteger)
    set_by: Mapped[Short]
    set_at: Mapped[Now]
