"""Taking the second step off an account whose owner lost it: one asks, another one decides."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.accounts.errors import ResetAsked, ResetByAnother, ResetClosed, SecondStepMissing
from kash.accounts.models import Account, SecondStepReset
from kash.accounts.rules import RESET_WAITS
from kash.accounts.services.accounts import end_sessions, locked_account
from kash.accounts.services.notices import RESET_ASKED, RESET_DONE, notify
from kash.accounts.services.passkeys import forget_passkeys
from kash.accounts.services.second_step import replace_codes
from kash.database import new_public_id
from kash.policy import Actor
from kash.vault import ActorLike, audited, seal
from kash.web.errors import NotFound


def ask_reset(by: Actor, public_id: str, reason: str) -> str:
    """Ask for it, with a reason that the second person reads; returns the request's public id.

    Its owner is told by e-mail. Raises NotFound, SecondStepMissing, ResetAsked.
    """
    reset_id = new_public_id()
    with audited("accounts.reset_asked", by) as change:
        account = locked_account(change.session, public_id)
        if not account.has_second_step:
            raise SecondStepMissing
        if change.session.scalar(
            select(SecondStepReset.id).where(
                SecondStepReset.account_id == account.id,
                SecondStepReset.outcome == "",
                SecondStepReset.expires_at > change.now,
            )
        ):
            raise ResetAsked
        change.session.add(
            SecondStepReset(
                public_id=reset_id,
                account_id=account.id,
                reason_sealed=seal(reason, kind="second_step_reset.reason", public_id=reset_id),
                asked_by=by.public_id,
                asked_at=change.now,
                expires_at=change.now + RESET_WAITS,
            )
        )
        notify(change.session, account, RESET_ASKED, change.now)
        change.about(public_id, reset_id)
    return reset_id


def approve_reset(by: Actor, reset_id: str) -> str:
    """Agree: the second step, all passkeys and recovery codes go, every session ends.

    Returns the account's public id. Its owner is told by e-mail. Raises NotFound, ResetClosed,
    ResetByAnother.
    """
    with audited("accounts.reset_approved", by) as change:
        reset, account = _open_reset(change.session, reset_id, by)
        if reset.expires_at <= change.now:
            raise ResetClosed
        reset.outcome, reset.decided_by, reset.decided_at = "approved", by.public_id, change.now
        _take_off(change.session, account)
        notify(change.session, account, RESET_DONE, change.now)
        public_id = account.public_id
        change.about(public_id, reset_id)
    return public_id


def refuse_reset(by: Actor, reset_id: str) -> None:
    """Refuse: nothing changes. Raises as `approve_reset`."""
    with audited("accounts.reset_refused", by) as change:
        reset, account = _open_reset(change.session, reset_id, by)
        if reset.expires_at <= change.now:
            raise ResetClosed
        reset.outcome, reset.decided_by, reset.decided_at = "refused", by.public_id, change.now
        change.about(account.public_id, reset_id)


def withdraw_reset(by: Actor, reset_id: str) -> None:
    """Take back what one asked for oneself: nothing changes, and one may ask again.

    It is kept as refused by who asked, which nobody else's refusal can be. Raises NotFound, also
    for what another asked for, and ResetClosed.
    """
    with audited("accounts.reset_withdrawn", by) as change:
        reset, account = _locked_reset(change.session, reset_id)
        if reset.asked_by != by.public_id:
            raise NotFound
        if reset.outcome or reset.expires_at <= change.now:
            raise ResetClosed
        reset.outcome, reset.decided_by, reset.decided_at = "refused", by.public_id, change.now
        change.about(account.public_id, reset_id)


def _open_reset(session: Session, reset_id: str, by: Actor) -> tuple[SecondStepReset, Account]:
    reset, account = _locked_reset(session, reset_id)
    if by.public_id in (reset.asked_by, account.public_id):
        raise ResetByAnother
    if reset.outcome:
        raise ResetClosed
    return reset, account


def _locked_reset(session: Session, reset_id: str) -> tuple[SecondStepReset, Account]:
    owner = session.scalar(
        select(Account.public_id)
        .join(SecondStepReset, SecondStepReset.account_id == Account.id)
        .where(SecondStepReset.public_id == reset_id)
    )
    if owner is None:
        raise NotFound
    account = locked_account(session, owner)
    reset = session.scalars(
        select(SecondStepReset).where(SecondStepReset.public_id == reset_id).with_for_update()
    ).one()
    return reset, account


def _take_off(session: Session, account: Account) -> None:
    account.totp_sealed = None
    account.totp_period = 0
    replace_codes(session, account.id, [])
    forget_passkeys(session, account)
    end_sessions(session, account.id)


def reset_by_operator(by: ActorLike, public_id: str) -> None:
    """The same from the command line, by whoever has the machine. Raises SecondStepMissing."""
    with audited("accounts.second_step_removed", by) as change:
        account = locked_account(change.session, public_id)
        if not account.has_second_step:
            raise SecondStepMissing
        _take_off(change.session, account)
        notify(change.session, account, RESET_DONE, change.now)
        change.about(public_id)
