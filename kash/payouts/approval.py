"""Approval of payouts, list by list, and of what is said of payments that did not arrive."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, exists

from kash.payouts.models import PayoutLine, PayoutList, PayoutReversal, ReversalLine
from kash.platform.approvals.approval import Approval
from kash.platform.web.answers import AnswerKind


def _pays(people: Collection[int]) -> ColumnElement[bool]:
    line = exists().where(PayoutLine.list_id == PayoutList.id, PayoutLine.person_id.in_(people))
    return line.correlate(PayoutList)


def _pays_again(people: Collection[int]) -> ColumnElement[bool]:
    line = exists().where(
        ReversalLine.reversal_id == PayoutReversal.id,
        ReversalLine.line_id == PayoutLine.id,
        PayoutLine.person_id.in_(people),
    )
    return line.correlate(PayoutReversal)


# Told to whoever proposed.
SENT_BACK = AnswerKind(
    "payouts_sent_back",
    _l("On %(when)s a list of payouts that you proposed was sent back. The list says why."),
    "payouts.workshop",
    "public_id",
    _l("Payouts"),
    _l("See why"),
)
APPROVAL = Approval(
    "payouts",
    PayoutList,
    proposes="payouts.propose",
    approves="payouts.approve",
    label=_l("Payouts: approve or send back"),
    waiting=_l("Payouts proposed, not approved"),
    own=_l("You proposed this list, so another person must approve it."),
    stands_in=_l("You stand in for whoever proposed this list, so another person must approve it."),
    sent_back=SENT_BACK,
    gains=_pays,
    gained=_l("You stand on this list yourself, so another person must approve it."),
)
REVERSAL_SENT_BACK = AnswerKind(
    "reversal_sent_back",
    _l(
        "On %(when)s it was sent back that payments did not arrive, as you had said. Their list"
        " says why."
    ),
    "payouts.workshop",
    "public_id",
    _l("Payouts"),
    _l("See why"),
)
REVERSAL = Approval(
    "payout_reversals",
    PayoutReversal,
    proposes="payouts.pay",
    approves=APPROVAL.approves,
    label=APPROVAL.label,
    waiting=_l("Payments said not to have arrived, not approved"),
    own=_l("You said this, or made the file with these payments, so another person approves it."),
    stands_in=_l("You stand in for somebody who said this, so another person must approve it."),
    sent_back=REVERSAL_SENT_BACK,
    gains=_pays_again,
    gained=_l("You are paid by this yourself, so another person must approve it."),
    also=lambda reversal: reversal.makers,
)
