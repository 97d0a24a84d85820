"""Addresses by which calendars are read."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.accounts.models import Account
from kash.people.models import Venue
from kash.platform.database import Base, Key, Now, PublicId, Short


class CalendarAddress(PublicId, Base):
    """The address of a calendar: of an account, or of a venue. Its secret is kept hashed, so that
    nobody who reads the database reads the calendar; a new one takes the place of the last."""

    __tablename__ = "calendar_address"
    __table_args__ = (
        CheckConstraint("(account_id is null) <> (venue_id is null)", name="one_subject"),
    )

    id: Mapped[Key]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), unique=True)
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"), unique=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_by: Mapped[Short]
    made_at: Mapped[Now]

    account: Mapped[Account | None] = relationship()
    venue: Mapped[Venue | None] = relationship()
