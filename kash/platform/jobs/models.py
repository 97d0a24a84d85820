"""One piece of background work and how far it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kash.platform.database import Base, Key, Now, PublicId, Short

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
ENDED = (DONE, FAILED, CANCELLED)


class Job(PublicId, Base):
    """`owner` is the public id of who asked; `arguments` are ids; `title` says what is made.
    `back` is the path of the page on which it was asked for.

    `worker` is whose hands it is in, so that a worker that starts again finds what it dropped.
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed', 'cancelled')", name="state"
        ),
        Index(None, "owner", "created_at"),
        Index(None, "state", "heartbeat"),
        Index(None, "finished_at"),
    )

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    owner: Mapped[Short]
    back: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[Short] = mapped_column(default="en")
    state: Mapped[str] = mapped_column(String(12), default=WAITING)
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")
    arguments: Mapped[dict[str, Any]] = mapped_column(default=dict)
    result_key: Mapped[str | None] = mapped_column(String(512))
    result_name: Mapped[str] = mapped_column(String(120), default="")
    result_type: Mapped[str] = mapped_column(String(120), default="")
    worker: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[Now]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    heartbeat: Mapped[datetime | None]

    @property
    def ended(self) -> bool:
        """True if nothing more will happen to it."""
        return self.state in ENDED
