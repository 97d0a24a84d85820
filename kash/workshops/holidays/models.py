"""Days that the programme added to the holidays of the law."""

from __future__ import annotations

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from kash.platform.database import Base, Key, Now, PublicId, Short


class LocalHoliday(PublicId, Base):
    """A day that was gazetted or follows the moon, with where that is written."""

    __tablename__ = "local_holiday"

    id: Mapped[Key]
    day: Mapped[date] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(String(80))
    source: Mapped[str] = mapped_column(String(200), default="")
    added_by: Mapped[Short]
    added_at: Mapped[Now]
