"""Approval of statements. It is not declared as a part, since it cannot be lent: two people who are
there answer for what leaves."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.approvals.approval import Approval
from kash.statements.models import Statement

APPROVAL = Approval(
    "statements",
    Statement,
    proposes="statements.make",
    approves="statements.approve",
    label=_l("Statements to funders: approve or send back"),
    waiting=_l("Statements to funders proposed, not approved"),
    own=_l("You froze these figures, so another person must approve them."),
    stands_in=_l("You stand in for whoever froze these figures, so another person must approve."),
    waits=("proposed", "approved"),
)
