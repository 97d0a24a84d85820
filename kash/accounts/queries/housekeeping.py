"""Links that were not used yet, and accounts with a password only, as whoever invites sees to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, not_, select

from kash.accounts.models import Account, Invitation
from kash.platform.database import db


@dataclass(frozen=True)
class Housekeeping:
    """Numbers of invitations that wait, and of accounts that have a password only."""

    invitations: int
    without_second_step: int

    def __bool__(self) -> bool:
        return bool(self.invitations or self.without_second_step)


def housekeeping(now: datetime) -> Housekeeping:
    """Invitations that wait and accounts in use that have no second step, counted; one query."""
    waiting = (
        select(func.count(Invitation.id))
        .where(
            Invitation.used_at.is_(None),
            Invitation.account_id.is_(None),
            Invitation.expires_at > now,
        )
        .scalar_subquery()
    )
    bare = (
        select(func.count(Account.id))
        .where(Account.active.is_(True), Account.totp_sealed.is_(None), not_(Account.has_passkey))
        .scalar_subquery()
    )
    row = db.session.execute(select(waiting, bare)).one()
    return Housekeeping(*row)
