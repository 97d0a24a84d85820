"""Unfinished forms that a member finds again.

Which of the sealed texts is hers stands inside them only: nothing in clear ties one to an account
or a case. So all are opened in memory, of which there are never more than a few.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from kash.incidents.queries.officers import may_work, officers
from kash.incidents.rules.custodian_only import Seen, for_custodian
from kash.platform.database import db
from kash.platform.vault import OpenVault, SealError, fetch, open_each
from kash.policy import Actor, Role

KIND = "incident.autosave"
Fields = list[tuple[str, str]]


@dataclass(frozen=True)
class Autosave:
    """A form as it was last kept. `document` is the public id of its sealed document; `case` is
    the reference of the case it changes, empty for a new one; `by` typed it."""

    document: str
    by: str
    case: str
    token: str
    saved_at: datetime
    fields: Fields = field(repr=False)


def as_kept(by: Actor, case: str, token: str, fields: Fields, now: datetime) -> bytes:
    """Seal what is kept of an unfinished form."""
    kept = {
        "by": by.public_id,
        "case": case,
        "token": token,
        "saved_at": now.isoformat(),
        "fields": fields,
    }
    return json.dumps(kept).encode()


def is_kept(document: str) -> bool:
    """True if an unfinished form of anybody lies under this id."""
    return bool(fetch(db.session(), document, kind=KIND))


def own_autosaves(by: Actor, vault: OpenVault, case: str = "") -> list[Autosave]:
    """The actor's own unfinished forms for one case, or for new ones; the latest first.

    One query. Whoever shows what one holds notes the opening.
    """
    return [one for one in _autosaves(vault, case) if one.by == by.public_id]


def autosaves_left(by: Actor, vault: OpenVault, case: str, record: Seen) -> list[Autosave]:
    """Autosaves of others in a case before it went to custodians, of which the actor is one: their
    writers do not reach them any more. The latest first; nothing of any other case."""
    if Role.CUSTODIAN not in by.roles or for_custodian(record) is None:
        return []
    others = [one for one in _autosaves(vault, case) if one.by != by.public_id]
    still = {one.public_id for one in may_work(officers(), record)} if others else set()
    return [one for one in others if one.by not in still]


def _autosaves(vault: OpenVault, case: str) -> list[Autosave]:
    found = []
    for sealed, plaintext in open_each(vault, fetch(db.session(), kind=KIND)):
        if isinstance(plaintext, SealError):
            continue
        kept = json.loads(plaintext)
        if kept["case"] == case:
            found.append(
                Autosave(
                    document=sealed.place.public_id,
                    by=kept["by"],
                    case=kept["case"],
                    token=kept["token"],
                    saved_at=datetime.fromisoformat(kept["saved_at"]),
                    fields=[(name, value) for name, value in kept["fields"]],
                )
            )
    return sorted(found, key=lambda one: one.saved_at, reverse=True)


def autosaves_of_case(session: Session, vault: OpenVault, case: str) -> list[str]:
    """Public ids of everybody's unfinished forms for a case, in one query. Nothing of them is
    told, so that no opening is to be noted."""
    found = []
    for sealed, plaintext in open_each(vault, fetch(session, kind=KIND)):
        if not isinstance(plaintext, SealError) and json.loads(plaintext)["case"] == case:
            found.append(sealed.place.public_id)
    return found
