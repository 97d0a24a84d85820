"""The declaration of indicators."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, literal, select

from kash.feature import Feature
from kash.indicators import blueprint, views
from kash.indicators.approval import SENT_BACK
from kash.indicators.chapters import CHAPTERS
from kash.indicators.commands import indicators_commands
from kash.indicators.merging import REFERENCES
from kash.indicators.models import IndicatorDefinition, Target
from kash.indicators.personal import PERSONAL
from kash.indicators.rules.keys import IndicatorKey
from kash.indicators.services.completions import FOLLOWS, ask_who_completed
from kash.indicators.today import DEFINITIONS_WAIT, TARGETS
from kash.indicators.trail_words import ACTION_WORDS
from kash.indicators.words import DIMENSION_WORDS
from kash.platform.jobs.kinds import Chore
from kash.platform.web.hits import NamedPage
from kash.platform.web.navigation import Destination
from kash.platform.web.sample_ids import SampleId


def _key(_known: object) -> Select[str]:
    return select(literal(str(IndicatorKey.COMPLETED)))


def _targets(_known: object) -> Select[str]:
    return select(Target.public_id).order_by(Target.id)


def _definitions(_known: object) -> Select[str]:
    return select(IndicatorDefinition.public_id).order_by(IndicatorDefinition.id)


FEATURE = Feature(
    "indicators",
    modules=(views,),
    blueprints=(blueprint,),
    commands=(indicators_commands,),
    words={"indicator_words": {"dimensions": DIMENSION_WORDS}},
    parts=(
        SENT_BACK,
        ACTION_WORDS,
        CHAPTERS,
        Destination(
            "indicators.index",
            _l("Indicators"),
            "report",
            "indicators.see",
            126,
            unless="overview.see",
        ),
        NamedPage("indicators.levels", _l("Four levels: what came of it"), "indicators.see", 95),
        NamedPage("indicators.targets", _l("Targets"), "indicators.see", 96),
        NamedPage("indicators.definitions", _l("Definitions of indicators"), "indicators.see", 97),
        DEFINITIONS_WAIT,
        TARGETS,
        *REFERENCES,
        *PERSONAL,
        FOLLOWS,
        Chore("ask_who_completed", ask_who_completed, minutes=60, at=37),
        SampleId("/indicators/<key>", _key),
        SampleId("/indicators/definitions/<key>", _key),
        SampleId("/indicators/definitions/waiting/<public_id>", _definitions),
        SampleId("/indicators/targets/<public_id>", _targets),
    ),
)
