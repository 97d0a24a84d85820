"""Leaving: what somebody holds goes to others, her account is closed, and all access ends."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.accounts.errors import LastAdministrator, LastKeyHolder, NotYourself
from kash.accounts.holdings import Holder, held_by, holder_of, holds_anything
from kash.accounts.models import Account, HandOver
from kash.accounts.queries.accounts import roles_of
from kash.accounts.revocations import bars_closing, revoke_everything
from kash.accounts.services.accounts import (
    lock_administrators,
    locked_account,
    other_administrators,
)
from kash.accounts.services.delegations import end_all_stand_ins
from kash.platform.database import new_public_id
from kash.platform.vault import Change, audited
from kash.platform.web.errors import NotFound, Problem
from kash.policy import Actor, Role

LET_GO = "-"


class NobodyChosen(Problem):
    """Something would be left that nobody holds. `kind` says what."""

    status = 422
    sentence = _l("Choose who takes this.")

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind


class StillHolds(Problem):
    """The account holds what somebody must take before it is closed."""

    status = 409
    sentence = _l("This account still holds something. Hand it over first.")


def _closing(change: Change, by: Actor, public_id: str) -> Account:
    """The account that is to be closed, locked. Raises NotYourself and LastAdministrator."""
    if by.public_id == public_id:
        raise NotYourself
    lock_administrators(change.session)
    account = locked_account(change.session, public_id)
    if (
        account.active
        and Role.ADMINISTRATOR in roles_of(account)
        and not other_administrators(change.session, account)
    ):
        raise LastAdministrator
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

    Raises StillHolds, NotYourself, LastAdministrator and LastKeyHolder.
    """
    with audited("accounts.deactivated", by) as change:
        account = _closing(change, by, public_id)
        if not account.active:
            change.nothing()
            return
        if holds_anything(change.session, holder_of(account)):
            raise StillHolds
        _close(change, account, by)
        change.about(public_id)


def hand_over(by: Actor, public_id: str, choices: Mapping[str, str]) -> str:
    """Give what an account holds to others, close it and end its access, all or nothing.

    `choices` maps the key of each kind that it holds to the public id of who takes it, or to
    LET_GO. Answers the public id of the hand-over. Raises NobodyChosen, NotYourself, NotFound,
    LastAdministrator and LastKeyHolder.
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
        for held in held_by(session, leaver):
            holding, chosen = held.holding, choices.get(held.holding.key, "")
            if chosen == LET_GO and holding.let_go:
                successor = None
            elif chosen in held.successors:
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
                    "count": held.count,
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
