"""Choices of each person of a case, noted; and her own yes to what may get her charged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kash.incidents import charge_warning
from kash.incidents.errors import CaseChangedMeanwhile
from kash.incidents.rules.consents import ORIGINS, CaseConsent
from kash.incidents.rules.her_choice import WAYS, answers_of, everybody, is_answer
from kash.incidents.rules.mediation_gate import CHARGE, has_own_yes, own_answer
from kash.incidents.rules.parts import Choice
from kash.incidents.services.cases import changing
from kash.incidents.services.documentation import CLOSED, CaseClosed
from kash.platform.vault import OpenVault
from kash.platform.web.errors import NotFound
from kash.policy import Actor


@dataclass(frozen=True)
class Said:
    """Choice of one person of a case (her id; empty where nobody is on record), the day, and how it
    is known; no ways if she could not be asked. `version`: how many answers of hers the page
    showed; None if it is not asked."""

    person: str
    wanted: Sequence[str]
    on: date
    origin: str
    version: int | None = None


def note_choice(by: Actor, vault: OpenVault, reference: str, said: Said) -> None:
    """Note what somebody wants; a mediator's open brief that she does not want ends by it.

    Raises CaseClosed, NotFound, Damaged, and CaseChangedMeanwhile if another answer of hers was
    noted since.
    """
    wanted = [way for way in WAYS if way in said.wanted]
    if said.origin not in ORIGINS or not is_answer(list(said.wanted), said.origin):
        raise NotFound
    with changing("incidents.choice_noted", by, vault, reference) as case:
        if case.row.state in CLOSED:
            raise CaseClosed
        if said.person not in everybody(case.record):
            raise NotFound
        choice = Choice(
            person=said.person,
            wanted=wanted,
            on=said.on,
            at=case.change.now,
            by=by.public_id,
            origin=said.origin,
        )
        noted = answers_of(case.record, said.person)
        if noted and noted[-1].says() == choice.says():
            # The same was sent twice.
            case.change.nothing()
            return
        if said.version not in (None, len(noted)):
            raise CaseChangedMeanwhile
        case.record.choices.append(choice)
        case.happened("asked_her")


def note_own_yes(
    by: Actor,
    vault: OpenVault,
    reference: str,
    version: int,
    person: str,
    *,
    given: bool,
    language: str,
) -> None:
    """Note that somebody said yes or no herself to "court or release", after the warning was read
    to her in a language, from a page that showed this version of the case. With a no, an open brief
    that asks for it ends. Raises as `note_choice`."""
    with changing("incidents.consents_answered", by, vault, reference) as case:
        if case.row.state in CLOSED:
            raise CaseClosed
        if person not in everybody(case.record):
            raise NotFound
        before = own_answer(case.record, person)
        if before is not None and has_own_yes(case.record, person) is given:
            # The same was sent twice.
            case.change.nothing()
            return
        if version != case.case.version:
            raise CaseChangedMeanwhile
        case.record.own_words.append(
            CaseConsent(
                purpose=CHARGE,
                given=given,
                at=case.change.now,
                by=by.public_id,
                person=person,
                wording=charge_warning.VERSION,
                language=language,
                origin="herself",
            )
        )
        case.happened("own_yes")
