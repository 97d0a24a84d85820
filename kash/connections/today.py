"""Connections on Today: those that wait for a second person; and for whoever records them those
that were sent back, or agreed to and not switched on yet."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.connections.models import Connection
from kash.connections.queries import any_unfinished, unfinished_connections, waiting_connections
from kash.platform.approvals.pages import returned_line, waiting_line
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


def _to_finish(_asked: Viewer) -> Sequence[TodayLine]:
    return [_unfinished(one) for one in unfinished_connections()]


def _unfinished(one: Connection) -> TodayLine:
    title = _("Connection: %(name)s", name=one.name)
    url = url_for("connections.connection", public_id=one.public_id)
    if one.state == "returned":
        return returned_line(title, url, one.returned_reason, icon="connection")
    return TodayLine(
        title,
        url,
        _("A director agreed to it. Nothing goes by it before it is switched on."),
        icon="connection",
        button=_("See to it"),
    )


CONNECTIONS_WAIT = Need(
    "connections",
    275,
    _to_agree,
    lead=_l("Connections that wait for you:"),
    lead_place=110,
)
CONNECTIONS_UNFINISHED = Need(
    "connections_unfinished",
    191,
    _to_finish,
    exists=lambda asked: any_unfinished() if asked.actor.may("connections.record") else None,
)
