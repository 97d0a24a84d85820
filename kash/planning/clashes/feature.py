"""Chapters of the handbook that tell about clashes. Columns of this room's tables, sorted by what
they hold about a person. Words of the audit trail for what is done here: the room, then what
happened. The declaration of clashes."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.feature import Feature
from kash.people.erasure import about_things
from kash.planning.clashes import blueprint, views
from kash.planning.clashes.advice import advise
from kash.planning.clashes.queries.checking import refused
from kash.platform.handbook.places import Chapters
from kash.platform.web.parts import ActionWords, NamedPage, PageSection, SampleId, SettingLine
from kash.policy import Actor, Role
from kash.workshops.models import Workshop
from kash.workshops.schedule_checks import ChecksSchedule

CHAPTERS = Chapters(
    {
        "clashes": {
            Role.TRAINER: "trainer#what-gets-in-the-way",
            Role.DIRECTOR: "director#what-gets-in-the-way",
        }
    }
)


PERSONAL = (*about_things(clash_rule_set="weights"),)


ACTION_WORDS = ActionWords({"clashes.rules_set": _l("settings: rules for clashes set")})


def _line(_count: int) -> str:
    return _("What warns, what is refused, and when everybody is home.")


def _may_see(_public_id: str, actor: Actor) -> bool | None:
    return actor.may("clashes.see") or None


FEATURE = Feature(
    "clashes",
    choice="planning",
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
