"""Chapters of the handbook that tell about reports. The declaration of reports."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.assessments.reports import blueprint, views
from kash.feature import Feature
from kash.platform.handbook.places import Chapters
from kash.policy import Role
from kash.workshops.tabs import Tab

CHAPTERS = Chapters(
    {
        "reports": {
            Role.TRAINER: "trainer#the-workshop-report",
            Role.DIRECTOR: "director#people-workshops-attendance",
            Role.MONITORING: "monitoring#the-workshop-report",
        }
    }
)


FEATURE = Feature(
    "reports",
    modules=(views,),
    blueprints=(blueprint,),
    parts=(CHAPTERS, Tab(_l("Report"), "reports.workshop", "reports.see", 90, _l("Papers"))),
)
