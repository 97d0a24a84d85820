"""The declaration of the calendar."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from kash.calendar import blueprint, views
from kash.calendar.chapters import CHAPTERS
from kash.feature import Feature
from kash.platform.web.navigation import Destination
from kash.platform.web.sample_ids import SampleId
from kash.policy import SIGNED_IN, Actor
from kash.workshops.models import Workshop


def _has_something(actor: Actor) -> bool:
    """True if more than holidays may stand there for an actor."""
    return actor.may("workshops.see") or actor.may("forums.see")


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
            "calendar.index", _l("Calendar"), "calendar", SIGNED_IN, 15, when=_has_something
        ),
        SampleId("/calendar/workshops/<public_id>", _latest),
    ),
)
