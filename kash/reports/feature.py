"""The declaration of reports."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.feature import Feature
from kash.reports import blueprint, views
from kash.reports.chapters import CHAPTERS
from kash.workshops.tabs import Tab

FEATURE = Feature(
    "reports",
    modules=(views,),
    blueprints=(blueprint,),
    parts=(CHAPTERS, Tab(_l("Report"), "reports.workshop", "reports.see", 80)),
)
