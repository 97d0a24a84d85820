"""The people told of an event, for the rooms that had something to say."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from kash.notices.models import Notice
from kash.platform.database import db
from kash.platform.messages.models import OutboxMessage


@dataclass(frozen=True)
class Told:
    """The telling of one person: the state and channel of her message, or why there is none."""

    person_id: int
    event_key: str
    state: str
    channel: str
    unsent: str
    due_at: datetime | None
    settled_at: datetime | None


def told_of(kind: str, event_keys: Collection[str]) -> list[Told]:
    """The telling of people about events of one kind; one query."""
    rows = db.session.execute(
        select(
            Notice.person_id,
            Notice.event_key,
            OutboxMessage.state,
            OutboxMessage.channel,
            Notice.unsent,
            OutboxMessage.due_at,
            OutboxMessage.settled_at,
        )
        .outerjoin(OutboxMessage, OutboxMessage.id == Notice.message_id)
        .where(Notice.kind == kind, Notice.event_key.in_(event_keys))
        .order_by(Notice.id)
    )
    return [
        Told(
            row.person_id,
            row.event_key,
            row.state or "",
            row.channel or "",
            row.unsent,
            row.due_at,
            row.settled_at,
        )
        for row in rows
    ]
