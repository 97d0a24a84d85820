"""The declaration of clashes."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.clashes import blueprint, views
from kash.clashes.advice import advise
from kash.clashes.chapters import CHAPTERS
from kash.clashes.personal import PERSONAL
from kash.clashes.queries.checking import refused
from kash.clashes.trail_words import ACTION_WORDS
from kash.feature import Feature
from kash.platform.web.hits import NamedPage
from kash.platform.web.page_sections import PageSection
from kash.platform.web.sample_ids import SampleId
from kash.platform.web.setting_lines import SettingLine
from kash.policy import Actor
from kash.workshops.models import Workshop
from kash.workshops.schedule_checks import ChecksSchedule


def _line(_count: int) -> str:
    return _("What warns, what is refused, and when everybody is home.")


def _may_see(_public_id: str, actor: Actor) -> bool | None:
    return actor.may("clashes.see") or None


FEATURE = Feature(
    "clashes",
    modules=(views,),
    blueprints=(blueprint,),
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        CHAPTERS,
        NamedPage("clashes.index", _l("Clashes ahead"), "clashes.see", 92),
        SettingLine("work", 27, "clashes.rules", _l("Clashes of the schedule"), "calendar", _line),
        ChecksSchedule(advise, refused),
        PageSection("workshops", "clashes/workshops_section.html", _may_see),
        SampleId(
            "/clashes/workshops/<public_id>",
            lambda _: select(Workshop.public_id).order_by(Workshop.id),
        ),
    ),
)
