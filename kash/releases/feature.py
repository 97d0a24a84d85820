"""The declaration of releases."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from kash.feature import Feature
from kash.platform.web.navigation import Destination
from kash.platform.web.sample_ids import SampleId
from kash.releases import blueprint, models, views
from kash.releases.chapters import CHAPTERS
from kash.releases.commands import releases_commands
from kash.releases.models import Release
from kash.releases.reading_words import WORDS
from kash.releases.today_printing import PRINTING_DUE
from kash.releases.trail_words import ACTION_WORDS


def _printed(_known: object) -> Select[str]:
    return select(Release.public_id).order_by(Release.id.desc())


FEATURE = Feature(
    "releases",
    modules=(models, views),
    blueprints=(blueprint,),
    commands=(releases_commands,),
    words={"releases": WORDS},
    parts=(
        ACTION_WORDS,
        CHAPTERS,
        PRINTING_DUE,
        Destination("releases.index", _l("Figures"), "report", "releases.see", 127),
        SampleId("/releases/<public_id>", _printed),
    ),
)
