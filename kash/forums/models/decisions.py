"""Decisions that come back: what was hoped of them, and what the forum found later."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.forums.models.meetings import Decision
from kash.platform.database import Base, UtcDateTime


class DecisionReview(Base):
    """The signs by which one would see that a decision worked, and the day from which the forum
    looks again.

    `table_key` and `line` are the printed line that it watches, both empty if none. It comes up in
    each meeting from `look_on` on until the forum has concluded something (`conclusion`, with a
    sentence in `found`).
    """

    __tablename__ = "decision_review"
    __table_args__ = (
        CheckConstraint("conclusion in ('', 'worked', 'unclear', 'not')", name="conclusion"),
        CheckConstraint("(conclusion = '') = (concluded_at is null)", name="concluded"),
        CheckConstraint("(table_key = '') = (line = '')", name="line"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(
        ForeignKey("decision.id", ondelete="CASCADE"), unique=True
    )
    expected: Mapped[str] = mapped_column(Text)
    look_on: Mapped[date] = mapped_column(Date, index=True)
    table_key: Mapped[str] = mapped_column(String(20), default="")
    line: Mapped[str] = mapped_column(String(40), default="")
    conclusion: Mapped[str] = mapped_column(String(8), default="")
    found: Mapped[str] = mapped_column(Text, default="")
    concluded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    row_version: Mapped[int] = mapped_column(default=1)

    decision: Mapped[Decision] = relationship()
