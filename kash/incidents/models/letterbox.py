"""The letterbox: one row in which everything lies that phones sent and nobody can see yet."""

from __future__ import annotations

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from kash.platform.database import Base


class Letterbox(Base):
    """Unfinished and sent filings together, sealed under the server's keys in one text of a fixed
    size. It is written anew once a minute whether or not anything came, so that a copy of the
    database shows nothing of a filing: no row, no number of rows, no size."""

    __tablename__ = "letterbox"

    # Always the same: there is one row.
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    body: Mapped[bytes] = mapped_column(LargeBinary)
