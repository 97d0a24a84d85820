"""Chapters of the handbook that tell about coverage. Words of the audit trail for what is done
here: the room, then what happened. The declaration of coverage."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from kash.certificates.coverage import blueprint, views
from kash.certificates.coverage.services import (
    TRAINING,
    TRAINING_TONE,
    line_points,
    outlook_sentence,
    subject_name,
    subject_word,
)
from kash.feature import Feature
from kash.people.models import Organisation
from kash.platform.handbook.places import Chapters
from kash.platform.web.parts import ActionWords, Destination, NamedPage, SampleId
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "coverage": {
            Role.DIRECTOR: "director#who-is-trained-where",
            Role.TRAINER: "trainer#who-is-trained-where",
            Role.MONITORING: "monitoring#who-is-trained-where",
        }
    }
)


ACTION_WORDS = ActionWords({"coverage.goal_set": _l("coverage: goal set")})


def _stations(_known: object) -> Select[str]:
    return (
        select(Organisation.public_id)
        .where(Organisation.kind == "station")
        .order_by(Organisation.id)
    )


FEATURE = Feature(
    "coverage",
    choice="tracks",
    modules=(views,),
    blueprints=(blueprint,),
    words={
        "coverage_words": {
            "line": line_points,
            "outlook": outlook_sentence,
            "subject": subject_name,
            "subject_word": subject_word,
            "training": TRAINING,
            "tone": TRAINING_TONE,
        }
    },
    parts=(
        ACTION_WORDS,
        CHAPTERS,
        Destination(
            "coverage.index", _l("Coverage"), "report", "coverage.see", 125, unless="overview.see"
        ),
        NamedPage("coverage.needs", _l("Training needs by station"), "coverage.see", 93),
        NamedPage("coverage.moves", _l("Where trained people went"), "coverage.see", 94),
        SampleId("/coverage/stations/<public_id>", _stations),
    ),
)
