"""The declaration of evaluations."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.evaluations import blueprint, views
from kash.evaluations.chapters import CHAPTERS
from kash.evaluations.services.closing import close_overdue
from kash.evaluations.today import TODAY
from kash.evaluations.trail_words import ACTION_WORDS
from kash.evaluations.views.phones import join_answers
from kash.evaluations.wording import (
    KIND,
    STATE,
    STATE_TONE,
    STEPS,
    form_title,
    in_words,
    option_words,
    part_word,
)
from kash.feature import Feature
from kash.platform.jobs import Chore
from kash.workshops.tabs import Tab

FEATURE = Feature(
    "evaluations",
    modules=(views,),
    start=join_answers,
    blueprints=(blueprint,),
    filters={
        "evaluation_title": form_title,
        "in_words": in_words,
        "option_words": option_words,
        "evaluation_part": part_word,
    },
    words={
        "evaluation_words": {
            "kind": KIND,
            "state": STATE,
            "state_tone": STATE_TONE,
            "steps": STEPS,
        }
    },
    parts=(
        ACTION_WORDS,
        CHAPTERS,
        *TODAY,
        Tab(_l("Evaluations"), "evaluations.workshop", "evaluations.see", 45),
        Chore("close_overdue_evaluations", close_overdue, minutes=1),
    ),
)
