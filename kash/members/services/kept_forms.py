"""Kept forms: what was typed when the vault was closed, for whoever typed it and for nobody else.

It is sealed under a key of its own, which is sealed to the member's public key; both lie in her
session's row under the server's seal, and are cleared after an hour or with the session.
"""

from __future__ import annotations

import json
import struct
from datetime import timedelta

from sqlalchemy import select, update

from kash.accounts.models import SignedInSession
from kash.members.queries import member_of
from kash.platform.database import db, utc_now, writing
from kash.platform.vault import OpenVault, SealError, SealingPlace, open_sealed, seal
from kash.platform.vault.compartments import (
    grant_key,
    new_key,
    open_body,
    open_granted_key,
    seal_body,
)
from kash.policy import Actor

KEPT_FOR = timedelta(hours=1)
_LONGEST = 1_000_000
_KIND = "session.vault_form"

Fields = list[tuple[str, str]]


def _place(by: Actor) -> SealingPlace:
    return SealingPlace("case", "members.kept", by.session_id)


def keep_for_member(by: Actor, plaintext: bytes) -> bool:
    """Keep what was typed, the last only; whether it was: not if there are no keys, or it is very
    long."""
    member = member_of(by.public_id)
    if member is None or not by.session_id or len(plaintext) > _LONGEST:
        return False
    key, place = new_key(), _place(by)
    wrapped = grant_key(key, member.public_key, place, member.public_id)
    body = seal_body(plaintext, key, place, 1)
    kept = seal(
        struct.pack(">H", len(wrapped)) + wrapped + body, kind=_KIND, public_id=by.session_id
    )
    with writing() as session:
        session.execute(
            update(SignedInSession)
            .where(SignedInSession.public_id == by.session_id)
            .values(kept_form=kept, kept_at=utc_now())
        )
    return True


def kept_for_member(by: Actor, vault: OpenVault) -> tuple[str, Fields] | None:
    """Where what was kept was going, and its fields in their order; None if nothing is kept."""
    kept = db.session.scalar(
        select(SignedInSession.kept_form).where(
            SignedInSession.public_id == by.session_id,
            SignedInSession.kept_form.is_not(None),
            SignedInSession.kept_at > utc_now() - KEPT_FOR,
        )
    )
    if kept is None:
        return None
    place = _place(by)
    try:
        sealed = open_sealed(kept, kind=_KIND, public_id=by.session_id)
        (length,) = struct.unpack_from(">H", sealed)
        wrapped, body = sealed[2 : 2 + length], sealed[2 + length :]
        key = open_granted_key(wrapped, vault.private, place, vault.member)
        address, fields = json.loads(open_body(body, key, place, 1))
    except (SealError, struct.error, ValueError):
        return None
    return address, [(name, value) for name, value in fields]


def forget_kept() -> int:
    """Clear what was kept more than an hour ago; how much."""
    with writing() as session:
        done = session.execute(
            update(SignedInSession)
            .where(
                SignedInSession.kept_form.is_not(None),
                SignedInSession.kept_at <= utc_now() - KEPT_FOR,
            )
            .values(kept_form=None)
        )
    return int(done.rowcount)  # type: ignore[attr-defined]
