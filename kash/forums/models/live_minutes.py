"""Minutes that several write at once: what each page sent last, and what stays different."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kash.platform.database import Base, PublicId, UtcDateTime, utc_now


class MinutesPage(Base):
    """A page on which somebody wrote under an item: by `number`, what it sent last.

    `page` is drawn by the browser. `written` is what the page then showed, from which its next
    sending begins; `renamed` are rows of its own that go by another key here.
    """

    __tablename__ = "minutes_page"

    id: Mapped[int] = mapped_column(primary_key=True)
    page: Mapped[str] = mapped_column(String(16), unique=True)
    item_id: Mapped[int] = mapped_column(
        ForeignKey("agenda_item.id", ondelete="CASCADE"), index=True
    )
    written_by: Mapped[str] = mapped_column(String(16))
    number: Mapped[int] = mapped_column()
    written: Mapped[dict[str, Any]] = mapped_column(JSON)
    renamed: Mapped[dict[str, str]] = mapped_column(JSON)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class MinutesDifference(PublicId, Base):
    """A sentence that two people changed, until one of those who write settles it.

    `part` is minute, or decision, action, owner or due with a row's key behind a colon. It `stands`
    so; `other` is how the account `written_by` wrote it.
    """

    __tablename__ = "minutes_difference"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(
        ForeignKey("agenda_item.id", ondelete="CASCADE"), index=True
    )
    page: Mapped[str] = mapped_column(String(16))
    part: Mapped[str] = mapped_column(String(32))
    before: Mapped[str] = mapped_column(Text)
    stands: Mapped[str] = mapped_column(Text)
    other: Mapped[str] = mapped_column(Text)
    written_by: Mapped[str] = mapped_column(String(16))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
