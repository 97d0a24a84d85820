"""Errors of ties between accounts and funders. Tying an account to a funder, and untying it. Ties
of accounts to funders, and what waits for a decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.orm import Session, contains_eager, joinedload

from kash.accounts.errors import NotIndependent
from kash.accounts.models import Account, AccountRole
from kash.accounts.queries.accounts import standing_in_requests
from kash.figures.funders.models import APPROVAL, FunderAccount
from kash.platform.approvals.approval import WrongStep
from kash.platform.approvals.rules import Standing
from kash.platform.database import db
from kash.platform.vault import audited
from kash.platform.web.errors import Problem, get_or_404, one_or_404
from kash.policy import Actor, Role
from kash.workshops.models import Funder

_NO_FUNDER_ROLE = _l("Only a funder's account belongs to a funder.")


def ask_to_tie(account_id: str, funder: str, *, by: Actor) -> str:
    """Ask that an account belong to a funder (public ids); the request's public id. Raises
    NotFound, NoFunderRole and TiedAlready."""
    with audited("funders.tie_asked", by) as change:
        session = change.session
        account = get_or_404(session, Account, account_id, lock=True)
        if not _is_funders(session, account):
            raise Problem(_NO_FUNDER_ROLE)
        paying = get_or_404(session, Funder, funder)
        open_one = select(FunderAccount.id).where(
            FunderAccount.account_id == account.id,
            FunderAccount.ended_at.is_(None),
            FunderAccount.state != "returned",
        )
        if session.scalar(open_one) is not None:
            raise Problem(_l("This account has a funder already, or a decision waits."))
        tie: FunderAccount = APPROVAL.propose(
            change, by, account_id=account.id, funder_id=paying.id
        )
        change.about(account_id, funder)
        return tie.public_id


def _is_funders(session: Session, account: Account) -> bool:
    role = select(AccountRole.role).where(
        AccountRole.account_id == account.id, AccountRole.role == str(Role.FUNDER)
    )
    return session.scalar(role) is not None


def agree_to_tie(public_id: str, *, by: Actor) -> None:
    """Agree that an account belongs to a funder. Raises NotFound, WrongStep, SamePerson, Problem
    and NotIndependent."""
    with audited("funders.tied", by) as change:
        tie: FunderAccount = APPROVAL.locked(change.session, public_id)
        APPROVAL.approve(change, tie, by)
        standing = standing_in_requests(change.session, by.public_id, [tie.proposed_by], change.now)
        stands = standing(asked_by=tie.proposed_by, concerned="")
        if stands is not Standing.MAY:
            raise NotIndependent(stands)
        if not _is_funders(change.session, tie.account):
            raise Problem(_NO_FUNDER_ROLE)


def return_tie(public_id: str, reason: str, *, by: Actor) -> None:
    """Turn a request back. Raises NotFound and WrongStep."""
    with audited("funders.tie_returned", by) as change:
        tie: FunderAccount = APPROVAL.locked(change.session, public_id)
        APPROVAL.turn_back(change, tie, reason, by, about=tie.account.public_id)


def end_tie(public_id: str, *, by: Actor) -> None:
    """End it: the account reads nothing of the funder any more. Raises NotFound and WrongStep."""
    with audited("funders.tie_ended", by) as change:
        tie: FunderAccount = APPROVAL.locked(change.session, public_id)
        if not tie.holds:
            raise WrongStep
        tie.ended_at = change.now
        change.about(public_id)


def end_ties_of(session: Session, account_id: int, now: datetime) -> None:
    """The step of a lock or a hand-over: an account that is closed belongs to no funder."""
    session.execute(
        update(FunderAccount)
        .where(FunderAccount.account_id == account_id, FunderAccount.ended_at.is_(None))
        .values(ended_at=now)
    )


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
