"""Load of trainers: what else they teach on some days, and around them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, case, func, select

from kash.accounts.models import Account
from kash.platform.database import db
from kash.workshops.models import Facilitator, Workshop

NEAR = timedelta(days=7)


@dataclass(frozen=True)
class Load:
    """Other workshops of a trainer: on the days themselves, and within a week of them."""

    clashing: int
    near: int


def loads(first: date, last: date, excluding: int | None = None) -> dict[str, Load]:
    """Loads by accounts' public ids; who teaches nothing then is left out. `excluding` is the key
    of a workshop. One query."""
    same_days = and_(Workshop.starts_on <= last, Workshop.ends_on >= first)
    statement = (
        select(
            Account.public_id,
            func.sum(case((same_days, 1), else_=0)),
            func.sum(case((same_days, 0), else_=1)),
        )
        .join(Facilitator, Facilitator.account_id == Account.id)
        .join(Workshop, Workshop.id == Facilitator.workshop_id)
        .where(
            Workshop.state == "planned",
            Workshop.starts_on <= last + NEAR,
            Workshop.ends_on >= first - NEAR,
        )
        .group_by(Account.public_id)
    )
    if excluding is not None:
        statement = statement.where(Workshop.id != excluding)
    return {row[0]: Load(int(row[1]), int(row[2])) for row in db.session.execute(statement)}
