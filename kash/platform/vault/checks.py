"""Checks of public keys, before anything is sealed to them.

A person who can write the database, but has neither the key file nor a passphrase, must not have
anything sealed to a key of her own. A compartment's key has a seal under the key file; a member's
key has one under the secret of each generation that is wrapped to her. What was there before seals
were, has none until it is listed (compartments) or compared (members).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from enum import StrEnum

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.platform.vault.chain import length_prefixed
from kash.platform.vault.compartments import CompartmentName, Secret
from kash.platform.vault.envelope import SealError
from kash.platform.vault.models import Compartment, CompartmentWrap, VaultMember
from kash.platform.vault.sealing import (
    LISTED,
    OVER,
    RAISED,
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

ALARM = "alarm:"


class KeyAltered(SealError):
    """A key is not the one that was sealed: somebody wrote into the database. `subjects` are what
    the alarm names: a member's public id, `keys:` and a compartment's name."""

    sentence = "A key of the vault is not the one that was sealed: somebody altered the database."

    def __init__(self, *subjects: str) -> None:
        super().__init__()
        self.subjects = subjects


class NotCompared(SealError):
    """Four words are still to be compared with a member before anything is sealed to her key."""

    sentence = "Four words are still to be compared with a member."

    def __init__(self, *members: str) -> None:
        super().__init__()
        self.members = members


class Trust(StrEnum):
    """How a member's key stands for one compartment."""

    SEALED = "sealed"
    UNCOMPARED = "uncompared"
    ALTERED = "altered"


# --- Compartments, under the key file ----------------------------------------------------------


def compartment_seal(name: str, generation: int, public_key: bytes) -> bytes:
    """The seal of one generation's public key."""
    key = vault_of(current_app).keys.derived("vault compartments")
    place = length_prefixed("kash compartment key", name, str(generation), public_key)
    return hmac.digest(key, place, hashlib.sha256)


def is_sealed(
    name: str, generation: int, public_key: bytes, seal: bytes | None, told: Mapping[str, str]
) -> bool:
    """True if a generation's public key is the one that was made. What is older than seals passes
    until it is listed (`note_standing`)."""
    if seal is None:
        return generation_of(name) not in told
    return hmac.compare_digest(seal, compartment_seal(name, generation, public_key))


def newest_made(name: str, told: Mapping[str, str]) -> int:
    """The newest generation of a compartment that was ever made; 0 if none is remembered."""
    return int(told.get(generation_of(name), "0"))


def check_current(row: Compartment) -> Compartment:
    """The current generation of a compartment, if its key is the one that was made and no newer one
    was. Raises KeyAltered."""
    told = recall()
    if row.generation < newest_made(row.name, told) or not is_sealed(
        row.name, row.generation, row.public_key, row.seal, told
    ):
        raise KeyAltered(f"keys:{row.name}")
    return row


def altered_compartments(session: Session) -> list[str]:
    """Names of compartments whose key isn't the one that was made, that were put back to an older
    key, or that were made and have no current key."""
    remembered = recall()
    rows = session.scalars(select(Compartment).order_by(Compartment.name)).all()
    wrong = {
        compartment.name
        for compartment in rows
        if not is_sealed(
            compartment.name,
            compartment.generation,
            compartment.public_key,
            compartment.seal,
            remembered,
        )
        or (
            compartment.state == "current"
            and compartment.generation < newest_made(compartment.name, remembered)
        )
    }
    current = {compartment.name for compartment in rows if compartment.state == "current"}
    made = {name for name in CompartmentName if newest_made(name, remembered)}
    return sorted(wrong | (made - current))


def is_taken_since(name: str, generation: int, told: Mapping[str, str]) -> bool:
    """True if somebody was removed while this generation was current."""
    return any(
        state == f"{TAKEN}:{generation}" and subject.startswith(f"holds:{name}:")
        for subject, state in told.items()
    )


def remembered_holders(name: str, told: Mapping[str, str]) -> list[str]:
    """The members that were let into a compartment and never removed, as it is remembered."""
    start = f"holds:{name}:"
    return [
        subject.removeprefix(start)
        for subject, state in told.items()
        if subject.startswith(start) and not state.startswith(TAKEN)
    ]


# --- Members, under a compartment's secret -----------------------------------------------------


def member_trust(
    name: str,
    member: VaultMember,
    seal: bytes | None,
    told: Mapping[str, str],
    secret: Secret | None = None,
) -> Trust:
    """How a member's key stands for one generation that is wrapped to her.

    Without its `secret` a forged seal passes: nobody seals anything without it either.
    """
    state = told.get(holding_of(name, member.public_id))
    if state is not None and state.startswith(TAKEN):
        return Trust.ALTERED
    if seal is None:
        listed = state == LISTED or generation_of(name) not in told
        return Trust.UNCOMPARED if listed else Trust.ALTERED
    if secret is None:
        return Trust.SEALED
    wanted = secret.member_seal(member.public_id, member.holder, member.public_key)
    return Trust.SEALED if hmac.compare_digest(seal, wanted) else Trust.ALTERED


def check_members(
    secret: Secret, members: Iterable[tuple[VaultMember, bytes | None]], told: Mapping[str, str]
) -> None:
    """Return if every one of these members, with her seal, has the key that was compared with her.

    Raises KeyAltered and NotCompared.
    """
    stands = {
        member.public_id: member_trust(secret.compartment, member, seal, told, secret)
        for member, seal in members
    }
    altered = sorted(public_id for public_id, trust in stands.items() if trust is Trust.ALTERED)
    if altered:
        raise KeyAltered(*altered, f"keys:{secret.compartment}")
    waiting = [public_id for public_id, trust in stands.items() if trust is Trust.UNCOMPARED]
    if waiting:
        raise NotCompared(*waiting)


def trusts(
    session: Session, secrets: Mapping[tuple[str, int], Secret] | None = None
) -> dict[str, Trust]:
    """How each member's key stands, by her public id: the worst of her compartments. With the
    `secrets` of an open vault their seals are computed too."""
    told = recall()
    standings: dict[str, Trust] = {}
    worst = list(Trust)
    for member, name, generation, seal in session.execute(
        select(VaultMember, Compartment.name, Compartment.generation, CompartmentWrap.seal)
        .join(CompartmentWrap, CompartmentWrap.member_id == VaultMember.id)
        .join(Compartment, Compartment.id == CompartmentWrap.compartment_id)
    ):
        secret = (secrets or {}).get((name, generation))
        trust = member_trust(name, member, seal, told, secret)
        before = standings.get(member.public_id, Trust.SEALED)
        standings[member.public_id] = max(before, trust, key=worst.index)
    return standings


def is_withheld(member: VaultMember, told: Mapping[str, str] | None = None) -> bool:
    """True if the server keeps its half of a member's key back."""
    told = recall() if told is None else told
    return member.withheld_at is not None or told.get(half_of(member.public_id)) == WITHHELD


# --- What is remembered, and alarms ------------------------------------------------------------


def note_standing(session: Session) -> bool:
    """List what is there and was never remembered: what is older than seals, or than the memory.
    From then on a row without a seal is altered. Whether there was anything to list.
    """
    told = recall()
    rows = session.scalars(select(Compartment)).all()
    news: dict[str, str] = {}
    for vault_member in rows:
        if generation_of(vault_member.name) in told:
            if vault_member.generation > newest_made(vault_member.name, told) and is_sealed(
                vault_member.name,
                vault_member.generation,
                vault_member.public_key,
                vault_member.seal,
                told,
            ):
                # Its line was lost with the process that made it.
                news[generation_of(vault_member.name)] = str(vault_member.generation)
            continue
        if vault_member.seal is None:
            vault_member.seal = compartment_seal(
                vault_member.name, vault_member.generation, vault_member.public_key
            )
        newest = max(vault_member.generation, int(news.get(generation_of(vault_member.name), "0")))
        news[generation_of(vault_member.name)] = str(newest)
        for member, seal in session.execute(
            select(VaultMember.public_id, CompartmentWrap.seal)
            .join(CompartmentWrap, CompartmentWrap.member_id == VaultMember.id)
            .where(CompartmentWrap.compartment_id == vault_member.id)
        ):
            subject = holding_of(vault_member.name, member)
            if subject not in told:
                news[subject] = LISTED if seal is None else SEALED
    if news:
        session.flush()
        remember(news)
    return bool(news)


def raised_alarms() -> list[str]:
    """The subject of each alarm that is not over: a member's public id, or `keys:` and a
    compartment's name."""
    return [
        subject.removeprefix(ALARM)
        for subject, state in recall().items()
        if subject.startswith(ALARM) and state == RAISED
    ]


def is_news(subject: str) -> bool:
    """True if no alarm was raised yet about this, or it was over."""
    return recall().get(ALARM + subject) != RAISED


def remember_alarm(subject: str, *, over: bool = False) -> None:
    """Remember that an alarm was raised, or is over."""
    remember({ALARM + subject: OVER if over else RAISED})
