"""The steps of a case: from where to where, who may take each, and what it asks for.

Asking a mediator for a release and making a referral wait for no state: somebody may be in a cell.
The states `mediation` and `referred` say what a case is waiting for, and come after it was verified
and she was asked what she wants.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

OVER = frozenset({"closed", "shredded"})
DECISIONS = frozenset({"verified", "insufficient", "no_violation"})
OPEN = frozenset(
    {
        "draft",
        "submitted",
        "triaged",
        "verified",
        "insufficient",
        "no_violation",
        "mediation",
        "referred",
        "resolved",
        "unresolved",
    }
)


class Refusal(StrEnum):
    """Why a step is not open to somebody."""

    STATE = "state"
    SAME_PERSON = "same_person"
    CONFLICT = "conflict"
    OUTCOME = "outcome"
    REASON = "reason"
    CHILD = "child"
    CHILD_CUSTODIAN = "child_custodian"
    NOT_WANTED = "not_wanted"
    STILL_OPEN = "still_open"
    ASK_FIRST = "ask_first"
    ENDINGS = "endings"


@dataclass(frozen=True)
class CaseStanding:
    """Standing of a case: all that its steps ask for besides its state.

    `wanted`: what its persons want (`her_choice.WAYS`), None until each was asked. `mediation`:
    somebody wants mediation and agreed to it. `gate_shut`: nothing may be settled (see
    `mediation_gate`). `agreed`: she agreed herself to terms; `taken_back`: somebody took back that
    it is kept.
    """

    wanted: frozenset[str] | None = None
    mediation: bool = False
    gate_shut: bool = False
    agreed: bool = False
    taken_back: bool = False


NOT_ASKED = CaseStanding()


@dataclass(frozen=True)
class Step:
    """One step. `verb` names it; with `another` it takes somebody who neither filed nor triaged;
    `asks_reason` that it needs one; `undoable` that another step leads back."""

    verb: str
    sources: frozenset[str]
    target: str
    another: bool = False
    asks_reason: bool = False
    undoable: bool = True


def _step(verb: str, sources: Collection[str], target: str, **more: bool) -> tuple[str, Step]:
    return verb, Step(verb, frozenset(sources), target, **more)


_UNDER_WAY = ("verified", "mediation", "referred")
STEPS: dict[str, Step] = dict(
    [
        _step("submit", ["draft"], "submitted"),
        _step("triage", ["submitted"], "triaged"),
        _step("verify", ["triaged"], "verified", another=True),
        _step("insufficient", ["triaged"], "insufficient", another=True, asks_reason=True),
        _step("no_violation", ["triaged"], "no_violation", another=True, asks_reason=True),
        # New information came in.
        _step("look_again", ["insufficient", "no_violation"], "triaged", asks_reason=True),
        _step("mediate", ["verified", "referred", "resolved", "unresolved"], "mediation"),
        _step("refer", ["verified", "mediation", "resolved", "unresolved"], "referred"),
        _step("resolve", [*_UNDER_WAY, "unresolved"], "resolved", asks_reason=True),
        _step("unresolve", [*_UNDER_WAY, "resolved"], "unresolved", asks_reason=True),
        _step("close", OPEN - {"draft"}, "closed"),
        # Back to where it stood: verified if it had been, else to be looked at again.
        _step("reopen", ["closed"], "triaged", asks_reason=True),
        _step("shred", ["closed"], "shredded", undoable=False),
    ]
)

# What may be said at closing, by the state that it is closed from.
_ENDED = {
    "resolved": ("settled", "partly_settled"),
    "unresolved": ("not_settled",),
    "insufficient": ("insufficient",),
    "no_violation": ("no_violation",),
}
# The same where nothing may be settled between the two sides, or she agreed to nothing.
_ENDED_UNSETTLED = _ENDED | {"resolved": ("reached",), "unresolved": ("not_reached",)}
# It was filed twice, or she took her consent back: from every state.
WITHDRAWN, DUPLICATE = "withdrawn", "duplicate"
# With these nothing of hers ended, so that nobody is asked how.
WITHOUT_ENDINGS = frozenset({WITHDRAWN, DUPLICATE, "no_violation"})
# She was asked, and wants nothing done.
NOTHING_WANTED = "nothing_wanted"
CLOSING_OUTCOMES = (
    "settled",
    "partly_settled",
    "not_settled",
    "reached",
    "not_reached",
    "insufficient",
    "no_violation",
    NOTHING_WANTED,
    WITHDRAWN,
    DUPLICATE,
)


def closing_outcomes(state: str, standing: CaseStanding = NOT_ASKED) -> tuple[str, ...]:
    """Outcomes with which a case may be closed from a state; none if it cannot be closed."""
    if state not in STEPS["close"].sources:
        return ()
    settled = standing.agreed and not standing.gate_shut
    ended = (_ENDED if settled else _ENDED_UNSETTLED).get(state, ())
    nothing = (NOTHING_WANTED,) if standing.wanted == frozenset({"nothing"}) else ()
    withdrawn = (WITHDRAWN,) if standing.taken_back else ()
    return (*ended, *nothing, *withdrawn, DUPLICATE)


def target_of(step: Step, *, verified: bool) -> str:
    """The state that a step leads to. `verified`: whether the case was found true before."""
    if step.verb == "reopen" and verified:
        return "verified"
    return step.target


def refusal_of(
    verb: str,
    state: str,
    *,
    by: str,
    filed_by: str = "",
    triaged_by: str = "",
    conflict: bool = False,
    alone: bool = False,
    unprotected: bool = False,
    custodian: bool = False,
    outcome: str = "",
    reason: str = "",
    standing: CaseStanding = NOT_ASKED,
    still_open: bool = False,
    endings_fit: bool = True,
) -> Refusal | None:
    """Why somebody (an account's public id) must not take a step now; None if she may.

    `filed_by` and `triaged_by` are accounts' public ids, or empty where nobody knows. `alone`:
    nobody else may decide, as with one custodian. `unprotected`: somebody who is or may be under 18
    was not reached by child protection yet, so that nobody but a `custodian` closes it, who gives a
    reason. `still_open`: somebody is held, a limit runs or something waits for its outcome;
    `endings_fit`: it was said how it ended for each person.
    """
    step = STEPS[verb]
    if conflict:
        return Refusal.CONFLICT
    if state not in step.sources:
        return Refusal.STATE
    if step.another and not alone and by in {filed_by, triaged_by} - {""}:
        return Refusal.SAME_PERSON
    if verb == "mediate" and not standing.mediation:
        return Refusal.NOT_WANTED
    if verb == "resolve" and standing.wanted is None:
        return Refusal.ASK_FIRST
    if verb == "close" and still_open:
        return Refusal.STILL_OPEN
    if verb == "close" and outcome not in closing_outcomes(state, standing):
        return Refusal.OUTCOME
    if verb == "close" and outcome not in WITHOUT_ENDINGS and not endings_fit:
        return Refusal.ENDINGS
    if verb == "close" and unprotected and not custodian:
        return Refusal.CHILD_CUSTODIAN
    if verb == "close" and unprotected and not reason.strip():
        return Refusal.CHILD
    if step.asks_reason and not reason.strip():
        return Refusal.REASON
    return None


def open_steps(state: str, standing: CaseStanding = NOT_ASKED) -> list[Step]:
    """The steps that lead on from a state, but shredding, whoever may take them."""
    return [
        step
        for step in STEPS.values()
        if state in step.sources
        and step.verb != "shred"
        and (step.verb != "mediate" or standing.mediation)
    ]


# What comes after the verification, and is no step: it moves no case.
ASK_HER = "ask_her"
# The one thing that comes next, whoever has to do it.
_NEXT = {
    "draft": "submit",
    "submitted": "triage",
    "triaged": "verify",
    "insufficient": "close",
    "no_violation": "close",
    "mediation": "resolve",
    "referred": "resolve",
    "resolved": "close",
    "unresolved": "close",
}
# What each way asks for first.
_LEADS_TO = {
    "help": "refer",
    "complaint": "refer",
    "court": "refer",
    "mediation": "mediate",
    "nothing": "close",
}


def next_step(state: str, standing: CaseStanding = NOT_ASKED) -> str:
    """The verb of what usually comes next, or `ASK_HER`; empty if nothing does."""
    if state != "verified":
        return _NEXT.get(state, "")
    if standing.wanted is None:
        return ASK_HER
    return next((verb for way, verb in _LEADS_TO.items() if way in standing.wanted), "close")
