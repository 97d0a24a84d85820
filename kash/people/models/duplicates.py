"""Duplicates: people who may be the same person, who are not, and who were merged."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.people.models.persons import Person
from kash.platform.database import Base, PublicId, UtcDateTime, utc_now


class LikelyDuplicate(PublicId, Base):
    """Two people who may be one, found by the last sweep. `reasons` are those of the rule."""

    __tablename__ = "likely_duplicate"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        CheckConstraint("first_id <= second_id", name="order"),
        Index("ix_likely_duplicate_score_id", "score", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    second_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    score: Mapped[int] = mapped_column(SmallInteger)
    certain: Mapped[bool] = mapped_column(default=False)
    reasons: Mapped[list[str]] = mapped_column(JSON)
    names_alike: Mapped[bool] = mapped_column(default=False)
    # The first reason, by which the list is narrowed.
    reason: Mapped[str] = mapped_column(String(32), index=True)
    found_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    first: Mapped[Person] = relationship(foreign_keys=[first_id])
    second: Mapped[Person] = relationship(foreign_keys=[second_id])


class NotTheSame(PublicId, Base):
    """Two people of whom somebody said that they are two. They are never proposed again."""

    __tablename__ = "not_the_same"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        CheckConstraint("first_id <= second_id", name="order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    second_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    said_by: Mapped[str] = mapped_column(String(16))
    said_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    first: Mapped[Person] = relationship(foreign_keys=[first_id])
    second: Mapped[Person] = relationship(foreign_keys=[second_id])


class PersonMerge(PublicId, Base):
    """One merge. `gone` is the public id that leads to the person who was kept.

    `sealed` holds what is needed to take it back, until that is thrown away after a day.
    """

    __tablename__ = "person_merge"
    __table_args__ = (Index("ix_person_merge_gone_undone_at", "gone", "undone_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    gone: Mapped[str] = mapped_column(String(16))
    kept_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    merged_by: Mapped[str] = mapped_column(String(16))
    merged_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, index=True)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[str | None] = mapped_column(String(16))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    kept: Mapped[Person] = relationship()
