"""Absences of accounts, the days on which they teach, days on which a venue can't be had, and
minutes of travel to zones."""

from __future__ import annotations

from datetime import date, time

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, SmallInteger, String, Time
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.accounts.models import Account
from kash.people.models import Venue
from kash.platform.database import Base, Key, Now, PublicId, Short


class Absence(PublicId, Base):
    """Days on which an account is away, both ends among them. What it says beside its kind is
    sealed. Absences of an account don't overlap."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("last >= first", name="days"),
        CheckConstraint("kind in ('leave', 'training', 'sick', 'other')", name="kind"),
        Index("ix_absence_account_id_first", "account_id", "first"),
        Index("ix_absence_last_first", "last", "first"),
    )

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    first: Mapped[date]
    last: Mapped[date]
    kind: Mapped[str] = mapped_column(String(12), default="leave")
    note_sealed: Mapped[bytes | None]
    row_version: Mapped[int] = mapped_column(default=1)
    written_by: Mapped[Short]
    written_at: Mapped[Now]

    account: Mapped[Account] = relationship()


class TeachingDays(Base):
    """Weekdays on which an account teaches (0 is Monday), and on how many days of a month at most.
    An account without a row teaches on all of them."""

    __tablename__ = "teaching_days"
    __table_args__ = (
        CheckConstraint("most_days_a_month between 1 and 31", name="most_days_a_month"),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    weekdays: Mapped[list[int]] = mapped_column(JSON)
    most_days_a_month: Mapped[int | None] = mapped_column(SmallInteger)
    row_version: Mapped[int] = mapped_column(default=1)


class VenueBlock(PublicId, Base):
    """Days on which a venue can't be had, both ends among them; on each of them only between two
    times of the day, if both are there."""

    __tablename__ = "venue_block"
    __table_args__ = (
        CheckConstraint("last >= first", name="days"),
        CheckConstraint("(starts_at is null) = (ends_at is null)", name="both_times"),
        CheckConstraint("ends_at > starts_at", name="times"),
        Index("ix_venue_block_venue_id_first", "venue_id", "first"),
        Index("ix_venue_block_last_first", "last", "first"),
    )

    id: Mapped[Key]
    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"))
    first: Mapped[date]
    last: Mapped[date]
    starts_at: Mapped[time | None] = mapped_column(Time)
    ends_at: Mapped[time | None] = mapped_column(Time)
    reason: Mapped[str] = mapped_column(String(120), default="")
    written_by: Mapped[Short]
    written_at: Mapped[Now]

    venue: Mapped[Venue] = relationship()


class ZoneTravel(Base):
    """Minutes that it takes to get to a zone from others, and back."""

    __tablename__ = "zone_travel"
    __table_args__ = (CheckConstraint("minutes between 1 and 1440", name="minutes"),)

    zone_id: Mapped[int] = mapped_column(ForeignKey("zone.id"), primary_key=True)
    minutes: Mapped[int] = mapped_column(SmallInteger)
