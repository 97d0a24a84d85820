"""Keys that are taken away, or held back, when the roles of an account are changed or its access
ends."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.accounts.errors import LastKeyHolder
from kash.accounts.models import Account
from kash.members.rules import CASE, IDENTITY, entitled
from kash.platform.vault import (
    VaultMember,
    only_holder_of,
    remove_member,
    take_compartment,
    withhold,
)
from kash.policy import Role

TAKEN, HELD_BACK = "members.keys_taken", "members.key_held_back"
OUTCOMES = {
    TAKEN: _l(
        "The keys of the vault were taken away. New ones are made when a member next opens it."
    ),
    HELD_BACK: _l(
        "The key of the vault was held back, not taken away: nobody else can open what it opens. An"
        " administrator or the director gives it back, on the page of who holds keys."
    ),
}


def _member(session: Session, holder: str) -> VaultMember | None:
    return session.scalar(select(VaultMember).where(VaultMember.holder == holder))


def take_keys_with_roles(
    session: Session, public_id: str, roles: frozenset[Role], now: datetime
) -> None:
    """The step that takes away what the roles of an account no longer entitle to. Raises
    LastKeyHolder if nobody else can open something of it."""
    member = _member(session, public_id)
    if member is None:
        return
    may = entitled(roles)
    if not may.issuperset(only_holder_of(session, member, lock=True)):
        raise LastKeyHolder
    if not may:
        remove_member(session, member)
        return
    for name in (CASE, IDENTITY):
        if name not in may:
            take_compartment(session, member, name)


def take_all_keys(session: Session, account_id: int, now: datetime) -> str | None:
    """The step that takes an account's keys away; the rotation that follows needs a member.

    What nobody else can open would be lost: that key stays, and the server's half of it is held
    back. Answers which of the two was done, None if there were no keys.
    """
    holder = session.scalar(select(Account.public_id).where(Account.id == account_id))
    member = _member(session, holder or "")
    if member is None:
        return None
    alone = only_holder_of(session, member, lock=True)
    if not alone:
        remove_member(session, member)
        return TAKEN
    for name in (CASE, IDENTITY):
        if name not in alone:
            take_compartment(session, member, name)
    withhold(session, member, now)
    return HELD_BACK
