"""Counts of the throttle, and the browsers it knows. Addresses stand here only as keyed hashes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kash.platform.database import Base, PublicId, UtcDateTime, utc_now


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


class BrowserMark(PublicId, Base):
    """A browser in which one account has signed in, known again by a random token in its cookie.

    It belongs to that account alone. `session_id` is the session that gave it its present token;
    `tries` are wrong passwords and codes since then. It ends at `expires_at`, and before with a
    lock, a new password or the account.
    """

    __tablename__ = "browser_mark"
    __table_args__ = (
        Index("ix_browser_mark_account_id_used_at", "account_id", "used_at"),
        Index("ix_browser_mark_expires_at", "expires_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    device: Mapped[str] = mapped_column(String(40), default="")
    session_id: Mapped[str] = mapped_column(String(16), default="")
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
