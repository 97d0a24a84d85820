"""Membership: joining, being let in, leaving, and the new generation that follows.

Functions work in the caller's transaction. Who is entitled to which compartment is the caller's to
decide, by roles; here stands only what keys can do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from kash.feature import Part, declared
from kash.platform.database import new_public_id
from kash.platform.vault import compartments as sealing
from kash.platform.vault.compartments import CompartmentName, Secret
from kash.platform.vault.documents import Sealed, fetch, key_of, move_keys, move_of, shred
from kash.platform.vault.envelope import SealError
from kash.platform.vault.models import (
    Compartment,
    CompartmentWrap,
    DocumentKey,
    SealedDocument,
    Unsealing,
    VaultMember,
)
from kash.platform.vault.passphrases import (
    new_salt,
    passphrase_as_read,
    recovery_code_as_read,
    stretched,
    words,
)
from kash.platform.vault.sessions import OpenVault, end_openings_of

_BATCH = 500


@dataclass(frozen=True)
class SealedElsewhere(Part):
    """A step that answers the ids of compartments to which something is sealed that does not lie
    among the documents yet. Their keys are not dropped."""

    compartments: Callable[[Session], Collection[int]]


@dataclass(frozen=True)
class NewKeys:
    """A fresh pair, its private half sealed under a passphrase and a recovery code: made before
    the transaction, since it takes two argon2 runs."""

    public_id: str
    private: X25519PrivateKey
    salt: bytes
    sealed_private: bytes
    recovery_salt: bytes
    recovery_private: bytes


def make_keys(
    passphrase: str,
    recovery_code: str,
    *,
    private: X25519PrivateKey | None = None,
    public_id: str = "",
) -> NewKeys:
    """A pair for a new member; or the same pair sealed anew, for one who changes her passphrase."""
    private = private or X25519PrivateKey.generate()
    public_id = public_id or new_public_id()
    salt, recovery_salt = new_salt(), new_salt()
    by_words = stretched(passphrase_as_read(passphrase), salt)
    by_code = stretched(recovery_code_as_read(recovery_code), recovery_salt)
    return NewKeys(
        public_id,
        private,
        salt,
        sealing.seal_private(private, by_words, public_id, "passphrase"),
        recovery_salt,
        sealing.seal_private(private, by_code, public_id, "recovery"),
    )


def add_member(session: Session, holder: str, keys: NewKeys, now: datetime) -> VaultMember:
    """A member who can open nothing yet."""
    row = VaultMember(
        public_id=keys.public_id,
        holder=holder,
        public_key=keys.private.public_key().public_bytes_raw(),
        salt=keys.salt,
        sealed_private=keys.sealed_private,
        recovery_salt=keys.recovery_salt,
        recovery_private=keys.recovery_private,
        joined_at=now,
    )
    session.add(row)
    session.flush()
    return row


def seal_anew(member: VaultMember, keys: NewKeys) -> None:
    """Put another passphrase and recovery code in place of a member's own."""
    member.salt, member.sealed_private = keys.salt, keys.sealed_private
    member.recovery_salt, member.recovery_private = keys.recovery_salt, keys.recovery_private


def fingerprint(public_key: bytes) -> str:
    """Four words to compare aloud before somebody is let in (44 bits)."""
    digest = int.from_bytes(hashlib.sha256(b"kash member" + public_key).digest()[:6], "big")
    return " ".join(words()[digest >> shift & 2047] for shift in (37, 26, 15, 4))


def make_compartment(
    session: Session, name: str, members: Iterable[VaultMember], now: datetime, generation: int = 1
) -> Secret:
    """A new generation of a compartment, wrapped to these members; its secret, for its maker."""
    secret = sealing.new_secret(name, generation)
    row = Compartment(name=name, generation=generation, public_key=secret.public, made_at=now)
    session.add(row)
    session.flush()
    for member in members:
        _wrap(session, row, secret, member)
    return secret


def _wrap(session: Session, row: Compartment, secret: Secret, member: VaultMember) -> None:
    session.add(
        CompartmentWrap(
            compartment_id=row.id,
            member_id=member.id,
            wrapped=sealing.wrap_for_member(secret, member.public_key, member.public_id),
        )
    )


def missing_compartments(session: Session, names: Collection[str]) -> list[str]:
    """Those of these compartments that nobody has made yet."""
    made = set(session.scalars(select(Compartment.name).distinct()))
    return [name for name in names if name not in made]


def let_in(
    session: Session, vault: OpenVault, member: VaultMember, names: Collection[str], now: datetime
) -> list[str]:
    """Wrap to a member every generation of these compartments that the open vault holds.

    Answers the compartments that she can open now.
    """
    has = set(
        session.scalars(
            select(CompartmentWrap.compartment_id).where(CompartmentWrap.member_id == member.id)
        )
    )
    rows = {row.id: row for row in session.scalars(select(Compartment))}
    for (name, generation), secret in vault.secrets.items():
        number = vault.compartment_ids[name, generation]
        if name in names and number not in has and number in rows:
            _wrap(session, rows[number], secret, member)
            has.add(number)
    if member.admitted_at is None:
        member.admitted_by, member.admitted_at = vault.holder, now
    session.flush()
    return sorted({rows[number].name for number in has if number in rows})


def remove_member(session: Session, member: VaultMember) -> None:
    """Take a member's wraps and openings away at once: for this no key is needed. What she asked to
    open, and why, goes with her.

    She may have kept what she could open, so a new generation of each compartment is due.
    """
    could_open = select(CompartmentWrap.compartment_id).where(
        CompartmentWrap.member_id == member.id
    )
    held = session.scalars(
        select(Compartment.name).where(Compartment.id.in_(could_open)).distinct()
    ).all()
    end_openings_of(session, member.id)
    session.execute(
        delete(CompartmentWrap)
        .where(CompartmentWrap.member_id == member.id)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Compartment)
        .where(Compartment.name.in_(held), Compartment.state == "current")
        .values(rotation_due=True)
        .execution_options(synchronize_session=False)
    )
    reasons = (
        select(SealedDocument.public_id)
        .join(Unsealing, Unsealing.reason_id == SealedDocument.id)
        .where(Unsealing.member_id == member.id)
    )
    shred(session, list(session.scalars(reasons)))
    session.delete(member)
    session.flush()


def take_compartment(session: Session, member: VaultMember, name: str) -> bool:
    """Take one compartment from a member who stays; whether she had it."""
    numbers = list(session.scalars(select(Compartment.id).where(Compartment.name == name)))
    done = session.execute(
        delete(CompartmentWrap)
        .where(CompartmentWrap.member_id == member.id, CompartmentWrap.compartment_id.in_(numbers))
        .execution_options(synchronize_session=False)
    )
    if not done.rowcount:  # type: ignore[attr-defined]
        return False
    end_openings_of(session, member.id)
    session.execute(
        update(Compartment)
        .where(Compartment.id.in_(numbers), Compartment.state == "current")
        .values(rotation_due=True)
        .execution_options(synchronize_session=False)
    )
    return True


# --- Rotation --------------------------------------------------------------------------------


def _unfinished() -> ColumnElement[bool]:
    """Generations that are to be left, as long as anybody can open what lies in them."""
    held = exists().where(CompartmentWrap.compartment_id == Compartment.id)
    return and_(or_(Compartment.rotation_due.is_(True), Compartment.state == "retiring"), held)


def rotation_due(session: Session, vault: OpenVault) -> list[str]:
    """The compartments of this member whose rotation is due or unfinished."""
    names = session.scalars(select(Compartment.name).where(_unfinished()).distinct())
    return sorted(name for name in names if vault.holds(name))


def unfinished_rotations(session: Session) -> dict[str, int]:
    """Compartments whose rotation is due or under way, with how many documents are left."""
    counted = (
        select(Compartment.name, func.count(DocumentKey.document_id))
        .outerjoin(DocumentKey, DocumentKey.compartment_id == Compartment.id)
        .where(_unfinished())
        .group_by(Compartment.name)
    )
    return {name: int(count) for name, count in session.execute(counted)}


def lost_compartments(session: Session) -> list[str]:
    """Compartments that were made and that nobody can open any more."""
    held = exists().where(CompartmentWrap.compartment_id == Compartment.id)
    return list(
        session.scalars(
            select(Compartment.name)
            .where(Compartment.state == "current", ~held)
            .order_by(Compartment.name)
        )
    )


def begin_anew(session: Session, name: str, member: VaultMember, now: datetime) -> Secret:
    """The next generation of a compartment that nobody can open any more, for what is filed from
    now on. What lies in the lost one stays there and opens for nobody."""
    lost = session.scalars(
        select(Compartment)
        .where(Compartment.name == name, Compartment.state == "current")
        .with_for_update()
    ).one()
    lost.state, lost.rotation_due = "retiring", False
    session.flush()
    return make_compartment(session, name, [member], now, lost.generation + 1)


def begin_rotation(session: Session, vault: OpenVault, name: str, now: datetime) -> bool:
    """Make the next generation of a compartment, wrapped to all who can open the present one.

    Nothing is moved yet, and the older generation stays: every document opens meanwhile. False if
    none is due, or another member was first.
    """
    current = session.scalar(
        select(Compartment)
        .where(Compartment.name == name, Compartment.state == "current")
        .with_for_update()
    )
    if current is None or not current.rotation_due or not vault.holds(name):
        return False
    holders = session.scalars(
        select(VaultMember)
        .join(CompartmentWrap, CompartmentWrap.member_id == VaultMember.id)
        .where(CompartmentWrap.compartment_id == current.id)
        .order_by(VaultMember.id)
    ).all()
    current.state, current.rotation_due = "retiring", False
    session.flush()
    make_compartment(session, name, holders, now, current.generation + 1)
    return True


def continue_rotation(session: Session, vault: OpenVault, name: str) -> int:
    """Move the next documents to the newest generation, and drop older ones that are empty.

    The vault must have been read since the new generation was made. Answers how many documents
    are still to move: the caller commits each batch by itself.
    """
    secret = vault.newest(name)
    rows = session.execute(
        select(Compartment.id, Compartment.generation, Compartment.state).where(
            Compartment.name == name
        )
    ).all()
    # What lies under a generation that she does not hold stays where it is: another may hold it.
    retiring = [
        row.id
        for row in rows
        if row.state == "retiring" and (name, row.generation) in vault.secrets
    ]
    current = [row.id for row in rows if row.state == "current"]
    if not retiring or vault.compartment_ids[name, secret.generation] not in current:
        return 0
    waiting = (
        select(SealedDocument.public_id)
        .join(DocumentKey, DocumentKey.document_id == SealedDocument.id)
        .where(DocumentKey.compartment_id.in_(retiring))
    )
    found = fetch(session, *session.scalars(waiting.limit(_BATCH)))
    move_keys(session, [_moved(vault, sealed, secret) for sealed in found])
    left = session.scalar(select(func.count()).select_from(waiting.subquery())) or 0
    if not left:
        empty = ~exists().where(DocumentKey.compartment_id == Compartment.id)
        needed = {
            number for one in declared(SealedElsewhere) for number in one.compartments(session)
        }
        session.execute(
            delete(Compartment)
            .where(Compartment.id.in_(set(retiring) - needed), empty)
            .execution_options(synchronize_session=False)
        )
    return left


def _moved(vault: OpenVault, sealed: Sealed, secret: Secret) -> dict[str, Any]:
    try:
        key = key_of(vault, sealed)
    except SealError:
        # A damaged key opens nothing under any generation: it moves as it is, and says so there.
        return move_of(vault, sealed, sealed.form, sealed.wrapped)
    return move_of(vault, sealed, "kept", sealing.keep_key(key, secret, sealed.place))


def can_open(session: Session) -> dict[str, int]:
    """How many members hold the newest generation of each compartment."""
    counted = (
        select(Compartment.name, func.count(CompartmentWrap.member_id))
        .outerjoin(CompartmentWrap, CompartmentWrap.compartment_id == Compartment.id)
        .where(Compartment.state == "current")
        .group_by(Compartment.name)
    )
    return {CompartmentName(name): count for name, count in session.execute(counted)}
