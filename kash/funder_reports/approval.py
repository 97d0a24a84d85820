"""Approval of reports to funders. It is not declared as a part, since it cannot be lent: two people
who are there answer for what leaves."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.funder_reports.models import FunderReport
from kash.platform.approvals.approval import Approval

OWN = _l("You wrote this report, so another person must approve it.")
APPROVAL = Approval(
    "funder_reports",
    FunderReport,
    proposes="funder_reports.write",
    approves="funder_reports.approve",
    label=_l("Reports to funders: approve or send back"),
    waiting=_l("Reports to funders proposed, not approved"),
    own=OWN,
    stands_in=_l("You stand in for whoever wrote this report, so another must approve it."),
)
