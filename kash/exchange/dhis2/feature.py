"""Chapters of the handbook that tell about DHIS2. Columns of this room's tables, sorted by what
they hold about a person. Words of the audit trail for what is done here: the room, then what
happened. The declaration of DHIS2."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.exchange.dhis2 import blueprint, models, views
from kash.exchange.dhis2.commands import dhis2_commands
from kash.exchange.dhis2.models import MappedCell, Push
from kash.exchange.dhis2.services import RECEIVERS, SEND, send_push
from kash.feature import Feature
from kash.people.connections.models import Connection
from kash.people.connections.queries import ConnectionKind, ConnectionSetting
from kash.people.erasure import about_things
from kash.platform.handbook.places import Chapters
from kash.platform.jobs import JobKind
from kash.platform.web.parts import ActionWords, SampleId
from kash.policy import Role

_LEFT = "monitoring#figures-for-funders"
CHAPTERS = Chapters(
    {
        "dhis2": {Role.MONITORING: "connections#dhis2"},
        "dhis2.left": {Role.DIRECTOR: _LEFT, Role.MONITORING: _LEFT},
    }
)


PERSONAL = about_things(
    dhis2_cell="kind figure data_element option_combo attribute_combo org_unit",
    dhis2_push="period state",
    dhis2_value=("data_element option_combo attribute_combo org_unit figure outcome code sentence"),
)


ACTION_WORDS = ActionWords(
    {
        "dhis.cell_mapped": _l("DHIS2: figure mapped"),
        "dhis.cell_removed": _l("DHIS2: figure mapped no longer"),
        "dhis.push_asked": _l("DHIS2: sending asked for"),
    }
)


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
    choice="exchange",
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
