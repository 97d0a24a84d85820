"""How payouts are put into words."""

from __future__ import annotations

from typing import Any

from flask_babel import format_decimal
from flask_babel import lazy_gettext as _l

from kash.payouts.rules.approval import PaymentDifference
from kash.payouts.rules.files import RowFault
from kash.payouts.rules.rates import Basis
from kash.payouts.rules.steps import PaymentState

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
STATE: dict[PaymentState, Any] = {
    PaymentState.OUTSTANDING: _l("To be paid"),
    PaymentState.SENT: _l("Sent to mobile money"),
    PaymentState.PAID: _l("Was paid"),
    PaymentState.FAILED: _l("Payment failed"),
    PaymentState.RETURNED: _l("Money returned"),
    PaymentState.CHANGED: _l("Goes back: changed after approval"),
}
STATE_TONE: dict[PaymentState, str] = {
    PaymentState.OUTSTANDING: "live",
    PaymentState.SENT: "live",
    PaymentState.PAID: "good",
    PaymentState.FAILED: "bad",
    PaymentState.RETURNED: "",
    PaymentState.CHANGED: "warn",
}
# In what a payment is no longer what was approved.
DIFFERENCE: dict[PaymentDifference, Any] = {
    PaymentDifference.PAYEE: _l("The payee is not the one who was approved."),
    PaymentDifference.PHONE: _l("The phone was changed after the approval."),
    PaymentDifference.NO_PHONE: _l("No phone was approved for this payment."),
}
# How a list stands.
LIST_STATE: dict[str, Any] = {
    "proposed": _l("Waits for approval"),
    "approved": _l("Approved and frozen"),
    "returned": _l("List sent back"),
}
REVERSAL_STATE: dict[str, Any] = {
    "proposed": _l("Waits for approval"),
    "approved": _l("Approved"),
    "returned": _l("Sent back"),
}
LIST_TONE = {"proposed": "live", "approved": "good", "returned": "bad"}
MEANS: dict[str, Any] = {
    "cash": _l("In cash, signed for on paper"),
    "mobile": _l("By mobile money"),
    "bank": _l("By bank"),
}
FAULT: dict[RowFault, Any] = {
    RowFault.UNKNOWN: _l("This reference is not on the list."),
    RowFault.TWICE: _l("This reference stood further up already."),
    RowFault.STATE: _l("What happened is in words that are not known here."),
    RowFault.AMOUNT: _l("The amount is not the one on the list."),
    RowFault.STEP: _l("This can't follow on how the payment stands."),
    RowFault.OTHERWISE: _l(
        "This was paid in another way already: the money was received twice. Tell the director."
    ),
    RowFault.ANOTHER: _l(
        "This was paid by mobile money already, perhaps by another transfer: compare the receipts,"
        " and tell the director."
    ),
    RowFault.MAKER: _l(
        "You made the file with this payment, so another trainer of this workshop brings what"
        " failed or came back."
    ),
}


def units_text(units: int) -> str:
    """Hundredths of a day or session as they are read: "2", "1.5"."""
    return str(format_decimal(units / 100))
