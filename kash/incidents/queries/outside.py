"""The contact outside the programme, as it holds and as it is proposed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kash.accounts.models import Programme
from kash.database import db
from kash.incidents.rules.outside import Contact, contact_from, may_agree
from kash.policy import Actor

SETTINGS, HOLDS, PROPOSED = "outside", "holds", "proposed"


def _kept() -> dict[str, Any]:
    settings = db.session.scalar(select(Programme.settings).where(Programme.id == 1)) or {}
    kept = settings.get(SETTINGS, {})
    return kept if isinstance(kept, dict) else {}


def outside_contact() -> Contact | None:
    """To whom reporters are pointed, None until two people agreed on somebody."""
    return contact_from(_kept().get(HOLDS))


def proposed_contact() -> Contact | None:
    """What waits for a second person, None if nothing does."""
    return contact_from(_kept().get(PROPOSED))


def what_is_missing(by: Actor) -> str:
    """What Today says of it to whoever may decide: `none` (there is no contact), `waits` (her
    agreement is waited for), or nothing."""
    if not by.may("incidents.outside"):
        return ""
    kept = _kept()
    proposed = contact_from(kept.get(PROPOSED))
    if may_agree(by.public_id, proposed):
        return "waits"
    return "" if contact_from(kept.get(HOLDS)) or proposed else "none"
