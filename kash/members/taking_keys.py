"""Keys that are taken away when the roles of an account are changed, or its access ends."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.accounts.models import Account
from kash.members.rules import CASE, IDENTITY, entitled
from kash.platform.vault import VaultMember, remove_member, take_compartment
from kash.policy import Role


def _member(session: Session, holder: str) -> VaultMember | None:
    return session.scalar(select(VaultMember).where(VaultMember.holder == holder))


def take_keys_with_roles(
    session: Session, public_id: str, roles: frozenset[Role], now: datetime
) -> None:
    """The step that takes away what the roles of an account no longer entitle to."""
    member = _member(session, public_id)
    if member is None:
        return
    may = entitled(roles)
    if not may:
        remove_member(session, member)
        return
    for name in (CASE, IDENTITY):
        if name not in may:
            take_compartment(session, member, name)


def take_all_keys(session: Session, account_id: int, now: datetime) -> None:
    """The step that takes an account's keys away; the rotation that follows needs a member."""
    holder = session.scalar(select(Account.public_id).where(Account.id == account_id))
    member = _member(session, holder or "")
    if member is not None:
        remove_member(session, member)
