"""Papers that lie before a meeting, each under an item of its agenda."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from kash.platform.database import Base, PublicId, UtcDateTime, utc_now


class AgendaPaper(PublicId, Base):
    """A paper under an item; it goes with the item.

    `kind` is a code of `kash/platform/cleaning/kinds.py` and `size` counts the bytes of the cleaned
    copy, which is all that is kept, sealed in the file store under the paper's public id.
    """

    __tablename__ = "agenda_paper"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(
        ForeignKey("agenda_item.id", ondelete="CASCADE"), index=True
    )
    title: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(8))
    size: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
