"""A member's own keys: made, sealed anew under another passphrase, or by the recovery code.

argon2 runs before the transaction. A recovery code is answered once and kept nowhere.
"""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.members.errors import (
    HasKeys,
    HeldBack,
    NoKeys,
    NotEntitled,
    StaleWords,
    WrongRecoveryCode,
)
from kash.members.queries import member_of
from kash.members.rules import entitled, may_begin
from kash.members.services.alarms import alarming
from kash.members.services.vault_sessions import count_passphrase, own_private
from kash.platform.database import utc_now
from kash.platform.vault import (
    SealError,
    VaultMember,
    add_member,
    audited,
    begin_anew,
    end_openings_of,
    fingerprint,
    is_withheld,
    lost_compartments,
    make_compartment,
    make_keys,
    missing_compartments,
    new_passphrase,
    new_recovery_code,
    open_text,
    passphrase_as_read,
    private_by_recovery,
    recovery_code_as_read,
    seal,
    seal_anew,
    stretched,
)
from kash.policy import Actor

# How long words that were shown may be typed back.
SHOWN_FOR = timedelta(hours=1)
_WORDS, _CODE = "members.words", "members.code"


def _carried(by: Actor, text: str, kind: str) -> str:
    """Text that a page carries for its own session, sealed by the server; kept nowhere else."""
    sealed = seal(
        json.dumps([text, utc_now().timestamp()]),
        kind=kind,
        public_id=by.session_id or by.public_id,
    )
    return base64.urlsafe_b64encode(sealed).decode()


def _read(by: Actor, carried: str, kind: str) -> str:
    try:
        sealed = base64.urlsafe_b64decode(carried.encode())
        text, at = json.loads(open_text(sealed, kind=kind, public_id=by.session_id or by.public_id))
    except (SealError, ValueError):
        raise StaleWords from None
    if utc_now().timestamp() - at > SHOWN_FOR.total_seconds():
        raise StaleWords
    return str(text)


def offer_words(by: Actor) -> tuple[str, str]:
    """Six new words, and the same as the page carries them until they are typed back."""
    words = new_passphrase()
    return words, _carried(by, words, _WORDS)


def offered_words(by: Actor, carried: str) -> str:
    """The words that a page carries. Raises StaleWords."""
    return _read(by, carried, _WORDS)


def carry_code(by: Actor, code: str) -> str:
    """A recovery code as the page carries it until its sheet is printed."""
    return _carried(by, code, _CODE)


def carried_code(by: Actor, carried: str) -> str:
    """The recovery code that a page carries. Raises StaleWords."""
    return _read(by, carried, _CODE)


def is_typed_back(words: str, typed: str) -> bool:
    """True if somebody typed the words that she was shown."""
    return passphrase_as_read(typed) == passphrase_as_read(words)


class MadeKeys(NamedTuple):
    """A recovery code, and the four words of the key that it belongs to."""

    code: str
    words: str


def own_words(by: Actor, passphrase: str) -> str:
    """The four words of the actor's own key, as her passphrase opens it: the row alone may have
    been altered. Raises NoKeys, WrongPassphrase, TooManyPassphrases, HeldBack and KeyNotRight."""
    private = own_private(by, passphrase)
    return fingerprint(private.public_key().public_bytes_raw())


def make_own_keys(by: Actor, passphrase: str) -> MadeKeys:
    """Make the actor's keys; her recovery code and four words.

    A compartment that nobody has made, or that nobody can open any more, she makes herself if her
    roles may; into all others a member lets her in. Raises NotEntitled and HasKeys.
    """
    may = entitled(by.roles)
    if not may:
        raise NotEntitled
    if member_of(by.public_id) is not None:
        raise HasKeys
    code = new_recovery_code()
    keys = make_keys(passphrase, code)
    with alarming(by), audited("vault.keys_made", by) as change:
        session = change.session
        if session.scalar(select(VaultMember.id).where(VaultMember.holder == by.public_id)):
            raise HasKeys
        member = add_member(session, by.public_id, keys, change.now)
        change.about(member.public_id)
        change.about(*(f"keys:{name}" for name in _begin(session, by, member, change.now)))
    return MadeKeys(code, fingerprint(keys.private.public_key().public_bytes_raw()))


def _begin(session: Session, by: Actor, member: VaultMember, now: datetime) -> list[str]:
    """Make what nobody has made, and anew what is lost; which compartments."""
    may = may_begin(by.roles)
    made = missing_compartments(session, sorted(may))
    for name in made:
        make_compartment(session, name, [member], now)
    anew = sorted(may.intersection(lost_compartments(session)))
    for name in anew:
        begin_anew(session, name, member, now)
    if (made or anew) and member.admitted_at is None:
        member.admitted_by, member.admitted_at = by.public_id, now
        session.flush()
    return [*made, *anew]


def begin_compartments(by: Actor) -> None:
    """Make, with keys that the actor has already, what nobody has made or can open any more.

    Raises NoKeys, and NotEntitled if there is nothing that she may begin.
    """
    with alarming(by), audited("vault.compartment_begun", by) as change:
        member = change.session.scalar(
            select(VaultMember).where(VaultMember.holder == by.public_id).with_for_update()
        )
        if member is None:
            raise NoKeys
        begun = _begin(change.session, by, member, change.now)
        if not begun:
            raise NotEntitled
        end_openings_of(change.session, member.id)
        change.about(member.public_id, *(f"keys:{name}" for name in begun))


def _own(by: Actor) -> VaultMember:
    member = member_of(by.public_id)
    if member is None:
        raise NoKeys
    return member


def change_passphrase(by: Actor, present: str, new: str) -> MadeKeys:
    """Seal the actor's key under another passphrase; a new recovery code, the old one is void.

    Raises as `own_words`.
    """
    return _sealed_anew(by, "vault.passphrase_changed", own_private(by, present), new)


def recover(by: Actor, code: str, new: str) -> MadeKeys:
    """Seal the actor's key under another passphrase by her recovery code; a new recovery code.

    Raises NoKeys, WrongRecoveryCode, TooManyPassphrases and HeldBack.
    """
    _own(by)
    count_passphrase(by)
    member = _own(by)
    if is_withheld(member):
        raise HeldBack
    try:
        private = private_by_recovery(
            member, stretched(recovery_code_as_read(code), member.recovery_salt or b"\0" * 16)
        )
    except SealError:
        raise WrongRecoveryCode from None
    return _sealed_anew(by, "vault.recovered", private, new)


def _sealed_anew(by: Actor, action: str, private: X25519PrivateKey, new: str) -> MadeKeys:
    code = new_recovery_code()
    public_id = _own(by).public_id
    keys = make_keys(new, code, private=private, public_id=public_id)
    with audited(action, by) as change:
        member = change.session.scalar(
            select(VaultMember).where(VaultMember.holder == by.public_id).with_for_update()
        )
        if member is None or member.public_key != private.public_key().public_bytes_raw():
            raise NoKeys
        seal_anew(member, keys)
        # Whoever knew the old passphrase has it open nowhere any more.
        end_openings_of(change.session, member.id)
        change.about(member.public_id)
    return MadeKeys(code, fingerprint(private.public_key().public_bytes_raw()))
