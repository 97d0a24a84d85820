"""How lists and payments move on, and whether the money adds up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """Step that may be taken with a list."""

    APPROVE = "approve"
    RETURN = "return"
    PAY = "pay"


class State(StrEnum):
    """How one payment stands. SENT is in a file for mobile money; CHANGED is not what was approved
    any more, and is due again to be proposed anew."""

    OUTSTANDING = "outstanding"
    SENT = "sent"
    PAID = "paid"
    FAILED = "failed"
    RETURNED = "returned"
    CHANGED = "changed"


# With these a payment gives nobody anything, so that what it was for is due again.
NOT_GIVEN = (State.RETURNED, State.CHANGED)
# What somebody may note by hand. SENT and CHANGED come about by making the file or paying.
_NEXT: Mapping[State, frozenset[State]] = {
    State.OUTSTANDING: frozenset({State.PAID, State.FAILED, State.RETURNED}),
    State.SENT: frozenset({State.PAID, State.FAILED, State.RETURNED}),
    # Sent once more, paid in another way, or given up.
    State.FAILED: frozenset({State.OUTSTANDING, State.PAID, State.RETURNED}),
    # Came back, or was noted down wrongly.
    State.PAID: frozenset({State.RETURNED, State.OUTSTANDING}),
    # Came back by mistake only.
    State.RETURNED: frozenset({State.OUTSTANDING}),
    State.CHANGED: frozenset(),
}


def allowed_steps(state: str, *, proposed_by: str, actor: str) -> frozenset[Step]:
    """Steps that this actor may take with a list, as far as its state and its proposer decide
    that."""
    if state == "proposed":
        return frozenset({Step.RETURN} if proposed_by == actor else {Step.APPROVE, Step.RETURN})
    return frozenset({Step.PAY} if state == "approved" else ())


def next_states(
    state: State, *, in_file: bool = False, made_file: bool = False
) -> frozenset[State]:
    """The states that may follow. A payment that is in a file falls back to "sent" and to nothing
    else, until it is settled as failed: the money may be on its way. Whoever made that file
    (`made_file`) does not say herself that it failed or came back, or she could have it paid twice.
    """
    following = _NEXT[state]
    if not in_file:
        return following
    if State.OUTSTANDING in following:
        following = following - {State.OUTSTANDING} | {State.SENT}
    return following - {State.FAILED, State.RETURNED} if made_file else following


def paid_by(state: State, *, in_file: bool) -> frozenset[str]:
    """By what means a payment that stands so may be noted as paid, if it may be at all."""
    if State.PAID not in _NEXT[state]:
        return frozenset()
    return frozenset({"mobile"} if in_file else {"", "cash", "mobile", "bank"})


def signs_for_cash(state: State, *, in_file: bool) -> bool:
    """True if whoever gets this payment signs for it on paper, now or before."""
    return not in_file and state in (State.OUTSTANDING, State.FAILED, State.PAID)


def needs_reason(before: State, after: State) -> bool:
    """True if a step must be explained: all but paying, and trying what failed once more."""
    return after is not State.PAID and (before, after) != (State.FAILED, State.OUTSTANDING)


@dataclass(frozen=True)
class Reconciliation:
    """Reconciliation: what was proposed beside what became of it, in cents."""

    proposed: int
    paid: int = 0
    failed: int = 0
    returned: int = 0
    outstanding: int = 0
    sent: int = 0
    changed: int = 0

    @property
    def difference(self) -> int:
        """Amount that is unaccounted for: zero, or something is wrong."""
        return self.proposed - (
            self.paid + self.failed + self.returned + self.outstanding + self.sent + self.changed
        )


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
        sent=sums[State.SENT],
        changed=sums[State.CHANGED],
    )
