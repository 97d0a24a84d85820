"""Chapters of the handbook that tell about the calendar. The declaration of the calendar."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from kash.feature import Feature
from kash.planning.calendar import blueprint, views
from kash.platform.handbook.places import Chapters
from kash.platform.web.parts import Destination, SampleId
from kash.policy import Role
from kash.workshops.models import Workshop

CHAPTERS = Chapters(
    {
        "calendar": {
            Role.TRAINER: "trainer#the-calendar",
            Role.DIRECTOR: "director#the-calendar",
            Role.MONITORING: "monitoring#the-calendar",
            Role.DOCUMENTATION: "documentation-officer#what-you-see",
            Role.CUSTODIAN: "documentation-officer#what-you-see",
            Role.PEER: "peer-educator#your-calendar",
            Role.POLICE_PEER: "peer-educator#your-calendar",
        }
    }
)


def _latest(_known: object) -> Select[str]:
    return (
        select(Workshop.public_id)
        .where(Workshop.state == "planned")
        .order_by(Workshop.starts_on.desc(), Workshop.id)
    )


FEATURE = Feature(
    "calendar",
    modules=(views,),
    blueprints=(blueprint,),
    parts=(
        CHAPTERS,
        Destination(
            "calendar.index",
            _l("Calendar"),
            "calendar",
            "calendar.see",
            15,
            covers=("/absences", "/clashes", "/feeds/venues", "/quarters", "/series", "/venues"),
        ),
        SampleId("/calendar/workshops/<public_id>", _latest),
    ),
)
