"""Approval of definitions. It is not declared as a part, since it cannot be lent: what a figure
means is decided by who answers for it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.indicators.models import IndicatorDefinition
from kash.platform.approvals.approval import Approval
from kash.platform.web.answers import AnswerKind

# Told to whoever proposed.
SENT_BACK = AnswerKind(
    "definition_sent_back",
    _l("On %(when)s a definition that you proposed was sent back. Its page says why."),
    "indicators.definition",
    "key",
    _l("Definitions of indicators"),
    _l("See why"),
)
APPROVAL = Approval(
    "indicators",
    IndicatorDefinition,
    proposes="indicators.define",
    approves="indicators.approve",
    label=_l("Definitions of indicators: approve or send back"),
    waiting=_l("Definitions of indicators proposed, not approved"),
    own=_l("You proposed this definition, so another person must approve it."),
    stands_in=_l("You stand in for whoever proposed this, so another person must approve it."),
    sent_back=SENT_BACK,
)
