"""The sender's domain as it was last seen, and how many messages stand how."""

from __future__ import annotations

from sqlalchemy import func, select

from kash.notices.models import SenderCheck
from kash.platform.database import db
from kash.platform.messages.models import OutboxMessage


def sender_check() -> SenderCheck | None:
    """The last look at the sender's domain."""
    return db.session.scalar(select(SenderCheck))


def message_counts() -> list[tuple[str, str, int]]:
    """(channel, state, number) of all messages that ever were, shredded ones too; one query."""
    rows = db.session.execute(
        select(OutboxMessage.channel, OutboxMessage.state, func.count(OutboxMessage.id))
        .group_by(OutboxMessage.channel, OutboxMessage.state)
        .order_by(OutboxMessage.channel, OutboxMessage.state)
    )
    return [(row[0], row[1], row[2]) for row in rows]
