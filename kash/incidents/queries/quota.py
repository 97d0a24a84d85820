"""Reads of the quota: who may file, and what was spent."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.accounts.models import Account, AccountRole
from kash.incidents.rules.quota import Spent, from_bytes
from kash.platform.vault import SealError, open_sealed
from kash.policy import GRANTS

KIND, PLACE = "incidents.quota", "all"


def who_may_file(session: Session) -> Sequence[str]:
    """The public ids of all accounts that may file a report."""
    roles = [*map(str, GRANTS["incidents.file"])]
    return session.scalars(
        select(Account.public_id)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .where(Account.active.is_(True), AccountRole.role.in_(roles))
        .distinct()
        .order_by(Account.public_id)
    ).all()


def spent_in(body: bytes | None) -> Spent | None:
    """Spending in a sealed text; None if it does not open."""
    if not body:
        return None
    try:
        return from_bytes(open_sealed(body, kind=KIND, public_id=PLACE))
    except (SealError, ValidationError):
        return None
