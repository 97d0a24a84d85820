"""The declaration of the desk."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import literal, select

from kash.desk import blueprint, missing_pages, search_page, settings, setup, views
from kash.desk.chapters import CHAPTERS
from kash.desk.missing_today import MISSING_NEED, works_it_down
from kash.desk.search import PAGES
from kash.desk.settings.lines import LINES
from kash.desk.today import MACHINE
from kash.desk.trail_words import ACTION_WORDS
from kash.feature import Feature
from kash.people.models import Zone
from kash.platform.web.hits import NamedPage
from kash.platform.web.navigation import Destination
from kash.platform.web.sample_ids import SampleId
from kash.policy import SIGNED_IN

FEATURE = Feature(
    "desk",
    modules=(missing_pages, search_page, settings, setup, views),
    blueprints=(blueprint,),
    parts=(
        ACTION_WORDS,
        CHAPTERS,
        Destination("desk.today", _l("Today"), "today", SIGNED_IN, 10, phone=True),
        Destination("desk.settings", _l("Settings"), "settings", "settings.see", 160),
        MACHINE,
        MISSING_NEED,
        Destination(
            "desk.missing",
            _l("Missing information"),
            "check",
            "records.missing",
            118,
            when=works_it_down,
        ),
        PAGES,
        NamedPage("desk.missing", _l("Missing information"), "records.missing", 96),
        NamedPage("desk.edit_programme", _l("Programme"), "settings.edit", 180),
        *LINES,
        SampleId("/missing/<kind>", lambda _: select(literal("registers"))),
        SampleId("/settings/zones/<public_id>", lambda _: select(Zone.public_id)),
    ),
)
