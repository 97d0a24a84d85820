"""The declaration of the calendar."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from kash.calendar import blueprint, views
from kash.calendar.chapters import CHAPTERS
from kash.feature import Feature
from kash.platform.web.navigation import Destination
from kash.platform.web.sample_ids import SampleId
from kash.workshops.models import Workshop


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
        Destination("calendar.index", _l("Calendar"), "calendar", "calendar.see", 15),
        SampleId("/calendar/workshops/<public_id>", _latest),
    ),
)
