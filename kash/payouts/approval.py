"""Approval of payouts, list by list."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.payouts.models import PayoutList
from kash.platform.approvals.approval import Approval

# What whoever proposed is told by once it was sent back.
SENT_BACK = "payouts_sent_back"
APPROVAL = Approval(
    "payouts",
    PayoutList,
    proposes="payouts.propose",
    approves="payouts.approve",
    label=_l("Payouts: approve or send back"),
    waiting=_l("Payouts proposed, not approved"),
    own=_l("You proposed this list, so another person must approve it."),
    stands_in=_l("You stand in for whoever proposed this list, so another person must approve it."),
)
