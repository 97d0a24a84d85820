"""Series and their dates."""

from __future__ import annotations

from datetime import date

from sqlalchemy import JSON, CheckConstraint, ForeignKey, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.forums.models import Forum, Meeting
from kash.platform.database import Base, Key, Now, PublicId, Short
from kash.workshops.models import Workshop


class Series(PublicId, Base):
    """A series of copies of a workshop (`source`), or of meetings of a forum, with the rule that
    made its dates (see `rules.Pattern`)."""

    __tablename__ = "series"
    __table_args__ = (
        CheckConstraint("(source_id is null) <> (forum_id is null)", name="one_subject"),
        CheckConstraint("repeats in ('weekly', 'monthly_weekday', 'monthly_day')", name="repeats"),
        CheckConstraint("on_holiday in ('keep', 'skip', 'next', 'before')", name="on_holiday"),
    )

    id: Mapped[Key]
    source_id: Mapped[int | None] = mapped_column(ForeignKey("workshop.id"), index=True)
    forum_id: Mapped[int | None] = mapped_column(ForeignKey("forum.id"), index=True)
    repeats: Mapped[Short]
    first: Mapped[date]
    every: Mapped[int] = mapped_column(SmallInteger, default=1)
    weekdays: Mapped[list[int]] = mapped_column(JSON, default=list)
    ordinal: Mapped[int] = mapped_column(SmallInteger, default=1)
    day: Mapped[int] = mapped_column(SmallInteger, default=1)
    until: Mapped[date | None]
    count: Mapped[int | None] = mapped_column(SmallInteger)
    on_holiday: Mapped[str] = mapped_column(String(8), default="keep")
    created_by: Mapped[Short]
    created_at: Mapped[Now]

    source: Mapped[Workshop | None] = relationship()
    forum: Mapped[Forum | None] = relationship()
    dates: Mapped[list[SeriesDate]] = relationship(
        back_populates="series", order_by="SeriesDate.named", cascade="all, delete-orphan"
    )


class SeriesDate(PublicId, Base):
    """A date that the rule `named`, and the workshop or the meeting that is held for it; neither if
    it was left out from the beginning."""

    __tablename__ = "series_date"
    __table_args__ = (
        UniqueConstraint("series_id", "named"),
        CheckConstraint("workshop_id is null or meeting_id is null", name="one_held"),
    )

    id: Mapped[Key]
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"))
    named: Mapped[date]
    workshop_id: Mapped[int | None] = mapped_column(ForeignKey("workshop.id"), unique=True)
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"), unique=True)

    series: Mapped[Series] = relationship(back_populates="dates")
    workshop: Mapped[Workshop | None] = relationship()
    meeting: Mapped[Meeting | None] = relationship()
