"""Approval of connections. It is not declared as a part, since it cannot be lent: the second person
answers for what leaves the programme."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.connections.models import Connection
from kash.platform.approvals.approval import Approval

APPROVAL = Approval(
    "connections",
    Connection,
    proposes="connections.record",
    approves="connections.agree",
    label=_l("Connections: agree or send back"),
    waiting=_l("Connections recorded, not agreed to"),
    own=_l("You recorded this connection, so another person must agree to it."),
    stands_in=_l("You stand in for whoever recorded this, so another person must agree to it."),
)
