"""The chapter of the handbook that tells about trends. The declaration of trends."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.feature import Feature
from kash.figures.trends import blueprint, views
from kash.incidents.sections import Entry
from kash.platform.handbook.places import OFFICER, Chapters
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "trends": dict.fromkeys(
            (Role.DOCUMENTATION, Role.CUSTODIAN, Role.DIRECTOR), f"{OFFICER}#trends"
        )
    }
)


FEATURE = Feature(
    "trends",
    choice="cases",
    modules=(views,),
    blueprints=(blueprint,),
    parts=(CHAPTERS, Entry(_l("Trends"), "trends.index", 27, "trends.see")),
)
