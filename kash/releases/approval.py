"""Approval of plans. It is not declared as a part, since it cannot be lent: two people who are
there answer for what a year prints."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.approvals.approval import Approval
from kash.platform.web.answers import AnswerKind
from kash.releases.models import ReleasePlan, ReleaseRecovery

# Told to whoever proposed.
SENT_BACK = AnswerKind(
    "plan_sent_back",
    _l("On %(when)s a plan of printed figures that you proposed was sent back. The plan says why."),
    "releases.plan",
    "plan_id",
    _l("Plans of printed figures"),
    _l("See why"),
)
APPROVAL = Approval(
    "releases",
    ReleasePlan,
    proposes="releases.make",
    approves="releases.approve",
    label=_l("Plans of printed figures: approve or send back"),
    waiting=_l("Plans of printed figures proposed, not approved"),
    own=_l("You proposed this plan, so another person must approve it."),
    stands_in=_l("You stand in for whoever proposed this plan, so another person must approve it."),
    sent_back=SENT_BACK,
)
RECOVERY = Approval(
    "release_recoveries",
    ReleaseRecovery,
    proposes="releases.make",
    approves="releases.approve",
    label=_l("Figures that may have been printed before: agree or send back"),
    waiting=_l("What was said of figures that may have been printed before, not agreed to"),
    own=_l("You said this, so another person must agree to it."),
    stands_in=_l("You stand in for the person who said this, so another person must agree to it."),
)
