"""The declaration of the calendar."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.calendar import blueprint, views
from kash.calendar.chapters import CHAPTERS
from kash.feature import Feature
from kash.platform.web.navigation import Destination
from kash.policy import SIGNED_IN, Actor


def _has_something(actor: Actor) -> bool:
    """True if more than holidays may stand there for an actor."""
    return actor.may("workshops.see") or actor.may("forums.see")


FEATURE = Feature(
    "calendar",
    modules=(views,),
    blueprints=(blueprint,),
    parts=(
        CHAPTERS,
        Destination(
            "calendar.index", _l("Calendar"), "calendar", SIGNED_IN, 15, when=_has_something
        ),
    ),
)
