"""How lists and payments move on, and whether the money adds up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class ListStep(StrEnum):
    """Step that may be taken with a list."""

    APPROVE = "approve"
    RETURN = "return"
    PAY = "pay"


class PaymentState(StrEnum):
    """How one payment stands. SENT is in a file for mobile money; CHANGED is not what was approved
    any more, and is due again to be proposed anew."""

    OUTSTANDING = "outstanding"
    SENT = "sent"
    PAID = "paid"
    FAILED = "failed"
    RETURNED = "returned"
    CHANGED = "changed"


# With these a payment gives nobody anything, so that what it was for is due again.
NOT_GIVEN = (PaymentState.RETURNED, PaymentState.CHANGED)
# What somebody may note by hand. SENT and CHANGED come about by making the file or paying.
_NEXT: Mapping[PaymentState, frozenset[PaymentState]] = {
    PaymentState.OUTSTANDING: frozenset(
        {PaymentState.PAID, PaymentState.FAILED, PaymentState.RETURNED}
    ),
    PaymentState.SENT: frozenset({PaymentState.PAID, PaymentState.FAILED, PaymentState.RETURNED}),
    # Sent once more, paid in another way, or given up.
    PaymentState.FAILED: frozenset(
        {PaymentState.OUTSTANDING, PaymentState.PAID, PaymentState.RETURNED}
    ),
    # Came back, or was noted down wrongly.
    PaymentState.PAID: frozenset({PaymentState.RETURNED, PaymentState.OUTSTANDING}),
    # Came back by mistake only.
    PaymentState.RETURNED: frozenset({PaymentState.OUTSTANDING}),
    PaymentState.CHANGED: frozenset(),
}


def allowed_steps(state: str, *, proposed_by: str, actor: str) -> frozenset[ListStep]:
    """Steps that this actor may take with a list, as far as its state and its proposer decide
    that."""
    if state == "proposed":
        return frozenset(
            {ListStep.RETURN} if proposed_by == actor else {ListStep.APPROVE, ListStep.RETURN}
        )
    return frozenset({ListStep.PAY} if state == "approved" else ())


def next_states(
    state: PaymentState, *, in_file: bool = False, made_file: bool = False
) -> frozenset[PaymentState]:
    """The states that may follow. A payment that is in a file falls back to "sent" and to nothing
    else, until it is settled as failed: the money may be on its way. Whoever made that file
    (`made_file`) does not say herself that it failed or came back, or she could have it paid twice.
    """
    following = _NEXT[state]
    if not in_file:
        return following
    if PaymentState.OUTSTANDING in following:
        following = following - {PaymentState.OUTSTANDING} | {PaymentState.SENT}
    return following - {PaymentState.FAILED, PaymentState.RETURNED} if made_file else following


def takes_two(before: PaymentState, after: PaymentState) -> bool:
    """True if a step makes payable again what was sent or paid, so that another must approve it."""
    return before in (PaymentState.SENT, PaymentState.PAID) and after in (
        PaymentState.FAILED,
        PaymentState.RETURNED,
        PaymentState.OUTSTANDING,
    )


def paid_by(state: PaymentState, *, in_file: bool) -> frozenset[str]:
    """By what means a payment that stands so may be noted as paid, if it may be at all."""
    if PaymentState.PAID not in _NEXT[state]:
        return frozenset()
    return frozenset({"mobile"} if in_file else {"", "cash", "mobile", "bank"})


def signs_for_cash(state: PaymentState, *, in_file: bool) -> bool:
    """True if whoever gets this payment signs for it on paper, now or before."""
    return not in_file and state in (
        PaymentState.OUTSTANDING,
        PaymentState.FAILED,
        PaymentState.PAID,
    )


def needs_reason(before: PaymentState, after: PaymentState) -> bool:
    """True if a step must be explained: all but paying, and trying what failed once more."""
    return after is not PaymentState.PAID and (before, after) != (
        PaymentState.FAILED,
        PaymentState.OUTSTANDING,
    )


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


def reconcile(proposed: int, payments: Iterable[tuple[PaymentState, int]]) -> Reconciliation:
    """The sum that was approved, beside the sums of payments by their state."""
    sums = dict.fromkeys(PaymentState, 0)
    for state, cents in payments:
        sums[state] += cents
    return Reconciliation(
        proposed,
        paid=sums[PaymentState.PAID],
        failed=sums[PaymentState.FAILED],
        returned=sums[PaymentState.RETURNED],
        outstanding=sums[PaymentState.OUTSTANDING],
        sent=sums[PaymentState.SENT],
        changed=sums[PaymentState.CHANGED],
    )
