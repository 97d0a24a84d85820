"""How lists and payments move on, and whether the money adds up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """What may be done with a list."""

    APPROVE = "approve"
    RETURN = "return"
    PAY = "pay"


class State(StrEnum):
    """How one payment stands."""

    OUTSTANDING = "outstanding"
    PAID = "paid"
    FAILED = "failed"
    RETURNED = "returned"


_NEXT: Mapping[State, frozenset[State]] = {
    State.OUTSTANDING: frozenset({State.PAID, State.FAILED, State.RETURNED}),
    # Sent once more, paid in another way, or given up.
    State.FAILED: frozenset({State.OUTSTANDING, State.PAID, State.RETURNED}),
    # Came back, or was noted down wrongly.
    State.PAID: frozenset({State.RETURNED, State.OUTSTANDING}),
    # Came back by mistake only.
    State.RETURNED: frozenset({State.OUTSTANDING}),
}


def allowed_steps(state: str, *, proposed_by: str, actor: str) -> frozenset[Step]:
    """What this actor may do with a list, as far as its state and its proposer decide that."""
    if state == "proposed":
        return frozenset({Step.RETURN} if proposed_by == actor else {Step.APPROVE, Step.RETURN})
    return frozenset({Step.PAY} if state == "approved" else ())


def next_states(state: State) -> frozenset[State]:
    """The states that may follow."""
    return _NEXT[state]


@dataclass(frozen=True)
class Reconciliation:
    """What was proposed beside what became of it, in cents."""

    proposed: int
    paid: int = 0
    failed: int = 0
    returned: int = 0
    outstanding: int = 0

    @property
    def difference(self) -> int:
        """What is unaccounted for: zero, or something is wrong."""
        return self.proposed - self.paid - self.failed - self.returned - self.outstanding


def reconcile(proposed: int, payments: Iterable[tuple[State, int]]) -> Reconciliation:
    """The sum that was approved, beside the sums of payments by their state."""
    sums = dict.fromkeys(State, 0)
    for state, cents in payments:
        sums[state] += cents
    return Reconciliation(
        proposed,
        paid=sums[State.PAID],
        failed=sums[State.FAILED],
        returned=sums[State.RETURNED],
        outstanding=sums[State.OUTSTANDING],
    )
