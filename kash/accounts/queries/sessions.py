"""Where accounts are signed in, and which of it nobody has said yes to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from kash.accounts.models import SignedInSession
from kash.accounts.rules.accounts import SESSION_IDLE, SESSION_LONGEST
from kash.platform.database import db, utc_now


def open_sessions(account_id: int) -> Sequence[SignedInSession]:
    """Where an account is signed in, the last used first."""
    now = utc_now()
    return db.session.scalars(
        select(SignedInSession)
        .where(
            SignedInSession.account_id == account_id,
            SignedInSession.ended_at.is_(None),
            SignedInSession.last_seen_at > now - SESSION_IDLE,
            SignedInSession.created_at > now - SESSION_LONGEST,
        )
        .order_by(SignedInSession.last_seen_at.desc(), SignedInSession.id.desc())
        .limit(200)
    ).all()


def unanswered(account_id: int, present: str, now: datetime) -> Select[Any]:
    """New devices of an account of which it has not said whether they are its own."""
    return (
        select(SignedInSession)
        .where(
            SignedInSession.account_id == account_id,
            SignedInSession.unfamiliar.is_(True),
            SignedInSession.answered_at.is_(None),
            SignedInSession.public_id != present,
        )
        .order_by(SignedInSession.created_at, SignedInSession.id)
    )


def unanswered_device(account_id: int, present: str) -> SignedInSession | None:
    """The oldest new device of an account that waits for an answer, other than the present one."""
    return db.session.scalars(unanswered(account_id, present, utc_now()).limit(1)).first()
