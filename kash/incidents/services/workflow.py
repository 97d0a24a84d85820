"""The steps of a case."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.incidents.endings import end_with_closing
from kash.incidents.errors import NotNow
from kash.incidents.queries.calendar import court_days
from kash.incidents.queries.officers import decides_alone
from kash.incidents.queries.readers import reader_of
from kash.incidents.rules.clocks import clocks_of
from kash.incidents.rules.conflicts import conflict_of
from kash.incidents.rules.mediation_gate import standing_of
from kash.incidents.rules.minors import unprotected
from kash.incidents.rules.record import CaseDecision
from kash.incidents.rules.second_member import SHRED
from kash.incidents.rules.still_open import endings_fit, what_is_open
from kash.incidents.rules.workflow import (
    DECISIONS,
    STEPS,
    WITHOUT_ENDINGS,
    Refusal,
    refusal_of,
    target_of,
)
from kash.incidents.services.cases import CaseChange, changing
from kash.incidents.services.second_member import OnHold, answer
from kash.platform.vault import OpenVault
from kash.platform.web.errors import NotFound
from kash.platform.web.formats import zone
from kash.policy import Actor, Role

_SENTENCES = {
    Refusal.STATE: _l("The case is not at this step any more. Look at it again."),
    Refusal.SAME_PERSON: _l(
        "Somebody else decides this: whoever filed or triaged a case does not verify it."
    ),
    Refusal.OUTCOME: _l("Say what came of it: this outcome does not fit the case as it stands."),
    Refusal.REASON: _l("Write the reason."),
    Refusal.CHILD: _l(
        "Somebody here is or may be under 18, and it is not known that child protection reached"
        " her. Tell how the referral went, or write why the case ends all the same."
    ),
    Refusal.CHILD_CUSTODIAN: _l(
        "Somebody here is or may be under 18, and it is not known that child protection reached"
        " her. Tell how the referral went: for another reason only a custodian closes this case."
    ),
    Refusal.STILL_OPEN: _l(
        "Something is open still: somebody is held, a limit runs, or something waits for its"
        " outcome. The page lists it."
    ),
    Refusal.ASK_FIRST: _l("It is not known yet what is wanted. Ask, and note it."),
    Refusal.ENDINGS: _l("Say for each person how it ended."),
    Refusal.NOT_WANTED: _l(
        "Mediation is only for whoever wants it and agreed that a mediator is asked. Ask what is "
        "wanted, and note both."
    ),
}


class StepRefused(NotNow):
    """A step that is not open: `why` says which of the rules stands against it."""

    field = ""

    def __init__(self, why: Refusal) -> None:
        super().__init__(str(_SENTENCES[why]))
        self.why = why


def take_step(
    reference: str,
    verb: str,
    *,
    by: Actor,
    vault: OpenVault,
    version: int | None = None,
    reason: str = "",
    outcome: str = "",
    urgent: bool | None = None,
    endings: dict[str, str] | None = None,
) -> str:
    """Take a case a step on (or back); the state that it is in now. Shredding is done elsewhere.

    `urgent` may be said at triage; `endings` say at closing how it ended for each person. Raises
    NotFound, Damaged, CaseChangedMeanwhile, StepRefused and OnHold.
    """
    if verb not in STEPS or verb == "shred":
        raise NotFound
    with changing("incidents.moved", by, vault, reference, version=version) as change:
        record, seen, now = change.record, change.case.seen, change.change.now
        why = refusal_of(
            verb,
            change.row.state,
            by=by.public_id,
            filed_by=record.filing.author,
            triaged_by=record.triage.by,
            conflict=conflict_of(reader_of(by), seen) is not None,
            alone=decides_alone(by.public_id, seen),
            unprotected=bool(unprotected(record)),
            custodian=Role.CUSTODIAN in by.roles,
            outcome=outcome,
            reason=reason,
            standing=standing_of(record),
            still_open=bool(what_is_open(record, clocks_of(record, zone(), court_days()))),
            endings_fit=endings_fit(record, endings or {}),
        )
        if why is Refusal.CONFLICT:
            raise NotFound
        if why is not None:
            raise StepRefused(why)
        if verb == "close" and record.holds:
            raise OnHold
        # Whoever takes it on does not want it gone as it was.
        for asked in [one for one in record.proposals if one.act == SHRED]:
            answer(record, asked, by, agrees=False, reason=reason)
        target = target_of(STEPS[verb], verified=record.verification.outcome == "verified")
        decision = CaseDecision(by=by.public_id, at=now, outcome=outcome or target, reason=reason)
        change.row.state = target
        if verb == "triage":
            record.triage = decision
            if urgent is not None:
                record.urgent = urgent
        elif target in DECISIONS and verb != "reopen":
            record.verification = decision
        elif target == "triaged":
            record.verification = CaseDecision()
        if verb == "close":
            record.closing = decision
            if outcome not in WITHOUT_ENDINGS:
                decision.endings = endings or {}
            end_with_closing(change.change.session, record)
        elif verb == "reopen":
            record.closing = CaseDecision()
        change.happened(verb, reason=reason)
    return target


def mark_urgent(
    reference: str, urgent: bool, *, by: Actor, vault: OpenVault, version: int | None = None
) -> None:
    """Say that a case cannot wait, or that it can. Raises as `changing`."""
    with changing("incidents.changed", by, vault, reference, version=version) as change:
        _still_open(change)
        if change.record.urgent is urgent:
            change.change.nothing()
            return
        change.record.urgent = urgent
        change.happened("urgent" if urgent else "not_urgent")


def _still_open(change: CaseChange) -> None:
    if change.row.state in ("closed", "shredded"):
        raise StepRefused(Refusal.STATE)
