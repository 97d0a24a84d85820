"""Open invitations, which somebody who leaves hands over or withdraws."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from kash.accounts.holdings import Holder
from kash.accounts.models import Invitation
from kash.platform.database import utc_now


def _sent_by(leaver: Holder, now: datetime) -> ColumnElement[bool]:
    return and_(
        Invitation.invited_by == leaver.public_id,
        Invitation.used_at.is_(None),
        Invitation.account_id.is_(None),
        Invitation.expires_at > now,
    )


def count_invitations(session: Session, leaver: Holder) -> int:
    """Number of invitations that she sent and that are still open."""
    counted = select(func.count(Invitation.id)).where(_sent_by(leaver, utc_now()))
    return session.scalar(counted) or 0


def pass_invitations_on(
    session: Session, leaver: Holder, successor: Holder | None, now: datetime
) -> Sequence[str]:
    """Make them the successor's, or withdraw them."""
    rows = session.scalars(select(Invitation).where(_sent_by(leaver, now))).all()
    for row in rows:
        if successor is None:
            session.delete(row)
        else:
            row.invited_by = successor.public_id
    return [row.public_id for row in rows]
