"""The declaration of trends."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.feature import Feature
from kash.incidents.sections import Entry
from kash.trends import blueprint, views
from kash.trends.chapters import CHAPTERS

FEATURE = Feature(
    "trends",
    modules=(views,),
    blueprints=(blueprint,),
    parts=(CHAPTERS, Entry(_l("Trends"), "trends.index", 27, "trends.see")),
)
