"""Where accounts are signed in, and which of it nobody has said yes to."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select

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


# New devices of an account of which it has not said whether they are its own. Every page asks for
# one while any waits: it is put together once, which takes longer than asking it.
_UNANSWERED = (
    select(SignedInSession)
    .where(
        SignedInSession.account_id == bindparam("account"),
        SignedInSession.unfamiliar.is_(True),
        SignedInSession.answered_at.is_(None),
        SignedInSession.public_id != bindparam("present"),
    )
    .order_by(SignedInSession.created_at, SignedInSession.id)
    .limit(1)
)


def unanswered_device(account_id: int, present: str) -> SignedInSession | None:
    """The oldest new device of an account that waits for an answer, other than the present one."""
    return db.session.scalars(_UNANSWERED, {"account": account_id, "present": present}).first()
