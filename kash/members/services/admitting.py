"""Letting members in, and taking their keys away."""

from __future__ import annotations

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.accounts.models import Account
from kash.accounts.queries.accounts import roles_of
from kash.members.errors import CannotLetIn, NotEntitled, WordsChanged
from kash.members.rules import entitled
from kash.members.services.alarms import alarming
from kash.platform.vault import (
    CompartmentWrap,
    OpenVault,
    VaultMember,
    audited,
    let_in,
    remove_member,
    seal_member,
)
from kash.platform.web.errors import Forbidden, NotFound, one_or_404
from kash.policy import Actor, Role


def _compared(session: Session, by: Actor, public_id: str, shown: str) -> VaultMember:
    """Another member whose key is still the one of which the words were shown, locked."""
    member = session.scalar(
        select(VaultMember).where(VaultMember.public_id == public_id).with_for_update()
    )
    if member is None or member.holder == by.public_id:
        raise NotFound
    if hashlib.sha256(member.public_key).hexdigest() != shown:
        raise WordsChanged
    return member


def note_compared(by: Actor, vault: OpenVault, public_id: str, shown: str) -> None:
    """Seal the key of a member with whom four words were compared, for all that both hold.

    `shown` is what the page carried of the key whose words it showed. Raises NotFound,
    WordsChanged and KeyNotRight.
    """
    with alarming(by), audited("vault.words_compared", by) as change:
        seal_member(change.session, vault, _compared(change.session, by, public_id, shown))
        change.about(public_id)


def admit(by: Actor, vault: OpenVault, public_id: str, shown: str) -> list[str]:
    """Let a member, with whom four words were compared, into all that her roles entitle to and the
    open vault holds; into what. `shown` is as that of `note_compared`.

    Raises NotFound, WordsChanged, KeyNotRight, NotEntitled if her account may hold no keys now, and
    CannotLetIn if there is nothing that the vault could give her.
    """
    with alarming(by), audited("vault.member_let_in", by) as change:
        member = _compared(change.session, by, public_id, shown)
        account = change.session.scalar(
            select(Account).where(Account.public_id == member.holder).with_for_update()
        )
        may = (
            entitled(roles_of(account))
            if account is not None and account.active and account.paused_at is None
            else frozenset()
        )
        if not may:
            raise NotEntitled
        given = sorted(name for name in may if vault.holds(name))
        if not given:
            raise CannotLetIn
        opened = let_in(change.session, vault, member, given, change.now)
        change.about(public_id, *(f"keys:{name}" for name in given))
    return opened


def remove(by: Actor, public_id: str) -> None:
    """Take a member's keys away at once: by a member, or by an administrator, who needs none.

    A new generation of what she could open is due. Raises NotFound and Forbidden.
    """
    with audited("vault.member_removed", by) as change:
        session = change.session
        member = one_or_404(
            session.scalar(
                select(VaultMember).where(VaultMember.public_id == public_id).with_for_update()
            )
        )
        own = session.scalar(
            select(CompartmentWrap.member_id)
            .join(VaultMember, VaultMember.id == CompartmentWrap.member_id)
            .where(VaultMember.holder == by.public_id)
            .limit(1)
        )
        # Whoever waits may withdraw; to remove others one must be in, or administer accounts.
        if own is None and member.holder != by.public_id and Role.ADMINISTRATOR not in by.roles:
            raise Forbidden
        remove_member(session, member)
        change.about(public_id)
