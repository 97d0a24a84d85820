"""The declaration of DHIS2."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.connections.kinds import ConnectionKind, ConnectionSetting
from kash.connections.models import Connection
from kash.dhis2 import blueprint, models, views
from kash.dhis2.chapters import CHAPTERS
from kash.dhis2.commands import dhis2_commands
from kash.dhis2.left import RECEIVERS
from kash.dhis2.models import MappedCell, Push
from kash.dhis2.personal import PERSONAL
from kash.dhis2.services import SEND, send_push
from kash.dhis2.trail_words import ACTION_WORDS
from kash.feature import Feature
from kash.platform.jobs import JobKind
from kash.platform.web.sample_ids import SampleId

KIND = ConnectionKind(
    "dhis2",
    _l("DHIS2"),
    _l("Counts of people trained go into the country's health information system."),
    "dhis2.system",
    "dhis2.use",
    asks_secret=True,
    leaves=_l(
        "Counts of officers; of community members only those that are coarse enough for any funder."
        " Never a name, and of incidents nothing."
    ),
    such_as="https://dhis2.example.org",
    settings=(
        ConnectionSetting(
            "data_set", _l("Data set"), _l("Its id there, of eleven letters and digits"), 11
        ),
    ),
)

FEATURE = Feature(
    "dhis2",
    modules=(models, views),
    blueprints=(blueprint,),
    commands=(dhis2_commands,),
    parts=(
        ACTION_WORDS,
        CHAPTERS,
        KIND,
        RECEIVERS,
        *PERSONAL,
        JobKind(SEND, send_push, resumable=True),
        SampleId(
            "/dhis2/<public_id>",
            lambda _: (
                select(Connection.public_id)
                .where(Connection.kind == "dhis2")
                .order_by(Connection.is_on.desc(), Connection.id)
            ),
        ),
        SampleId("/dhis2/<public_id>/cells/<cell_id>", lambda _: select(MappedCell.public_id)),
        SampleId("/dhis2/<public_id>/pushes/<push_id>", lambda _: select(Push.public_id)),
    ),
)
