"""What people in a case agree to, purpose by purpose: given and taken back."""

from __future__ import annotations

from collections.abc import Mapping

from kash.incidents.consent_texts import TEXTS
from kash.incidents.rules.record import ORIGINS, UNASKED, Consent, Record
from kash.incidents.services.cases import changing
from kash.incidents.services.mediation import end_briefs_without_consent
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
    origin: str = "herself",
) -> bool:
    """Note the answers of one person of the case, or, if `person` is empty, one for all.

    `origin` says how they are known, one of `ORIGINS`; for whoever could not be asked only what
    may be done unasked is noted. Only what differs from what holds is noted; whether anything did.
    What was withdrawn holds no more from this moment: everything that uses a consent asks for it
    anew, and a mediator's open brief ends. Raises ChangedMeanwhile, NotFound and Damaged.
    """
    if origin not in ORIGINS:
        raise NotFound
    if origin == "not_asked":
        answers = {purpose: True for purpose in UNASKED if answers.get(purpose)}
    with changing("incidents.consents_answered", by, vault, reference, version=version) as case:
        if person and person not in {one.id for one in case.record.persons}:
            raise NotFound
        changed = changed_answers(case.record, person, answers, origin)
        for purpose, given in changed.items():
            case.record.consents.append(
                Consent(
                    purpose=purpose,
                    given=given,
                    at=case.change.now,
                    by=by.public_id,
                    person=person,
                    wording=TEXTS[purpose].version if origin != "not_asked" else "",
                    origin=origin,
                )
            )
        if not changed:
            case.change.nothing()
            return False
        end_briefs_without_consent(case.change.session, case.record)
        case.happened("consents")
        return True


def changed_answers(
    record: Record, person: str, answers: Mapping[str, bool], origin: str = "herself"
) -> dict[str, bool]:
    """Which answers differ from what was last answered by that person, or by anybody in the case.

    The answer of somebody who could not be asked is another than her own, though it be the same.
    """
    return {
        purpose: given
        for purpose, given in answers.items()
        if purpose in TEXTS and _differs(record, person, purpose, given, origin)
    }


def _differs(record: Record, person: str, purpose: str, given: bool, origin: str) -> bool:
    known = list(record.answers_to(purpose, person))
    asked = len(record.persons) if not person and record.persons else 1
    missing = given and len(known) < asked
    if origin == "not_asked":
        # What she said herself stays.
        return missing
    return missing or any(one.given != given or one.origin == "not_asked" for one in known)
