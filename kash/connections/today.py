"""Connections that wait for a second person, on Today."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.connections.queries import waiting_connections
from kash.platform.approvals.pages import waiting_line
from kash.platform.web.today import Need, TodayLine, Viewer


def _to_agree(asked: Viewer) -> Sequence[TodayLine]:
    if not asked.actor.may("connections.agree"):
        return []
    return [
        waiting_line(
            _("Connection: %(name)s", name=one.name),
            url_for("connections.connection", public_id=one.public_id),
            one.created_at,
            icon="connection",
        )
        for one in waiting_connections(asked.actor)
    ]


CONNECTIONS_WAIT = Need(
    "connections",
    275,
    _to_agree,
    lead=_l("Connections that wait for you:"),
    lead_place=110,
)
