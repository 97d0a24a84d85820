"""Referrals and what was agreed: added, and told how they went, without the full form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from kash.incidents.errors import CaseChangedMeanwhile, NotToBeAgreed
from kash.incidents.rules.clocks import name_the_only_one
from kash.incidents.rules.mediation_gate import terms_refused
from kash.incidents.rules.money import refusal_of
from kash.incidents.rules.record import Record, Referral, Term
from kash.incidents.services.cases import changing
from kash.incidents.services.documentation import CLOSED, CaseClosed, NoTerm
from kash.platform.vault import OpenVault
from kash.platform.web.errors import one_or_404
from kash.policy import Actor


@dataclass(frozen=True)
class ReferralOutcome:
    """How a referral went: a code of `REFERRAL_OUTCOMES`, the day, and a note."""

    outcome: str
    on: date | None
    note: str = ""


def told_of(referral: Referral) -> str:
    """All that was told of how a referral went, to know whether somebody else told it since."""
    return f"{referral.outcome}|{referral.outcome_on or ''}|{referral.note}"


def refer(by: Actor, vault: OpenVault, reference: str, referral: Referral) -> None:
    """Add a referral; sent twice under the same id, it is added once.

    Raises CaseClosed, NotFound, Damaged and CaseChangedMeanwhile.
    """
    with changing("incidents.referred", by, vault, reference) as case:
        if case.row.state in CLOSED:
            raise CaseClosed
        if any(one.id == referral.id for one in case.record.referrals):
            case.change.nothing()
            return
        case.record.referrals.append(referral)
        case.happened("referred", referral.kind)


def say_outcome(
    by: Actor,
    vault: OpenVault,
    reference: str,
    referral_id: str,
    outcome: ReferralOutcome,
    *,
    seen: str | None = None,
) -> None:
    """Say how a referral went, or take that back by an empty outcome; with `seen`, only if that is
    what was told of it until now. Raises as `refer`."""
    with changing("incidents.referral_updated", by, vault, reference) as case:
        referral = one_or_404(
            next((one for one in case.record.referrals if one.id == referral_id), None)
        )
        before = told_of(referral)
        referral.outcome = outcome.outcome
        referral.outcome_on = outcome.on if outcome.outcome else None
        referral.note = outcome.note
        if told_of(referral) == before:
            # The same was sent twice.
            case.change.nothing()
            return
        if seen is not None and seen != before:
            raise CaseChangedMeanwhile
        case.happened("referral_outcome", outcome.outcome)


def agree(by: Actor, vault: OpenVault, reference: str, term: Term) -> None:
    """Add what was agreed; sent twice under the same id, it is added once.

    Raises as `refer`, NoTerm if a public officer would gain by it, and NotToBeAgreed where the gate
    of mediation is shut for it.
    """
    with changing("incidents.term_agreed", by, vault, reference) as case:
        if case.row.state in CLOSED:
            raise CaseClosed
        if any(one.id == term.id for one in case.record.terms):
            case.change.nothing()
            return
        if refusal_of(term, case.record.parties) is not None:
            raise NoTerm
        before = case.record.model_copy()
        case.record.terms = [*before.terms, term]
        if terms_refused(case.record, before):
            raise NotToBeAgreed
        case.happened("agreed", term.kind)


def fulfil(
    by: Actor,
    vault: OpenVault,
    reference: str,
    term_id: str,
    fulfilled_on: date | None,
    agreed_on: date | None,
) -> None:
    """Say when a term was kept, None if it was not after all, and when she agreed to it herself,
    None if she did not. Raises as `refer`."""
    with changing("incidents.term_updated", by, vault, reference) as case:
        found = one_or_404(next((one for one in case.record.terms if one.id == term_id), None))
        if found.agreed_on != agreed_on:
            found.agreed_on = agreed_on
            case.happened("her_agreement", found.kind)
        if found.fulfilled_on != fulfilled_on:
            found.fulfilled_on = fulfilled_on
            case.happened("fulfilled" if fulfilled_on else "not_fulfilled", found.kind)


def say_who_was_released(_session: Session, record: Record) -> None:
    """Before a record is saved: a release that names nobody is that of the only one on record."""
    name_the_only_one(record)
