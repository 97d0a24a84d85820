"""Progress of actions: notes with their evidence, and what an action changes elsewhere."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kash.platform.database import Base, PublicId, UtcDateTime, utc_now


class ActionNote(PublicId, Base):
    """A note on how an action goes, for whoever reads the action.

    `by_owner` is whether it was written by whoever had taken the action on then, or else by whoever
    runs the forum: no name is kept. A note may have one file as evidence (`kind` and `size` as of
    an `AgendaPaper`), which only these two open; `kind` is empty without one.
    """

    __tablename__ = "action_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(Text)
    by_owner: Mapped[bool]
    kind: Mapped[str] = mapped_column(String(8), default="")
    size: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class ActionLink(PublicId, Base):
    """Something elsewhere that an action changes, by its kind and public id.

    It is no foreign key: a session of a draft may be deleted, and the link then says so.
    """

    __tablename__ = "action_link"
    __table_args__ = (
        CheckConstraint("kind in ('workshop', 'session', 'station', 'service')", name="kind"),
        UniqueConstraint("action_id", "kind", "target"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(8))
    target: Mapped[str] = mapped_column(String(16), index=True)
