"""Membership: joining, being let in, leaving, and the new generation that follows.

Functions work in the caller's transaction. Who is entitled to which compartment is the caller's to
decide, by roles; here stands only what keys can do.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from flask import current_app
from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from kash.feature import Part, declared
from kash.platform.database import new_public_id
from kash.platform.vault import compartments as sealing
from kash.platform.vault.checks import (
    KeyAltered,
    Trust,
    check_current,
    check_members,
    compartment_seal,
    is_taken_since,
    member_trust,
    newest_made,
    remembered_holders,
)
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
from kash.platform.vault.sealing import (
    RETURNED,
    SEALED,
    TAKEN,
    WITHHELD,
    generation_of,
    half_of,
    holding_of,
    recall,
    remember,
    vault_of,
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
    member = VaultMember(
        public_id=keys.public_id,
        holder=holder,
        public_key=keys.private.public_key().public_bytes_raw(),
        salt=keys.salt,
        sealed_private=keys.sealed_private,
        recovery_salt=keys.recovery_salt,
        recovery_private=keys.recovery_private,
        joined_at=now,
    )
    session.add(member)
    session.flush()
    return member


def seal_anew(member: VaultMember, keys: NewKeys) -> None:
    """Put another passphrase and recovery code in place of a member's own."""
    member.salt, member.sealed_private = keys.salt, keys.sealed_private
    member.recovery_salt, member.recovery_private = keys.recovery_salt, keys.recovery_private


def fingerprint(public_key: bytes) -> str:
    """Four words to compare aloud before somebody is let in (44 bits). They hang on the key file as
    well: without it nobody can look for another key that has the same words."""
    key = vault_of(current_app).keys.derived("vault words")
    digest = int.from_bytes(hmac.digest(key, public_key, hashlib.sha256)[:6], "big")
    return " ".join(words()[digest >> shift & 2047] for shift in (37, 26, 15, 4))


def make_compartment(
    session: Session, name: str, members: Iterable[VaultMember], now: datetime, generation: int = 1
) -> Secret:
    """A new generation of a compartment, wrapped to these members, whose keys were checked; its
    secret, for its maker. Raises KeyAltered if there was such a generation before."""
    if generation <= newest_made(name, recall()):
        raise KeyAltered(f"keys:{name}")
    secret = sealing.new_secret(name, generation)
    compartment = Compartment(
        name=name,
        generation=generation,
        public_key=secret.public,
        seal=compartment_seal(name, generation, secret.public),
        made_at=now,
    )
    remember({generation_of(name): str(generation)})
    session.add(compartment)
    session.flush()
    for member in members:
        _wrap(session, compartment, secret, member)
    return secret


def _wrap(session: Session, row: Compartment, secret: Secret, member: VaultMember) -> None:
    session.add(
        CompartmentWrap(
            compartment_id=row.id,
            member_id=member.id,
            wrapped=sealing.wrap_for_member(secret, member.public_key, member.public_id),
            seal=secret.member_seal(member.public_id, member.holder, member.public_key),
        )
    )
    remember({holding_of(row.name, member.public_id): SEALED})


def missing_compartments(session: Session, names: Collection[str]) -> list[str]:
    """Those of these compartments that nobody has made yet."""
    present = set(session.scalars(select(Compartment.name).distinct()))
    return [name for name in names if name not in present]


def let_in(
    session: Session, vault: OpenVault, member: VaultMember, names: Collection[str], now: datetime
) -> list[str]:
    """Wrap to a member, after four words were compared with her, every generation of these
    compartments that the open vault holds, and seal her key for those that she has already.

    Answers the compartments that she can open now.
    """
    seal_member(session, vault, member)
    has = set(
        session.scalars(
            select(CompartmentWrap.compartment_id).where(CompartmentWrap.member_id == member.id)
        )
    )
    rows = {compartment.id: compartment for compartment in session.scalars(select(Compartment))}
    for (name, generation), secret in vault.secrets.items():
        number = vault.compartment_ids[name, generation]
        if name in names and number not in has and number in rows:
            _wrap(session, rows[number], secret, member)
            has.add(number)
    if member.admitted_at is None:
        member.admitted_by, member.admitted_at = vault.holder, now
    session.flush()
    return sorted({rows[number].name for number in has if number in rows})


def seal_member(session: Session, vault: OpenVault, member: VaultMember) -> None:
    """Seal a member's key, whose four words were compared, for all that she and the open vault both
    hold. Raises KeyAltered if there is a wrap that nobody gave her."""
    told = recall()
    rows = {number: place for place, number in vault.compartment_ids.items()}
    for wrap in session.scalars(
        select(CompartmentWrap).where(CompartmentWrap.member_id == member.id)
    ):
        secret = vault.secrets.get(rows.get(wrap.compartment_id, ("", 0)))
        if secret is None:
            continue
        trust = member_trust(secret.compartment, member, wrap.seal, told, secret)
        if trust is Trust.ALTERED:
            raise KeyAltered(member.public_id, f"keys:{secret.compartment}")
        wrap.seal = secret.member_seal(member.public_id, member.holder, member.public_key)
        remember({holding_of(secret.compartment, member.public_id): SEALED})
    session.flush()


def seal_alone(session: Session, vault: OpenVault, member: VaultMember) -> None:
    """Seal the key of a member for what she alone can open: there is nobody to compare words with,
    and that she has it open proves that the key is hers."""
    told = recall()
    for (name, generation), secret in vault.secrets.items():
        wraps = session.scalars(
            select(CompartmentWrap).where(
                CompartmentWrap.compartment_id == vault.compartment_ids[name, generation]
            )
        ).all()
        if len(wraps) == 1 and (
            member_trust(name, member, wraps[0].seal, told, secret) is Trust.UNCOMPARED
        ):
            wraps[0].seal = secret.member_seal(member.public_id, member.holder, member.public_key)
            remember({holding_of(name, member.public_id): SEALED})
    session.flush()


def _forgotten(session: Session, member: VaultMember, names: Collection[str]) -> None:
    """Remember that a member's wraps of these compartments are taken, and while which generation
    was current: a row of before that comes back is known."""
    current = session.execute(
        select(Compartment.name, Compartment.generation).where(
            Compartment.name.in_(names), Compartment.state == "current"
        )
    )
    told = {holding_of(name, member.public_id): f"{TAKEN}:{number}" for name, number in current}
    if told:
        remember(told)


def only_holder_of(session: Session, member: VaultMember, *, lock: bool = False) -> list[str]:
    """The compartments of which something opens for this member alone. With `lock`, a person who
    removes somebody waits here for another who does so."""
    wrapped = (
        select(Compartment.id, Compartment.name)
        .join(CompartmentWrap, CompartmentWrap.compartment_id == Compartment.id)
        .where(CompartmentWrap.member_id == member.id)
        .order_by(Compartment.id)
    )
    rows = session.execute(wrapped.with_for_update(of=Compartment) if lock else wrapped).all()
    shared = set(
        session.scalars(
            select(CompartmentWrap.compartment_id).where(
                CompartmentWrap.compartment_id.in_([compartment.id for compartment in rows]),
                CompartmentWrap.member_id != member.id,
            )
        )
    )
    return sorted({compartment.name for compartment in rows if compartment.id not in shared})


def withhold(session: Session, member: VaultMember, now: datetime) -> None:
    """Keep the server's half of a member's key back: she opens nothing until it is returned, and
    what only she can open is not lost."""
    end_openings_of(session, member.id)
    member.withheld_at = member.withheld_at or now
    remember({half_of(member.public_id): WITHHELD})
    session.flush()


def give_back(session: Session, member: VaultMember) -> None:
    """Return the server's half of a member's key."""
    member.withheld_at = None
    remember({half_of(member.public_id): RETURNED})
    session.flush()


def remove_member(session: Session, member: VaultMember) -> None:
    """Take a member's wraps and openings away at once: for this no key is needed. What she asked to
    open, and why, goes with her.

    She may have kept what she could open, so a new generation of each compartment is due.
    """
    could_open = select(CompartmentWrap.compartment_id).where(
        CompartmentWrap.member_id == member.id
    )
    wrapped = session.scalars(
        select(Compartment.name).where(Compartment.id.in_(could_open)).distinct()
    ).all()
    end_openings_of(session, member.id)
    _forgotten(session, member, wrapped)
    session.execute(
        delete(CompartmentWrap)
        .where(CompartmentWrap.member_id == member.id)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Compartment)
        .where(Compartment.name.in_(wrapped), Compartment.state == "current")
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
    _forgotten(session, member, [name])
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
    wrapped = exists().where(CompartmentWrap.compartment_id == Compartment.id)
    return and_(or_(Compartment.rotation_due.is_(True), Compartment.state == "retiring"), wrapped)


def rotation_due(session: Session, vault: OpenVault) -> list[str]:
    """The compartments of this member whose rotation is due or unfinished."""
    told = recall()
    names = set(session.scalars(select(Compartment.name).where(_unfinished()).distinct())) | {
        name for name, number in vault.secrets if is_taken_since(name, number, told)
    }
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
    wrapped = exists().where(CompartmentWrap.compartment_id == Compartment.id)
    return list(
        session.scalars(
            select(Compartment.name)
            .where(Compartment.state == "current", ~wrapped)
            .order_by(Compartment.name)
        )
    )


def begin_anew(session: Session, name: str, member: VaultMember, now: datetime) -> Secret:
    """The next generation of a compartment that nobody can open any more, for what is filed from
    now on. What lies in the lost one stays there and opens for nobody.

    Raises KeyAltered if wraps are gone that nobody took away.
    """
    lost = session.scalars(
        select(Compartment)
        .where(Compartment.name == name, Compartment.state == "current")
        .with_for_update()
    ).one()
    check_current(lost)
    if remembered_holders(name, recall()):
        raise KeyAltered(f"keys:{name}")
    lost.state, lost.rotation_due = "retiring", False
    session.flush()
    return make_compartment(session, name, [member], now, lost.generation + 1)


def begin_rotation(session: Session, vault: OpenVault, name: str, now: datetime) -> bool:
    """Make the next generation of a compartment, wrapped to all who can open the present one.

    Nothing is moved yet, and the older generation stays: every document opens meanwhile. False if
    none is due, or another member was first. Raises KeyAltered, and NotCompared while the four
    words of one of them are still to be compared.
    """
    current = session.scalar(
        select(Compartment)
        .where(Compartment.name == name, Compartment.state == "current")
        .with_for_update()
    )
    told = recall()
    if current is None or not (
        current.rotation_due or is_taken_since(name, current.generation, told)
    ):
        return False
    check_current(current)
    secret = vault.secrets.get((name, current.generation))
    if secret is None:
        return False
    holders = [
        (member, seal)
        for member, seal in session.execute(
            select(VaultMember, CompartmentWrap.seal)
            .join(CompartmentWrap, CompartmentWrap.member_id == VaultMember.id)
            .where(CompartmentWrap.compartment_id == current.id)
            .order_by(VaultMember.id)
        )
    ]
    check_members(secret, holders, told)
    current.state, current.rotation_due = "retiring", False
    session.flush()
    members = [member for member, _seal in holders]
    make_compartment(session, name, members, now, current.generation + 1)
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
    for compartment in session.scalars(
        select(Compartment).where(Compartment.name == name, Compartment.state == "current")
    ):
        check_current(compartment)
    # What lies under a generation that she does not hold stays where it is: another may hold it.
    retiring = [
        compartment.id
        for compartment in rows
        if compartment.state == "retiring" and (name, compartment.generation) in vault.secrets
    ]
    current = [compartment.id for compartment in rows if compartment.state == "current"]
    if not retiring or vault.compartment_ids[name, secret.generation] not in current:
        return 0
    waiting = (
        select(SealedDocument.public_id)
        .join(DocumentKey, DocumentKey.document_id == SealedDocument.id)
        .where(DocumentKey.compartment_id.in_(retiring))
    )
    documents = fetch(session, *session.scalars(waiting.limit(_BATCH)))
    move_keys(session, [_moved(vault, sealed, secret) for sealed in documents])
    left = session.scalar(select(func.count()).select_from(waiting.subquery())) or 0
    if not left:
        empty = ~exists().where(DocumentKey.compartment_id == Compartment.id)
        needed = {
            number for part in declared(SealedElsewhere) for number in part.compartments(session)
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
