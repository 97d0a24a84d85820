"""Chapters of the handbook that tell about connections. Columns of this room's tables, sorted by
what they hold about a person. Connections on Today: those that wait for a second person; and for
the person who records them those that were sent back, or agreed to and not switched on yet. Words
of the audit trail for what is done here: the room, then what happened. The declaration of
connections.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, literal, select

from kash.feature import Feature
from kash.people.connections import blueprint, models, views
from kash.people.connections import queries as connections_queries
from kash.people.connections.models import Connection
from kash.people.erasure import about_things, free_texts
from kash.platform.approvals.pages import returned_line, waiting_line
from kash.platform.handbook.places import Chapters
from kash.platform.web.parts import ActionWords, NamedPage, SampleId, SettingLine
from kash.platform.web.today import Need, TodayLine, Viewer
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "connections": dict.fromkeys(
            (Role.ADMINISTRATOR, Role.DIRECTOR, Role.MONITORING), "connections"
        )
    }
)


PERSONAL = (
    *free_texts("connection.safeguards", "connection.returned_reason"),
    *about_things(
        connection=(
            "kind name address processor contract country settings secret state approved_for"
        )
    ),
)


def _to_agree(asked: Viewer) -> Sequence[TodayLine]:
    if not asked.actor.may("connections.agree"):
        return []
    return [
        waiting_line(
            _("Connection: %(name)s", name=connection.name),
            url_for("connections.connection", public_id=connection.public_id),
            connection.created_at,
            icon="connection",
        )
        for connection in connections_queries.waiting_connections(asked.actor)
    ]


def _to_finish(_asked: Viewer) -> Sequence[TodayLine]:
    return [_unfinished(connection) for connection in connections_queries.unfinished_connections()]


def _unfinished(one: Connection) -> TodayLine:
    title = _("Connection: %(name)s", name=one.name)
    url = url_for("connections.connection", public_id=one.public_id)
    if one.state == "returned":
        return returned_line(title, url, one.returned_reason, icon="connection")
    return TodayLine(
        title,
        url,
        _("A director agreed. Now it can be switched on."),
        icon="connection",
        button=_("See to it"),
    )


CONNECTIONS_WAIT = Need(
    "connections", 275, _to_agree, lead=_l("Connections that wait for you:"), lead_place=110
)
CONNECTIONS_UNFINISHED = Need(
    "connections_unfinished",
    191,
    _to_finish,
    exists=lambda asked: (
        connections_queries.any_unfinished() if asked.actor.may("connections.record") else None
    ),
)


ACTION_WORDS = ActionWords(
    {
        "connections.agreed": _l("connections: agreed to"),
        "connections.changed": _l("connections: changed"),
        "connections.recorded": _l("connections: recorded"),
        "connections.returned": _l("connections: sent back"),
        "connections.switched_off": _l("connections: switched off"),
        "connections.switched_on": _l("connections: switched on"),
    }
)


def _said(count: int) -> str:
    return _("Switched on: %(count)s", count=count) if count else _("Nothing is switched on.")


def _connections(_known: object) -> Select[str]:
    return select(Connection.public_id).order_by(Connection.id)


FEATURE = Feature(
    "connections",
    choice="exchange",
    modules=(models, views),
    blueprints=(blueprint,),
    parts=(
        ACTION_WORDS,
        CHAPTERS,
        CONNECTIONS_WAIT,
        CONNECTIONS_UNFINISHED,
        *PERSONAL,
        NamedPage("connections.index", _l("Connections"), "connections.see", 98),
        SettingLine(
            "safety",
            45,
            "connections.index",
            _l("Connections"),
            "connection",
            _said,
            connections_queries.count_on,
        ),
        SampleId("/connections/<public_id>", _connections),
        SampleId(
            "/connections/new/<kind>",
            lambda _: select(literal(connections_queries.connection_kinds()[0].key)),
        ),
    ),
)
