"""Letting members in, taking their keys away, and giving back what was held back."""

from __future__ import annotations

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.accounts.errors import CannotAgree, LastKeyHolder
from kash.accounts.models import Account
from kash.accounts.names import STANDING_SENTENCES
from kash.accounts.queries.accounts import roles_of
from kash.accounts.queries.backing import standing_in_requests
from kash.accounts.services.notices import KEYS_ASKED, KEYS_GIVEN_BACK, notify
from kash.members.errors import AlreadyAsked, CannotLetIn, NotEntitled, WordsChanged
from kash.members.queries import asker_of, may_remove
from kash.members.rules import entitled
from kash.members.services.alarms import alarming
from kash.platform.approvals.rules import Standing
from kash.platform.vault import (
    OpenVault,
    VaultMember,
    audited,
    give_back,
    is_withheld,
    let_in,
    only_holder_of,
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

    The last who can open something leaves by her own hand, or by two: then somebody asked before,
    and another, who is independent, does it. A new generation of what she could open is due. Raises
    NotFound, Forbidden, LastKeyHolder and CannotAgree.
    """
    with audited("vault.member_removed", by) as change:
        session = change.session
        member = _member(session, public_id)
        change.about(public_id)
        if member.holder != by.public_id and only_holder_of(session, member, lock=True):
            asker = asker_of(session, member, change.now)
            if asker is None:
                raise LastKeyHolder
            stands = standing_in_requests(session, by.public_id, [asker.public_id], change.now)(
                asked_by=asker.public_id, concerned=member.holder
            )
            if stands is not Standing.MAY:
                raise CannotAgree(STANDING_SENTENCES[stands])
            change.about(asker.public_id)
            allowed = may_remove(session, by, member, Role.ADMINISTRATOR, Role.DIRECTOR)
        else:
            allowed = may_remove(session, by, member, Role.ADMINISTRATOR)
        if not allowed:
            raise Forbidden
        remove_member(session, member)


def _member(session: Session, public_id: str) -> VaultMember:
    return one_or_404(
        session.scalar(
            select(VaultMember).where(VaultMember.public_id == public_id).with_for_update()
        )
    )


def ask_to_remove(by: Actor, public_id: str) -> None:
    """Ask that the keys of the last who can open something be taken away; she is told, and another
    has to agree. Raises NotFound, Forbidden, and AlreadyAsked while somebody asks."""
    with audited("vault.removal_asked", by) as change:
        member = _member(change.session, public_id)
        if not may_remove(change.session, by, member, Role.ADMINISTRATOR):
            raise Forbidden
        if asker_of(change.session, member, change.now) is not None:
            raise AlreadyAsked
        member.removal_asked_by, member.removal_asked_at = by.public_id, change.now
        account = change.session.scalar(select(Account).where(Account.public_id == member.holder))
        if account is not None:
            notify(change.session, account, KEYS_ASKED, change.now)
        change.about(public_id)


def withdraw_removal(by: Actor, public_id: str) -> None:
    """Take back what one asked for oneself. Raises NotFound."""
    with audited("vault.removal_withdrawn", by) as change:
        member = _member(change.session, public_id)
        if member.removal_asked_by != by.public_id:
            raise NotFound
        member.removal_asked_by = member.removal_asked_at = None
        change.about(public_id)


def return_half(by: Actor, public_id: str) -> None:
    """Give the server's half of a member's key back; she is told.

    Nothing is done if it is not held back. Raises NotFound, and Forbidden for herself and for
    whoever neither administers accounts nor directs.
    """
    with audited("vault.half_given_back", by) as change:
        member = _member(change.session, public_id)
        if member.holder == by.public_id or not by.may("accounts.propose"):
            raise Forbidden
        if not is_withheld(member):
            change.nothing()
            return
        give_back(change.session, member)
        account = change.session.scalar(select(Account).where(Account.public_id == member.holder))
        if account is not None:
            notify(change.session, account, KEYS_GIVEN_BACK, change.now)
        change.about(public_id)
