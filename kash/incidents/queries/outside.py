"""The contact outside the programme, as it holds and as it is proposed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kash.accounts.queries.accounts import standing_in_requests
from kash.incidents.queries.officers import settings_of
from kash.incidents.rules.mediation import Contact, contact_from
from kash.platform.approvals.rules import Standing
from kash.platform.database import db, utc_now
from kash.policy import Actor

SETTINGS, HOLDS, PROPOSED = "outside", "holds", "proposed"


def outside_contact() -> Contact | None:
    """Where reporters are pointed to, None until two people agreed on somebody."""
    return contact_from(settings_of(SETTINGS).get(HOLDS))


def proposed_contacts() -> dict[str, Contact]:
    """Contacts that wait for a second person, by the name under which each is kept: one of each
    proposer, so that nobody is in another's way. Empty if there is none."""
    return _proposed(settings_of(SETTINGS))


def _proposed(kept: Mapping[str, Any]) -> dict[str, Contact]:
    contacts = {
        name: contact_from(kept[name]) for name in sorted(kept) if name.startswith(PROPOSED)
    }
    return {name: contact for name, contact in contacts.items() if contact is not None}


def standings(by: Actor, proposed: Iterable[Contact]) -> dict[str, Standing]:
    """How somebody stands to each of what is proposed, by its digest: whether she may agree to it,
    by the rule of two people that holds for accounts. A few queries, none if nothing is proposed.
    """
    waiting = [contact for contact in proposed if contact.by]
    if not waiting:
        return {}
    askers = [contact.by for contact in waiting]
    stands = standing_in_requests(db.session(), by.public_id, askers, utc_now())
    return {contact.digest: stands(asked_by=contact.by, concerned="") for contact in waiting}


def what_is_missing(by: Actor) -> str:
    """Word by which Today tells the person who may decide what is missing: `none` (there is no
    contact), `waits` (her agreement is waited for), or nothing."""
    if not by.may("incidents.outside"):
        return ""
    settings = settings_of(SETTINGS)
    proposed = _proposed(settings).values()
    if Standing.MAY in standings(by, proposed).values():
        return "waits"
    return "" if contact_from(settings.get(HOLDS)) or proposed else "none"
