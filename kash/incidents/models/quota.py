"""Quota of today: what was sent, as far as it is needed, in one row for everybody, and for a day
only."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from kash.platform.database import Base


class FilingQuota(Base):
    """The day's spent tokens by circles of accounts, sealed under the server's keys in one text of
    a fixed size. It is written anew once a minute whether or not anybody sent anything, is in no
    backup, and what was spent begins anew with each day."""

    __tablename__ = "filing_quota"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    body: Mapped[bytes] = mapped_column(LargeBinary)
