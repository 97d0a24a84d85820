"""Shredding what old messages said and to whom; their states stay to be counted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from kash.platform.database import db, writing
from kash.platform.messages.models import OutboxMessage
from kash.platform.messages.states import SHREDDED_AFTER, MessageState

_AT_ONCE = 1000


def shred_old(now: datetime) -> int:
    """Take address and text out of messages of 90 days ago, some at a time; out of how many.

    One that still waits then will not go either.
    """
    old = select(OutboxMessage.id).where(
        OutboxMessage.request_sealed.is_not(None),
        OutboxMessage.created_at < now - SHREDDED_AFTER,
    )
    keys = db.session.scalars(old.order_by(OutboxMessage.created_at).limit(_AT_ONCE)).all()
    db.session.rollback()
    if not keys:
        return 0
    with writing() as session:
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id.in_(keys), OutboxMessage.state == MessageState.DUE)
            .values(state=MessageState.LEFT, settled_at=now)
        )
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id.in_(keys))
            .values(request_sealed=None, address_lookup=None, alike=None)
        )
    return len(keys)
