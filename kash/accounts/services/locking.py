"""Revocations: the steps that end what hangs on somebody's access. Each room that gives an account
something of its own (sessions, links, keys, an offline register) declares a step. Locking an
account at once and a leaver's hand-over run all of them in one transaction. A step does its work
in the session that it is given and commits nothing. It answers None; or a key of its `outcomes`,
which says what was done; or that it cannot be done at once. Locking an account at once: when a
phone, a laptop or a person may be in the wrong hands. Leaving: what somebody holds goes to others,
her account is closed, and all access ends."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from kash.accounts.errors import LastKeyHolder, last_administrator
from kash.accounts.holdings import Holder, held_by, holder_of, holds_anything
from kash.accounts.models import (
    Account,
    Breach,
    BrowserMark,
    HandOver,
    Invitation,
    KnownAddress,
    Passkey,
    PasskeyChallenge,
)
from kash.accounts.queries.accounts import roles_of
from kash.accounts.rules import Affected
from kash.accounts.services import accounts
from kash.accounts.services.breaches import end_all_stand_ins
from kash.accounts.services.deciding import end_requests
from kash.feature import Part, declared
from kash.platform.database import new_public_id
from kash.platform.vault import ActorLike, Change, audited, seal
from kash.platform.web.errors import NotFound, Problem
from kash.policy import Actor, Role

Step = Callable[[Session, int, datetime], Any]
# What would be lost with an account, by its public id: sentences to read before.
Warn = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Revocation(Part):
    """A step: what it ends, in words, and the function that does it. `key` is a fixed word, kept
    with what could not be done at once; `label` a lazy text: "All sessions end". `warn` says what
    hangs on the account. `outcomes` are lazy sentences by what the step may answer; with an answer
    in `bars` an account is locked, but not closed."""

    key: str
    label: Any
    step: Step
    warn: Warn | None = None
    outcomes: Mapping[str, Any] = field(default_factory=dict, hash=False)
    bars: Collection[str] = ()


def revocations() -> list[Revocation]:
    """All steps in their order."""
    return list(declared(Revocation))


def revocation_warnings(public_id: str) -> list[str]:
    """Sentences on what would be lost for good if an account's access ended now."""
    return [
        text
        for revocation in revocations()
        if revocation.warn is not None
        for text in revocation.warn(public_id)
    ]


def revocation_outcome(key: str) -> Any:
    """The sentence on what a step did, by what it answered; None for what is not done yet."""
    return next(
        (revocation.outcomes[key] for revocation in revocations() if key in revocation.outcomes),
        None,
    )


def bars_closing(keys: Collection[str]) -> bool:
    """True if something that steps answered stands against closing the account."""
    return any(key in revocation.bars for revocation in revocations() for key in keys)


def revocation_label(key: str) -> Any:
    """Words for what a step ends; its key if the room that knew it is gone."""
    return next((revocation.label for revocation in revocations() if revocation.key == key), key)


def revoke_everything(session: Session, account_id: int, now: datetime) -> list[str]:
    """Run every step for an account, inside the caller's transaction.

    Answers the keys of the steps that could not be done at once, and of what others did.
    """
    answers = [
        (revocation, revocation.step(session, account_id, now)) for revocation in revocations()
    ]
    return [
        words if words in revocation.outcomes else revocation.key
        for revocation, words in answers
        if words
    ]


def lock_at_once(by: ActorLike, public_id: str) -> str:
    """End everything by which an account is open somewhere, and lock it.

    Nobody signs in with it until a new one-time link has set a new password. The breach register
    gets an entry, whose clock starts now; answers its public id. An account that is locked already
    stays as it is, and keeps its entry.
    """
    breach_id = new_public_id()
    with audited("accounts.locked_at_once", by) as change:
        account = accounts.locked_account(change.session, public_id)
        if not account.active:
            raise NotFound
        unfinished = revoke_everything(change.session, account.id, change.now)
        open_breach = (
            change.session.scalar(
                select(Breach.public_id).where(
                    Breach.account_id == account.id, Breach.closed_at.is_(None)
                )
            )
            if account.paused_at is not None
            else None
        )
        account.paused_at = account.paused_at or change.now
        if open_breach is not None:
            change.about(public_id, open_breach)
            return open_breach
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
    accounts.end_sessions(session, account_id)


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
    for tables in (PasskeyChallenge, Passkey, KnownAddress, BrowserMark):
        session.execute(delete(tables).where(tables.account_id == account_id))


LET_GO = "-"


class NobodyChosen(Problem):
    """Something would be left that nobody holds. `kind` says what."""

    status = 422
    sentence = _l("Choose who takes this.")

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind


def _closing(change: Change, by: Actor, public_id: str) -> Account:
    """The account that is to be closed, locked. Raises Problem."""
    if by.public_id == public_id:
        raise Problem(_l("Not on your own account. Ask another administrator."))
    accounts.lock_administrators(change.session)
    account = accounts.locked_account(change.session, public_id)
    if (
        account.active
        and Role.ADMINISTRATOR in roles_of(account)
        and not accounts.other_administrators(change.session, account)
    ):
        raise last_administrator()
    return account


def _close(change: Change, account: Account, by: Actor) -> list[str]:
    """Close an account and end its access; the keys of the steps that are unfinished. Raises
    LastKeyHolder."""
    account.active = False
    end_all_stand_ins(change.session, account.id, change.now, by.public_id)
    answers = revoke_everything(change.session, account.id, change.now)
    if bars_closing(answers):
        raise LastKeyHolder
    return answers


def deactivate(by: Actor, public_id: str) -> None:
    """Close an account that holds nothing: nobody signs in with it, and all its access ends.

    Raises Problem and LastKeyHolder.
    """
    with audited("accounts.deactivated", by) as change:
        account = _closing(change, by, public_id)
        if not account.active:
            change.nothing()
            return
        if holds_anything(change.session, holder_of(account)):
            raise Problem(_l("This account still holds something. Hand it over first."))
        _close(change, account, by)
        change.about(public_id)


def hand_over(by: Actor, public_id: str, choices: Mapping[str, str]) -> str:
    """Give what an account holds to others, close it and end its access, all or nothing.

    `choices` maps the key of each kind that it holds to the public id of who takes it, or to
    LET_GO. Answers the public id of the hand-over. Raises NobodyChosen, Problem, NotFound and
    LastKeyHolder.
    """
    hand_over_id = new_public_id()
    with audited("accounts.handed_over", by) as change:
        session = change.session
        account = _closing(change, by, public_id)
        if not account.active:
            raise NotFound
        leaver = holder_of(account)
        change.about(public_id, hand_over_id)
        lines: list[dict[str, object]] = []
        for holdings in held_by(session, leaver):
            holding, chosen = holdings.holding, choices.get(holdings.holding.key, "")
            if chosen == LET_GO and holding.let_go:
                successor = None
            elif chosen in holdings.successors:
                successor = _holder(
                    session.scalar(select(Account).where(Account.public_id == chosen))
                )
            else:
                raise NobodyChosen(holding.key)
            moved = holding.reassign(session, leaver, successor, change.now)
            if successor is not None:
                change.about(successor.public_id)
            change.about(*moved)
            lines.append(
                {
                    "key": holding.key,
                    "count": holdings.count,
                    "to": successor.public_id if successor is not None else "",
                }
            )
        session.flush()
        unfinished = _close(change, account, by)
        session.add(
            HandOver(
                public_id=hand_over_id,
                account_id=account.id,
                lines=lines,
                unfinished=unfinished,
                at=change.now,
                by=by.public_id,
            )
        )
    return hand_over_id


def _holder(account: Account | None) -> Holder:
    if account is None:
        raise NotFound
    return holder_of(account)
