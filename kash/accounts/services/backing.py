"""Backing of an account, written down inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from kash.accounts.models import Account, AccountBacking, Programme
from kash.accounts.queries.backing import is_founded, roles_ever_given
from kash.accounts.rules.two_people import SETTLED_AFTER, is_free
from kash.accounts.services.notices import VOUCHED_FOR, notify
from kash.platform.database import insertion
from kash.platform.vault import ActorLike, audited
from kash.platform.web.errors import NotFound
from kash.policy import SYSTEM, Role


def is_operator(by: ActorLike | str) -> bool:
    """True if somebody acts at the server itself, which is the way out of the rule of two."""
    return (by if isinstance(by, str) else by.public_id) == SYSTEM.public_id


def stand_behind(session: Session, account_id: int, by: str, now: datetime) -> None:
    """Note that `by` (a public id) brought an account in or gave it power; the operator does not
    stand behind anybody."""
    if by and not is_operator(by):
        session.execute(
            insertion(session, AccountBacking)
            .values(account_id=account_id, by=by, at=now)
            .on_conflict_do_nothing()
        )


def stand_alone(session: Session, account_id: int) -> None:
    """Let nobody stand behind an account: a founder's, or one that the operator vouches for."""
    session.execute(delete(AccountBacking).where(AccountBacking.account_id == account_id))


def given_freely(
    session: Session, gained: Collection[Role], now: datetime, *, but_email: str = ""
) -> bool:
    """True if one person may give these roles, because the programme founds itself."""
    # Two who give the first of a role at once must not both succeed.
    session.get(Programme, 1, with_for_update=True)
    founded = is_founded(session)
    given = roles_ever_given(session, now, but_email=but_email)
    return is_free(gained, given, founded=founded)


def note_founding(session: Session, roles: Collection[Role], now: datetime) -> None:
    """The programme is founded once it has a director, for good."""
    if Role.DIRECTOR in roles:
        session.execute(
            update(Programme).where(Programme.founded_at.is_(None)).values(founded_at=now)
        )


def unsettle(account: Account, by: ActorLike | str, now: datetime) -> None:
    """Somebody else has touched the ways into an account: it agrees to nothing for a while."""
    if not is_operator(by):
        account.settled_at = now


def vouch_for(by: ActorLike, public_id: str) -> None:
    """Let nobody stand behind an account any more, and let it agree from now on, at the operator's
    word. Raises NotFound."""
    with audited("accounts.vouched_for", by) as change:
        account = change.session.scalar(
            select(Account).where(Account.public_id == public_id).with_for_update()
        )
        if account is None or not account.active:
            raise NotFound
        stand_alone(change.session, account.id)
        account.settled_at = min(account.settled_at, change.now - SETTLED_AFTER)
        notify(change.session, account, VOUCHED_FOR, change.now)
        change.about(public_id)
