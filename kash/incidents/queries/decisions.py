"""Cases that wait for a custodian's decision about money and the duty to report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from kash.accounts.models import Programme
from kash.incidents.queries.cases import Case, DamagedCase, open_cases
from kash.incidents.rules.reporting import Policy, ReportNote, is_decided, policy_from
from kash.platform.database import db
from kash.platform.vault import OpenVault
from kash.policy import Actor


@dataclass(frozen=True)
class Asking:
    """A case that asks for a decision, with what was noted of it so far, the oldest first."""

    case: Case
    notes: Sequence[ReportNote] = ()

    @property
    def waits(self) -> bool:
        """True if a term is set aside, or something was not decided yet."""
        return self.case.record.waits_for_a_decision() or not is_decided(self.notes)

    @property
    def is_new(self) -> bool:
        """True if something came after what was decided."""
        return is_decided(self.notes) and self.case.record.waits_for_a_decision()


# The part of the programme's settings that names the policy.
POLICY = "reporting"


def reporting_policy() -> Policy:
    """The programme's written policy on reporting bribery, empty if none is named."""
    settings = db.session.scalar(select(Programme.settings).where(Programme.id == 1)) or {}
    kept = settings.get(POLICY, {})
    return policy_from(kept if isinstance(kept, dict) else {})


def asking_cases(by: Actor, vault: OpenVault) -> tuple[list[Case], list[DamagedCase]]:
    """The cases that ask for a decision, of those that the actor may see, and those that do not
    open. Whoever shows them notes the look."""
    cases, damaged = open_cases(by, vault)
    return [one for one in cases if one.record.asks_for_a_decision()], damaged
