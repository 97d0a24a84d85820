"""Opening and closing the vault in one browser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.accounts.services.throttle import count_try
from kash.members.errors import HeldBack, NoKeys, TooManyPassphrases, WrongPassphrase
from kash.members.queries import holds_anything, member_of
from kash.members.rules import entitled
from kash.members.services.alarms import alarming, look_at_keys
from kash.platform.vault import (
    KeyAltered,
    NotAuthentic,
    SealError,
    VaultMember,
    VaultOpening,
    audited,
    begin_opening,
    end_openings,
    is_withheld,
    open_in_memory,
    passphrase_as_read,
    private_by_passphrase,
    seal_alone,
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


def own_private(by: Actor, passphrase: str) -> X25519PrivateKey:
    """The actor's own private key, by her passphrase; argon2 runs once.

    Raises NoKeys, WrongPassphrase, TooManyPassphrases, HeldBack, and KeyNotRight if the key in the
    database is not its other half.
    """
    if member_of(by.public_id) is None:
        raise NoKeys
    count_passphrase(by)
    member = member_of(by.public_id)
    if member is None:
        raise NoKeys
    if is_withheld(member):
        raise HeldBack
    try:
        private = private_by_passphrase(
            member, stretched(passphrase_as_read(passphrase), member.salt)
        )
    except NotAuthentic:
        raise WrongPassphrase from None
    except SealError:
        raise NoKeys from None
    with alarming(by):
        _check_own(member, private)
    return private


def _check_own(member: VaultMember, private: X25519PrivateKey) -> None:
    if private.public_key().public_bytes_raw() != member.public_key:
        raise KeyAltered(member.public_id)


def open_with_passphrase(by: Actor, passphrase: str, prove: Callable[[], object]) -> str:
    """Open the vault in the actor's session; the secret for its cookie.

    `prove` takes the second factor and raises if it is wrong. It runs once the passphrase is known
    to be right, so that a mistyped word spends no code. All keys are checked before it opens.
    Raises as `own_private`, and what `prove` raises.
    """
    member = member_of(by.public_id)
    if member is None or not entitled(by.roles) or not holds_anything(member):
        raise NoKeys
    opened = member.public_id
    private = own_private(by, passphrase)
    prove()
    with alarming(by), audited("vault.opened", by) as change:
        session = change.session
        member = session.scalar(
            select(VaultMember).where(VaultMember.holder == by.public_id).with_for_update()
        )
        # Her keys may have been taken away, or held back, while argon2 ran.
        if member is None or member.admitted_at is None or member.public_id != opened:
            raise NoKeys
        if is_withheld(member):
            raise HeldBack
        _check_own(member, private)
        vault = open_in_memory(session, member, private, change.now)
        seal_alone(session, vault, member)
        token = begin_opening(session, member, private, by.session_id, change.now)
        change.about(opened)
    look_at_keys(by, vault.secrets)
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
