"""A vault that is open: in the memory of one request, and between requests in one session's row.

The member's private key lies in that row under a secret that only a cookie of the same browser
holds. It closes by itself after ten idle minutes, or eight hours.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from kash.platform.vault.checks import KeyAltered, is_sealed, is_withheld, newest_made
from kash.platform.vault.compartments import (
    Secret,
    open_opening,
    open_private,
    seal_opening,
    unwrap_as_member,
)
from kash.platform.vault.envelope import NotAuthentic, SealError, UnknownKey
from kash.platform.vault.models import Compartment, CompartmentWrap, VaultMember, VaultOpening
from kash.platform.vault.sealing import WITHHELD, half_of, recall

IDLE = timedelta(minutes=10)
LONGEST = timedelta(hours=8)
# How exactly idling is known; so often at most a page writes that the vault was used.
TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class OpenVault:
    """Open vault: what one member's keys open, for as long as this request lasts.

    `secrets` are by compartment and generation; `idle_at` is when it closes unless it is used.
    """

    member_id: int
    member: str
    holder: str
    private: X25519PrivateKey = field(repr=False)
    secrets: Mapping[tuple[str, int], Secret] = field(repr=False)
    compartment_ids: Mapping[tuple[str, int], int] = field(repr=False)
    idle_at: datetime
    closes_at: datetime

    def holds(self, compartment: str) -> bool:
        """True if documents of a compartment open."""
        return any(name == compartment for name, _generation in self.secrets)

    def newest(self, compartment: str) -> Secret:
        """The secret of the newest generation. Raises UnknownKey."""
        generations = [generation for name, generation in self.secrets if name == compartment]
        if not generations:
            raise UnknownKey
        return self.secrets[compartment, max(generations)]


class HalfWithheld(SealError):
    """The server keeps its half of the member's key back."""

    sentence = "The server keeps its half of this key back."


def private_by_passphrase(member: VaultMember, stretched: bytes) -> X25519PrivateKey:
    """A member's private key by her stretched passphrase. Raises NotAuthentic if it is wrong, and
    HalfWithheld."""
    _refuse_withheld(member)
    return open_private(member.sealed_private, stretched, member.public_id, "passphrase")


def private_by_recovery(member: VaultMember, stretched: bytes) -> X25519PrivateKey:
    """A member's private key by her stretched recovery code. Raises NotAuthentic and
    HalfWithheld."""
    _refuse_withheld(member)
    if member.recovery_private is None:
        raise NotAuthentic
    return open_private(member.recovery_private, stretched, member.public_id, "recovery")


def _refuse_withheld(member: VaultMember) -> None:
    if is_withheld(member):
        raise HalfWithheld


def begin_opening(
    session: Session, member: VaultMember, private: X25519PrivateKey, session_id: str, now: datetime
) -> str:
    """Note that the vault is open in a session; the secret for its cookie."""
    token = secrets.token_urlsafe(32)
    end_openings(session, session_id)
    session.add(
        VaultOpening(
            session=session_id,
            member_id=member.id,
            sealed_private=seal_opening(private, token, session_id),
            opened_at=now,
            used_at=now,
        )
    )
    member.opened_at = now
    return token


def end_openings(session: Session, *session_ids: str) -> int:
    """Close the vault in sessions; how many were open."""
    done = session.execute(
        delete(VaultOpening)
        .where(VaultOpening.session.in_(session_ids))
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def end_openings_of(session: Session, member_id: int) -> None:
    """Close the vault of a member wherever it is open."""
    session.execute(
        delete(VaultOpening)
        .where(VaultOpening.member_id == member_id)
        .execution_options(synchronize_session=False)
    )


def end_old_openings(session: Session, now: datetime) -> int:
    """Clear rows of vaults that closed by themselves; how many."""
    over = (VaultOpening.used_at <= now - IDLE) | (VaultOpening.opened_at <= now - LONGEST)
    done = session.execute(
        delete(VaultOpening).where(over).execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def touch_opening(session: Session, session_id: str, now: datetime) -> None:
    """Note that an open vault was used."""
    session.execute(
        update(VaultOpening)
        .where(VaultOpening.session == session_id)
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )


# Every page asks these two for a member who has the vault open. Putting them together takes as long
# as running them.
_OPENING = (
    select(
        VaultOpening.sealed_private,
        VaultOpening.opened_at,
        VaultOpening.used_at,
        VaultMember.id,
        VaultMember.public_id,
        VaultMember.holder,
        VaultMember.withheld_at,
    )
    .join(VaultMember, VaultMember.id == VaultOpening.member_id)
    .where(VaultOpening.session == bindparam("session"))
)
_WRAPS = (
    select(
        Compartment.id,
        Compartment.name,
        Compartment.generation,
        Compartment.public_key,
        Compartment.seal,
        CompartmentWrap.wrapped,
    )
    .join(CompartmentWrap, CompartmentWrap.compartment_id == Compartment.id)
    .where(CompartmentWrap.member_id == bindparam("member"))
)


def find_opening(
    session: Session, session_id: str, token: str, now: datetime
) -> tuple[OpenVault, datetime] | None:
    """The vault as it is open in a session, and when it was last used; None if it is closed."""
    opening = session.execute(_OPENING, {"session": session_id}).one_or_none()
    if opening is None or now >= opening.used_at + IDLE or now >= opening.opened_at + LONGEST:
        return None
    if opening.withheld_at is not None or recall().get(half_of(opening.public_id)) == WITHHELD:
        return None
    try:
        private = open_opening(opening.sealed_private, token, session_id)
    except SealError:
        return None
    compartments, numbers = compartment_secrets(session, opening.id, opening.public_id, private)
    closes_at = opening.opened_at + LONGEST
    return (
        OpenVault(
            member_id=opening.id,
            member=opening.public_id,
            holder=opening.holder,
            private=private,
            secrets=compartments,
            compartment_ids=numbers,
            idle_at=min(now + IDLE, closes_at),
            closes_at=closes_at,
        ),
        opening.used_at,
    )


def compartment_secrets(
    session: Session, member_id: int, member: str, private: X25519PrivateKey
) -> tuple[dict[tuple[str, int], Secret], dict[tuple[str, int], int]]:
    """Secrets that are wrapped to a member, and the numbers of their rows.

    Anybody can wrap a secret of her own to a public key: one that does not make the key that was
    sealed opens nothing. Raises SealError: KeyAltered if a key is not the one that was made.
    """
    opened: dict[tuple[str, int], Secret] = {}
    numbers: dict[tuple[str, int], int] = {}
    told = recall()
    for wrap in session.execute(_WRAPS, {"member": member_id}):
        name, generation = wrap.name, wrap.generation
        try:
            secret = unwrap_as_member(
                wrap.wrapped, private, compartment=name, generation=generation, member=member
            )
        except SealError:
            raise KeyAltered(f"keys:{name}") from None
        if secret.public != wrap.public_key or not is_sealed(
            name, generation, wrap.public_key, wrap.seal, told
        ):
            raise KeyAltered(f"keys:{name}")
        opened[name, generation] = secret
        numbers[name, generation] = wrap.id
    for name in {name for name, _generation in opened}:
        if max(number for compartment, number in opened if compartment == name) < newest_made(
            name, told
        ):
            raise KeyAltered(f"keys:{name}")
    return opened, numbers


def open_in_memory(
    session: Session, member: VaultMember, private: X25519PrivateKey, now: datetime
) -> OpenVault:
    """An open vault without a session, for one action or a command. Raises SealError."""
    compartments, numbers = compartment_secrets(session, member.id, member.public_id, private)
    return OpenVault(
        member_id=member.id,
        member=member.public_id,
        holder=member.holder,
        private=private,
        secrets=compartments,
        compartment_ids=numbers,
        idle_at=now + IDLE,
        closes_at=now + LONGEST,
    )
