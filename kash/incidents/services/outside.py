"""Setting the contact outside the programme: one proposes it, another agrees."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from kash.accounts.models import STANDING_SENTENCES
from kash.accounts.services.accounts import change_settings
from kash.incidents.queries.outside import HOLDS, PROPOSED, SETTINGS, proposed_contacts, standings
from kash.incidents.rules.mediation import Contact
from kash.platform.approvals.rules import Standing
from kash.platform.web.errors import Problem
from kash.policy import Actor


def why_another(standing: Standing) -> Any:
    """Why somebody else agrees to a contact, said to the person who stands so; empty if she may."""
    if standing is Standing.ASKED:
        return _l("Another person agrees to it: a director or a custodian who did not propose it.")
    return STANDING_SENTENCES.get(standing, "")


def propose_contact(by: Actor, name: str, reach: str) -> None:
    """Propose a contact, in place of what this person proposed before and of nothing that another
    did: a person who might be complained of must not keep others from agreeing. What holds goes on
    holding until then."""
    proposed = Contact(name, reach, by.public_id)
    change_settings(by, "outside", SETTINGS, {f"{PROPOSED}:{by.public_id}": proposed.as_kept()})


def agree_to_contact(by: Actor, digest: str) -> None:
    """Agree to exactly what was shown; it holds from now on, and nothing else waits. Raises
    Problem if another is proposed, or somebody else agrees to it."""
    waiting = proposed_contacts()
    proposed = next((contact for contact in waiting.values() if contact.digest == digest), None)
    if proposed is None:
        raise Problem(_l("Something else is proposed now. Look at it again."))
    stands = standings(by, [proposed]).get(digest, Standing.TIED)
    if stands is not Standing.MAY:
        raise Problem(str(why_another(stands)))
    over: dict[str, dict[str, str]] = {name: {} for name in waiting}
    change_settings(by, "outside", SETTINGS, {**over, HOLDS: proposed.as_kept()})
