"""Opening and closing the vault in one browser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.accounts.services.throttle import count_try
from kash.members.errors import NoKeys, TooManyPassphrases, WrongPassphrase
from kash.members.queries import holds_anything, member_of
from kash.members.rules import entitled
from kash.platform.vault import (
    NotAuthentic,
    SealError,
    VaultMember,
    VaultOpening,
    audited,
    begin_opening,
    end_openings,
    passphrase_as_read,
    private_by_passphrase,
    stretched,
)
from kash.platform.web.errors import TooManyTries
from kash.policy import Actor

_TRIES = 20
_WINDOW = timedelta(minutes=15)


def count_passphrase(by: Actor) -> None:
    """Count a try of a passphrase or a recovery code. Raises TooManyPassphrases."""
    try:
        count_try("vault.open", by.public_id, limit=_TRIES, window=_WINDOW)
    except TooManyTries:
        raise TooManyPassphrases from None


def open_with_passphrase(by: Actor, passphrase: str, prove: Callable[[], object]) -> str:
    """Open the vault in the actor's session; the secret for its cookie.

    `prove` takes the second factor and raises if it is wrong. It runs once the passphrase is known
    to be right, so that a mistyped word spends no code. argon2 runs once. Raises NoKeys,
    WrongPassphrase, TooManyPassphrases, and what `prove` raises.
    """
    member = member_of(by.public_id)
    if member is None or not entitled(by.roles) or not holds_anything(member):
        raise NoKeys
    count_passphrase(by)
    member = member_of(by.public_id)
    if member is None:
        raise NoKeys
    try:
        private = private_by_passphrase(
            member, stretched(passphrase_as_read(passphrase), member.salt)
        )
    except NotAuthentic:
        raise WrongPassphrase from None
    except SealError:
        raise NoKeys from None
    prove()
    with audited("vault.opened", by) as change:
        member = change.session.scalar(
            select(VaultMember).where(VaultMember.holder == by.public_id).with_for_update()
        )
        # Her keys may have been taken away, or sealed anew, while argon2 ran.
        if (
            member is None
            or member.admitted_at is None
            or private.public_key().public_bytes_raw() != member.public_key
        ):
            raise NoKeys
        token = begin_opening(change.session, member, private, by.session_id, change.now)
        change.about(member.public_id)
    return token


def close_vault(by: Actor) -> None:
    """Close the vault in the actor's session."""
    with audited("vault.closed", by) as change:
        if not end_openings(change.session, by.session_id):
            change.nothing()
            return
        member = change.session.scalar(
            select(VaultMember.public_id).where(VaultMember.holder == by.public_id)
        )
        change.about(member or by.public_id)


def close_with_sessions(session: Session, public_ids: Sequence[str]) -> None:
    """The step that closes the vault in sessions that end."""
    end_openings(session, *public_ids)


def is_open_anywhere(session: Session, member_id: int) -> bool:
    """True if a member has the vault open in some browser."""
    found = select(VaultOpening.id).where(VaultOpening.member_id == member_id).limit(1)
    return session.scalar(found) is not None
