"""Setting the contact outside the programme: one proposes it, another agrees."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.accounts.services import change_settings
from kash.incidents.queries.outside import HOLDS, PROPOSED, SETTINGS, proposed_contact
from kash.incidents.rules.outside import Contact, may_agree
from kash.policy import Actor
from kash.web.errors import Problem


class ProposedMeanwhile(Problem):
    """What was to be agreed to is no longer what is proposed."""

    sentence = _l("Something else is proposed now. Look at it again.")


class AnotherAgrees(Problem):
    """Whoever proposed it does not agree to it."""

    sentence = _l("Another person agrees to it: a director or a custodian who did not propose it.")


def propose_contact(by: Actor, name: str, reach: str) -> None:
    """Propose a contact, in place of whatever waits. What holds goes on holding until then."""
    proposed = Contact(name, reach, by.public_id)
    change_settings(by, "outside", SETTINGS, {PROPOSED: proposed.as_kept()})


def agree_to_contact(by: Actor, digest: str) -> None:
    """Agree to exactly what was shown; it holds from now on. Raises ProposedMeanwhile and
    AnotherAgrees."""
    proposed = proposed_contact()
    if proposed is None or proposed.digest != digest:
        raise ProposedMeanwhile
    if not may_agree(by.public_id, proposed):
        raise AnotherAgrees
    change_settings(by, "outside", SETTINGS, {HOLDS: proposed.as_kept(), PROPOSED: {}})
