"""What the throttle counts. Who and from where stand here only as keyed hashes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kash.database import Base, UtcDateTime, utc_now


class CountedTries(Base):
    """How many tries of one kind, by one key, have not succeeded until `until`; then none.

    One row for each key, however many tries: what is refused makes nothing grow.
    """

    __tablename__ = "counted_tries"
    __table_args__ = (Index("ix_counted_tries_until", "until"),)

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    tries: Mapped[int] = mapped_column(default=0)
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class KnownAddress(Base):
    """An address from which an account signed in lately; different for each account."""

    __tablename__ = "known_address"
    __table_args__ = (Index("ix_known_address_used_at", "used_at"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    address_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
