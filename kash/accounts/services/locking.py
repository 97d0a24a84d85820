"""Locking an account at once: when a phone, a laptop or a person may be in the wrong hands."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from kash.accounts.models import (
    Account,
    Breach,
    BrowserMark,
    Invitation,
    KnownAddress,
    Passkey,
    PasskeyChallenge,
)
from kash.accounts.revocations import revoke_everything
from kash.accounts.rules.safety import Affected
from kash.accounts.services.accounts import end_sessions, locked_account
from kash.accounts.services.deciding import end_requests
from kash.platform.database import new_public_id
from kash.platform.vault import ActorLike, audited, seal
from kash.platform.web.errors import NotFound


def lock_at_once(by: ActorLike, public_id: str) -> str:
    """End everything by which an account is open somewhere, and lock it.

    Nobody signs in with it until a new one-time link has set a new password. The breach register
    gets an entry, whose clock starts now; answers its public id. An account that is locked already
    stays as it is, and keeps its entry.
    """
    breach_id = new_public_id()
    with audited("accounts.locked_at_once", by) as change:
        account = locked_account(change.session, public_id)
        if not account.active:
            raise NotFound
        unfinished = revoke_everything(change.session, account.id, change.now)
        known = (
            change.session.scalar(
                select(Breach.public_id).where(
                    Breach.account_id == account.id, Breach.closed_at.is_(None)
                )
            )
            if account.paused_at is not None
            else None
        )
        account.paused_at = account.paused_at or change.now
        if known is not None:
            change.about(public_id, known)
            return known
        change.session.add(
            Breach(
                public_id=breach_id,
                account_id=account.id,
                what_sealed=seal("", kind="breach.what", public_id=breach_id),
                affected=[str(Affected.UNKNOWN)],
                unfinished=unfinished,
                noticed_at=change.now,
                opened_at=change.now,
                opened_by=by.public_id,
            )
        )
        change.about(public_id, breach_id)
    return breach_id


def end_all_sessions(session: Session, account_id: int, now: datetime) -> None:
    """The step that signs an account out everywhere."""
    end_sessions(session, account_id)


def end_all_links(session: Session, account_id: int, now: datetime) -> None:
    """The step that voids one-time links: those for the account, and those that it sent."""
    public_id = session.scalar(select(Account.public_id).where(Account.id == account_id))
    session.execute(
        delete(Invitation).where(
            Invitation.used_at.is_(None),
            or_(Invitation.account_id == account_id, Invitation.invited_by == public_id),
        )
    )


def end_all_requests(session: Session, account_id: int, now: datetime) -> None:
    """The step that withdraws what waits for a second person: about the account, or asked by it."""
    end_requests(session, account_id)


def forget_devices(session: Session, account_id: int, now: datetime) -> None:
    """The step that forgets phones and places: passkeys, browsers and addresses used before."""
    for kept in (PasskeyChallenge, Passkey, KnownAddress, BrowserMark):
        session.execute(delete(kept).where(kept.account_id == account_id))
