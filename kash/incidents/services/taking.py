"""How her account was taken, said once, or anew; her account itself is never touched."""

from __future__ import annotations

from kash.incidents.rules.changes import asks_why
from kash.incidents.rules.taking import Taking
from kash.incidents.services.cases import changing
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
