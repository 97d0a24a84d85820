"""Approval of archives. It is not declared as a part, since it cannot be lent: whoever agrees is
given the words that open the file."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.archive.models import ArchiveRequest
from kash.platform.approvals.approval import Approval
from kash.platform.web.answers import AnswerKind

OWN = _l("You asked for this archive, so a director must agree to it.")
# Told to whoever proposed.
SENT_BACK = AnswerKind(
    "archive_sent_back",
    _l("On %(when)s the archive that you asked for was sent back. Its page says why."),
    "archive.request",
    "public_id",
    _l("Archive of the whole programme"),
    _l("See why"),
)
APPROVAL = Approval(
    "archive",
    ArchiveRequest,
    proposes="archive.ask",
    approves="archive.agree",
    label=_l("Archives: agree or send back"),
    waiting=_l("Archives asked for, not agreed to"),
    own=OWN,
    stands_in=_l("You stand in for whoever asked for this archive, so another must agree to it."),
    sent_back=SENT_BACK,
)
