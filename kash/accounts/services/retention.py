"""Retention: deletes what is as old as the programme keeps it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete

from kash.accounts.models import SignedInSession
from kash.accounts.rules.accounts import SESSION_LONGEST
from kash.platform.database import writing
from kash.platform.web.programme import retention


def delete_old_sessions(now: datetime) -> int:
    """Delete sessions that ended long ago; returns how many went."""
    kept = retention().span("ended_sessions")
    with writing() as session:
        # A session can't be longer than its longest, so what began before this has ended.
        gone = session.execute(
            delete(SignedInSession).where(SignedInSession.created_at < now - kept - SESSION_LONGEST)
        )
        return int(getattr(gone, "rowcount", 0))
