"""Consents of people in a case, purpose by purpose: given, refused and taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kash.incidents.consent_texts import TEXTS, VERSION
from kash.incidents.rules.ages import BY_GUARDIAN, NEVER_FOR_MINORS
from kash.incidents.rules.consents import (
    GUARDIANS,
    ORIGINS,
    UNASKED,
    WISHED,
    CaseConsent,
    guardians_answer,
    is_refused_herself,
    standing,
)
from kash.incidents.rules.record import Record
from kash.incidents.services.brief_endings import end_briefs_without_consent
from kash.incidents.services.cases import changing
from kash.platform.vault import OpenVault
from kash.platform.web.errors import NotFound
from kash.policy import Actor, Role


@dataclass(frozen=True)
class GuardiansAnswer:
    """Answers (to some of `BY_GUARDIAN`) for a child (her id) by one of `GUARDIANS`; `paper` names
    what they are by, such as a signed form or an order, with its day."""

    person: str
    answers: Mapping[str, bool]
    origin: str
    paper: str
    language: str = ""


@dataclass(frozen=True)
class NotedConsents:
    """Outcome of noting answers: if anything differed, and for each purpose the persons (ids) whom
    an answer for everybody, or one that somebody else told, leaves out, since they refused it
    themselves."""

    changed: bool
    left_out: Mapping[str, Sequence[str]]


def answer_consents(
    by: Actor,
    vault: OpenVault,
    reference: str,
    version: int,
    person: str,
    answers: Mapping[str, bool],
    origin: str = "herself",
    language: str = "",
) -> NotedConsents:
    """Note the answers of one person of the case, or, if `person` is empty, those of everybody on
    record; of a purpose that is not among `answers` nothing was asked.

    `origin` says how they are known, one of `ORIGINS`: only what she said herself is an answer,
    what she told somebody else is a wish (for `WISHED`), and for whoever could not be asked only
    what may be done unasked is noted. Only what differs from what stands is noted. What was
    withdrawn holds no more from this moment: everything that uses a consent asks for it anew, and a
    mediator's open brief ends. Raises CaseChangedMeanwhile, NotFound and Damaged.
    """
    if origin not in ORIGINS:
        raise NotFound
    with changing("incidents.consents_answered", by, vault, reference, version=version) as case:
        record = case.record
        said = _sayable(record, answers, origin)
        everyone = [one.id for one in record.persons]
        if person and person not in everyone:
            raise NotFound
        whom = [person] if person or not everyone else everyone
        for_all = not person and len(everyone) > 1
        left_out: dict[str, list[str]] = {}
        more: list[CaseConsent] = []
        for purpose, given in said.items():
            for one in whom:
                of_others = for_all or origin == "told_reporter"
                if of_others and given and is_refused_herself(record.consents, purpose, one):
                    left_out.setdefault(purpose, []).append(one)
                    continue
                if given and _is_not_hers_to_give(record, purpose, one):
                    continue
                answer = CaseConsent(
                    purpose=purpose,
                    given=given,
                    at=case.change.now,
                    by=by.public_id,
                    person=one,
                    wording=VERSION if origin != "not_asked" else "",
                    language=language if origin != "not_asked" else "",
                    origin=origin,
                    wish=given and origin != "herself",
                    for_all=for_all,
                )
                if _differs(record, answer):
                    more.append(answer)
        if not more:
            case.change.nothing()
            return NotedConsents(False, left_out)
        record.consents += more
        end_briefs_without_consent(case.change.session, record)
        case.happened("consents")
        return NotedConsents(True, left_out)


def note_guardians_answer(
    by: Actor,
    vault: OpenVault,
    reference: str,
    version: int,
    said: GuardiansAnswer,
) -> bool:
    """Note what whoever decides for a child said for her, by a paper; whether that differed from
    what stands. Only a custodian notes it, and it goes over no word of the child's own. Raises
    CaseChangedMeanwhile, NotFound and Damaged."""
    known = said.origin in GUARDIANS and said.paper.strip() and said.answers.keys() <= BY_GUARDIAN
    if Role.CUSTODIAN not in by.roles or not known:
        raise NotFound
    with changing("incidents.consents_answered", by, vault, reference, version=version) as case:
        record = case.record
        if not record.is_child(said.person):
            raise NotFound
        more = [
            CaseConsent(
                purpose=purpose,
                given=given,
                at=case.change.now,
                by=by.public_id,
                person=said.person,
                wording=VERSION,
                language=said.language,
                origin=said.origin,
                paper=said.paper.strip(),
            )
            for purpose, given in said.answers.items()
            if _is_new(guardians_answer(record.consents, purpose, said.person), given, said)
        ]
        if not more:
            case.change.nothing()
            return False
        record.consents += more
        case.happened("consents")
        return True


def _is_new(stands: CaseConsent | None, given: bool, said: GuardiansAnswer) -> bool:
    known = stands and (stands.given, stands.origin, stands.paper)
    return known != (given, said.origin, said.paper.strip())


def _is_not_hers_to_give(record: Record, purpose: str, person: str) -> bool:
    """True if a child's yes says nothing: whoever decides for her gives it. That she takes back her
    own no is noted."""
    if purpose not in BY_GUARDIAN or not record.is_child(person):
        return False
    return not is_refused_herself(record.consents, purpose, person)


def _sayable(record: Record, answers: Mapping[str, bool], origin: str) -> dict[str, bool]:
    """Answers among these that can be known in this way, and may be asked in this case."""
    never = NEVER_FOR_MINORS if record.has_minor() else frozenset()
    said = {
        purpose: given
        for purpose, given in answers.items()
        if purpose in TEXTS and not (given and purpose in never)
    }
    if origin == "not_asked":
        return {purpose: True for purpose in UNASKED if said.get(purpose)}
    if origin == "told_reporter":
        return {one: given for one, given in said.items() if one in WISHED or not given}
    return said


def _differs(record: Record, answer: CaseConsent) -> bool:
    """True if this says something else than what stands of that person and purpose, or says it in
    other words, or for the first time herself: what she refuses by herself stays where all
    agree."""
    stands = standing(
        record.consents, answer.purpose, answer.person, several=len(record.persons) > 1
    )
    if stands is None:
        return True
    if stands.given != answer.given:
        # What she said herself stays where she could not be asked.
        return answer.origin != "not_asked"
    of_others = stands.for_all or stands.person != answer.person
    if of_others and not (answer.for_all or answer.wish):
        return True
    if answer.given and answer.origin == "herself":
        return not stands.was_read_out or stands.wording != answer.wording
    if answer.given:
        return stands.origin == "not_asked" and answer.origin != "not_asked"
    return stands.wish
