"""How her account was taken, said once, or anew, and to whom it is given; her account itself is
never touched."""

from __future__ import annotations

from kash.incidents.errors import NotNow, StaysHere
from kash.incidents.queries.cases import Case
from kash.incidents.queries.history import (
    KeptAccount,
    all_accounts_of,
    who_keeps_accounts,
    whom_accounts_tell_of,
)
from kash.incidents.rules.asked_again import CourtPaper
from kash.incidents.rules.changes import asks_why
from kash.incidents.rules.parts import AccountGiven
from kash.incidents.rules.taking import Taking
from kash.incidents.services.cases import changing
from kash.incidents.services.court_asks import refuse_unasked
from kash.incidents.services.documentation import CLOSED, CaseClosed, WhyIsMissing
from kash.platform.vault import OpenVault
from kash.policy import Actor


def say_how_taken(
    by: Actor, vault: OpenVault, reference: str, version: int, taking: Taking, why: str = ""
) -> None:
    """Say how the account of a case was taken.

    Raises CaseChangedMeanwhile if somebody saved since `version` was read, WhyIsMissing if
    something else was said before and the case was verified, CaseClosed, NotFound and Damaged.
    """
    with changing("incidents.taking_said", by, vault, reference, version=version) as case:
        if case.row.state in CLOSED:
            raise CaseClosed
        said = case.record.taking
        if said == taking:
            case.change.nothing()
            return
        if said.is_said() and asks_why(case.record) and not why:
            raise WhyIsMissing
        case.record.taking = said.model_copy(update=taking.model_dump())
        case.why = why
        case.happened("taking")


def give_account(
    by: Actor, vault: OpenVault, reference: str, paper: CourtPaper, reason: str
) -> tuple[Case, list[KeptAccount]]:
    """Note that her first account is given to the receiver of a paper, and why; the case as it
    then is, and all that came in first. Raises StaysHere, AskAgain, NotNow if none is kept or one
    does not open, and NotFound."""
    with changing("incidents.account_given", by, vault, reference) as change:
        record = change.record
        accounts = all_accounts_of(vault, record)
        if not accounts:
            raise NotNow
        if who_keeps_accounts(record, accounts):
            raise StaysHere
        now, told_of = change.change.now, whom_accounts_tell_of(record, accounts)
        refuse_unasked(record, paper, told_of, now)
        given = AccountGiven(at=now, by=by.public_id, who=paper.receiver, reason=reason)
        given.sha256 = [one.fingerprint for one in accounts]
        record.accounts_given.append(given)
        change.happened("account_given")
    return change.case, accounts
