"""Lines of accounts themselves in the registers of off-boarding and of hand-overs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from kash.accounts.holdings import Holder, register_holding
from kash.accounts.models import Invitation
from kash.accounts.revocations import register_revocation
from kash.accounts.services.locking import (
    end_all_links,
    end_all_requests,
    end_all_sessions,
    forget_devices,
)
from kash.database import utc_now


def _sent_by(leaver: Holder, now: datetime) -> ColumnElement[bool]:
    return and_(
        Invitation.invited_by == leaver.public_id,
        Invitation.used_at.is_(None),
        Invitation.account_id.is_(None),
        Invitation.expires_at > now,
    )


def _count_invitations(session: Session, leaver: Holder) -> int:
    counted = select(func.count(Invitation.id)).where(_sent_by(leaver, utc_now()))
    return session.scalar(counted) or 0


def _pass_invitations_on(
    session: Session, leaver: Holder, successor: Holder | None, now: datetime
) -> Sequence[str]:
    rows = session.scalars(select(Invitation).where(_sent_by(leaver, now))).all()
    for row in rows:
        if successor is None:
            session.delete(row)
        else:
            row.invited_by = successor.public_id
    return [row.public_id for row in rows]


def join_own_registers() -> None:
    """Sessions and links end with an account; open invitations that it sent are handed over."""
    register_revocation(_l("Signed out on every device"), end_all_sessions)
    register_revocation(_l("One-time links and invitations stop working"), end_all_links)
    register_revocation(
        _l("Requests that wait for a second person are withdrawn"), end_all_requests
    )
    register_revocation(_l("Passkeys and known devices are forgotten"), forget_devices)
    register_holding(
        _l("Invitations that are still open"),
        _count_invitations,
        _pass_invitations_on,
        key="invitations",
        permission="accounts.manage",
        let_go=_l("Withdraw them"),
    )
