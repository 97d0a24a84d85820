"""The declaration of connections."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, literal, select

from kash.connections import blueprint, models, views
from kash.connections.chapters import CHAPTERS
from kash.connections.kinds import connection_kinds
from kash.connections.models import Connection
from kash.connections.personal import PERSONAL
from kash.connections.queries import count_on
from kash.connections.today import CONNECTIONS_UNFINISHED, CONNECTIONS_WAIT
from kash.connections.trail_words import ACTION_WORDS
from kash.feature import Feature
from kash.platform.web.hits import NamedPage
from kash.platform.web.sample_ids import SampleId
from kash.platform.web.setting_lines import SettingLine


def _said(count: int) -> str:
    return _("Switched on: %(count)s", count=count) if count else _("Nothing is switched on.")


def _connections(_known: object) -> Select[str]:
    return select(Connection.public_id).order_by(Connection.id)


FEATURE = Feature(
    "connections",
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
            "safety", 45, "connections.index", _l("Connections"), "connection", _said, count_on
        ),
        SampleId("/connections/<public_id>", _connections),
        SampleId("/connections/new/<kind>", lambda _: select(literal(connection_kinds()[0].key))),
    ),
)
