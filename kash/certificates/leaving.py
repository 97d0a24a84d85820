"""What a trainer who leaves hands over: certificates that she proposed and that are not issued."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from kash.accounts.holdings import Holder, register_holding
from kash.certificates.models import CertificateBatch


def _proposed_by(leaver: Holder) -> Select[CertificateBatch]:
    return select(CertificateBatch).where(
        CertificateBatch.proposed_by == leaver.public_id,
        CertificateBatch.state.in_(("proposed", "approved")),
    )


def _count(session: Session, leaver: Holder) -> int:
    return session.scalar(select(func.count()).select_from(_proposed_by(leaver).subquery())) or 0


def _pass_on(
    session: Session, leaver: Holder, successor: Holder | None, now: datetime
) -> Sequence[str]:
    """The proposal becomes the successor's, who so cannot be the one who approves it."""
    if successor is None:
        return []
    rows = session.scalars(_proposed_by(leaver)).all()
    for row in rows:
        row.proposed_by = successor.public_id
    return [row.public_id for row in rows]


def join_hand_over() -> None:
    """Have proposed certificates handed over before an account is closed."""
    register_holding(
        _l("Certificates proposed, not issued"),
        _count,
        _pass_on,
        key="certificates",
        permission="certificates.propose",
    )
