"""Ties of accounts to funders, and what waits for a decision."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from kash.accounts.models import Account, AccountRole
from kash.figures.funders.models import APPROVAL, FunderAccount
from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.policy import Actor, Role
from kash.workshops.models import Funder


def funder_of(actor: Actor) -> Funder | None:
    """The funder that an actor's account belongs to, None if it belongs to none."""
    if Role.FUNDER not in actor.roles or actor.account_id is None:
        return None
    return db.session.scalar(
        select(Funder)
        .join(FunderAccount, FunderAccount.funder_id == Funder.id)
        .where(
            FunderAccount.account_id == actor.account_id,
            FunderAccount.state == "approved",
            FunderAccount.ended_at.is_(None),
        )
    )


def account_of_funder(public_id: str) -> Account:
    """An account with the role of a funder. Raises NotFound."""
    return one_or_404(
        db.session.scalar(
            select(Account)
            .join(AccountRole, AccountRole.account_id == Account.id)
            .where(Account.public_id == public_id, AccountRole.role == str(Role.FUNDER))
        )
    )


def ties_of(account: Account) -> Sequence[FunderAccount]:
    """All ties that an account has or had, and those asked for, the newest first."""
    return db.session.scalars(
        select(FunderAccount)
        .options(joinedload(FunderAccount.funder))
        .where(FunderAccount.account_id == account.id)
        .order_by(FunderAccount.id.desc())
    ).all()


def waiting_ties(actor: Actor) -> Sequence[FunderAccount]:
    """Ties on which an actor can decide, the oldest first."""
    return db.session.scalars(
        select(FunderAccount)
        .join(FunderAccount.account)
        .options(contains_eager(FunderAccount.account), joinedload(FunderAccount.funder))
        .where(APPROVAL.open_to(actor))
        .order_by(FunderAccount.id)
    ).all()


def funder_choices() -> list[tuple[str, str]]:
    """All funders by name, as a list offers them."""
    rows = db.session.execute(select(Funder.public_id, Funder.name).order_by(Funder.name))
    return [(public_id, name) for public_id, name in rows]
