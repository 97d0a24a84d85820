"""Attention: what must be seen to before figures can be trusted, or people are let down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.sql.elements import ColumnElement

from kash.attendance.models import Slot
from kash.certificates.models import Certificate
from kash.certificates.queries.history import expires_by
from kash.forums.models import Action
from kash.indicators.queries.rows import of_funder, within
from kash.indicators.rules.periods import Period
from kash.platform.database import db
from kash.platform.web.formats import to_local
from kash.releases.queries.due import days_due
from kash.workshops.models import Workshop


@dataclass(frozen=True)
class Attention:
    """Counts of what needs somebody: workshops of the period that are over and whose registers are
    not all confirmed, so that no figure counts them; actions of forums that are late; certificates
    that run out within 60 days; days on which printed figures were due and are not printed."""

    unconfirmed: int
    late_actions: int
    expiring: int
    unprinted: int


def attention(period: Period, funder: str | None, now: datetime) -> Attention:
    """Counts of what needs somebody now; three queries. Only workshops are of the period and the
    funder."""
    today = to_local(now).date()
    row = db.session.execute(
        select(
            _unconfirmed(period, funder, today).label("unconfirmed"),
            select(func.count(Action.id))
            .where(Action.state == "open", Action.due_on < today)
            .scalar_subquery()
            .label("late"),
            select(func.count(Certificate.id))
            .where(expires_by(today))
            .scalar_subquery()
            .label("expiring"),
        )
    ).one()
    return Attention(row.unconfirmed, row.late, row.expiring, len(days_due(now)))


def _unconfirmed(period: Period, funder: str | None, today: date) -> ColumnElement[int]:
    waits = (
        select(Slot.id)
        .where(Slot.register_id == Workshop.register_id, Slot.confirmed_at.is_(None))
        .exists()
    )
    return (
        select(func.count(Workshop.id))
        .where(
            Workshop.state == "planned",
            within(period, Workshop.ends_on),
            Workshop.ends_on < today,
            waits,
            *of_funder(Workshop.id, funder),
        )
        .scalar_subquery()
    )
