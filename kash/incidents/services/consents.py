"""What people in a case agree to, purpose by purpose: given and taken back."""

from __future__ import annotations

from collections.abc import Mapping

from kash.incidents.consent_texts import TEXTS
from kash.incidents.rules.record import Consent, Record
from kash.incidents.services.cases import changing
from kash.incidents.services.mediation import end_briefs
from kash.policy import Actor
from kash.vault import OpenVault
from kash.web.errors import NotFound


def answer_consents(
    by: Actor,
    vault: OpenVault,
    reference: str,
    version: int,
    person: str,
    answers: Mapping[str, bool],
) -> bool:
    """Note the answers of one person of the case, or, if `person` is empty, one for all.

    Only what differs from what holds is noted; whether anything did. What was withdrawn holds no
    more from this moment: everything that uses a consent asks for it anew, and a mediator's open
    brief ends. Raises ChangedMeanwhile, NotFound and Damaged.
    """
    with changing("incidents.consents_answered", by, vault, reference, version=version) as case:
        if person and person not in {one.id for one in case.record.persons}:
            raise NotFound
        changed = changed_answers(case.record, person, answers)
        for purpose, given in changed.items():
            case.record.consents.append(
                Consent(
                    purpose=purpose,
                    given=given,
                    at=case.change.now,
                    by=by.public_id,
                    person=person,
                    wording=TEXTS[purpose].version,
                )
            )
        if not changed:
            case.change.nothing()
            return False
        if not case.record.consents_to("mediation"):
            end_briefs(case.change.session, case.record)
        case.happened("consents")
        return True


def changed_answers(record: Record, person: str, answers: Mapping[str, bool]) -> dict[str, bool]:
    """Which answers differ from what holds for that person, or for the case."""
    return {
        purpose: given
        for purpose, given in answers.items()
        if purpose in TEXTS and given != record.consents_to(purpose, person)
    }
