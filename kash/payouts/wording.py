"""How payouts are put into words."""

from __future__ import annotations

from typing import Any

from flask_babel import format_decimal
from flask_babel import lazy_gettext as _l

from kash.payouts.rules.approval import Difference
from kash.payouts.rules.files import Fault
from kash.payouts.rules.rates import Basis
from kash.payouts.rules.steps import State

ROLE: dict[str, Any] = {
    "participant": _l("Participant"),
    "facilitator": _l("Facilitator"),
    "driver": _l("Driver"),
    "interpreter": _l("Interpreter"),
    "helper": _l("Helper"),
}
BASIS: dict[Basis, Any] = {
    Basis.DAY: _l("for each day"),
    Basis.SESSION: _l("for each session"),
}
STATE: dict[State, Any] = {
    State.OUTSTANDING: _l("To be paid"),
    State.SENT: _l("Sent to mobile money"),
    State.PAID: _l("Was paid"),
    State.FAILED: _l("Payment failed"),
    State.RETURNED: _l("Money returned"),
    State.CHANGED: _l("Goes back: changed after approval"),
}
STATE_TONE: dict[State, str] = {
    State.OUTSTANDING: "live",
    State.SENT: "live",
    State.PAID: "good",
    State.FAILED: "bad",
    State.RETURNED: "",
    State.CHANGED: "warn",
}
# In what a payment is no longer what was approved.
DIFFERENCE: dict[Difference, Any] = {
    Difference.PAYEE: _l("The payee is not the one who was approved."),
    Difference.PHONE: _l("The phone was changed after the approval."),
    Difference.NO_PHONE: _l("No phone was approved for this payment."),
}
# How a list stands.
LIST_STATE: dict[str, Any] = {
    "proposed": _l("Waits for approval"),
    "approved": _l("Approved and frozen"),
    "returned": _l("List sent back"),
}
LIST_TONE = {"proposed": "live", "approved": "good", "returned": "bad"}
MEANS: dict[str, Any] = {
    "cash": _l("In cash, signed for on paper"),
    "mobile": _l("By mobile money"),
    "bank": _l("By bank"),
}
FAULT: dict[Fault, Any] = {
    Fault.UNKNOWN: _l("This reference is not on the list."),
    Fault.TWICE: _l("This reference stood further up already."),
    Fault.STATE: _l("What happened is in words that are not known here."),
    Fault.AMOUNT: _l("The amount is not the one on the list."),
    Fault.STEP: _l("This can't follow on how the payment stands."),
    Fault.OTHERWISE: _l(
        "This was paid in another way already: the money was received twice. Tell the director."
    ),
    Fault.ANOTHER: _l(
        "This was paid by mobile money already, perhaps by another transfer: compare the receipts,"
        " and tell the director."
    ),
}


def units_text(units: int) -> str:
    """Hundredths of a day or session as they are read: "2", "1.5"."""
    return str(format_decimal(units / 100))
