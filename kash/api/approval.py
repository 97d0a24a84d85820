"""Approval of tokens. It is not declared as a part, since it cannot be lent: the second person
answers for what leaves the programme."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.api.models import ApiToken
from kash.platform.approvals.approval import Approval
from kash.platform.web.answers import AnswerKind

# Told to whoever proposed.
SENT_BACK = AnswerKind(
    "token_sent_back",
    _l("On %(when)s a token for a program that you asked for was sent back. Its page says why."),
    "api.token",
    "public_id",
    _l("Tokens of programs"),
    _l("See why"),
)
APPROVAL = Approval(
    "api_tokens",
    ApiToken,
    proposes="api.make",
    approves="api.agree",
    label=_l("Tokens of programs: agree or send back"),
    waiting=_l("Tokens asked for, not agreed to"),
    own=_l("You asked for this token, so another person must agree to it."),
    stands_in=_l("You stand in for whoever asked for this, so another person must agree to it."),
    sent_back=SENT_BACK,
)
