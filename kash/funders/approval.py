"""Approval of ties. It is not declared as a part, since it cannot be lent: as with whatever gives
power, two people who are there answer for it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.funders.models import FunderAccount
from kash.platform.approvals.approval import Approval
from kash.platform.web.answers import AnswerKind

OWN = _l("You asked for this, so another person must agree.")
# Told to whoever proposed.
SENT_BACK = AnswerKind(
    "tie_sent_back",
    _l("On %(when)s your request about a funder's account was sent back. Its page says why."),
    "funders.account",
    "account_id",
    _l("Accounts of funders"),
    _l("See why"),
)
APPROVAL = Approval(
    "funders",
    FunderAccount,
    proposes="funders.tie",
    approves="funders.tie",
    label=_l("Accounts of funders: agree or send back"),
    waiting=_l("Accounts of funders asked for, not agreed to"),
    own=OWN,
    stands_in=_l("You stand in for whoever asked for this, so another person must agree."),
    sent_back=SENT_BACK,
)
