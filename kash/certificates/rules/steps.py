"""Steps of a batch: which may be taken, and what its state is then."""

from __future__ import annotations

from enum import StrEnum


class BatchStep(StrEnum):
    """Step that may be taken with a batch."""

    APPROVE = "approve"
    RETURN = "return"
    ISSUE = "issue"
    STOP = "stop"
    LEAVE_OUT = "leave_out"
    PRINT = "print"


_STEPS: dict[str, frozenset[BatchStep]] = {
    "proposed": frozenset({BatchStep.APPROVE, BatchStep.RETURN}),
    "approved": frozenset({BatchStep.ISSUE, BatchStep.RETURN}),
    "issuing": frozenset({BatchStep.STOP}),
    # A part has its serials, which nothing takes back: the rest is issued too, or left out.
    "stopped": frozenset({BatchStep.ISSUE, BatchStep.LEAVE_OUT, BatchStep.PRINT}),
    "issued": frozenset({BatchStep.PRINT}),
    "returned": frozenset(),
}


def allowed_steps(
    state: str, *, proposed_by: str, actor: str, issued: int = 1
) -> frozenset[BatchStep]:
    """Steps that this actor may take next with a batch in this state, of which so many are issued.

    Whoever proposed a batch neither approves it nor turns it back. One that was stopped before
    anything was issued is as if only approved.
    """
    if state == "stopped" and not issued:
        state = "approved"
    if state == "proposed" and actor == proposed_by:
        return frozenset()
    return _STEPS[state]


def state_shown(state: str, *, works: bool) -> str:
    """A batch's state. One that is being issued while nothing works on it was stopped."""
    return "stopped" if state == "issuing" and not works else state


def state_after_part(issued: int, total: int) -> str:
    """The state of a batch of which so many are issued."""
    return "issued" if issued >= total else "issuing"
