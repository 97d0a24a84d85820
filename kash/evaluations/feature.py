"""The declaration of evaluations."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from kash.evaluations import blueprint, views
from kash.evaluations.chapters import CHAPTERS
from kash.evaluations.models import EvaluationForm, EvaluationQuestion
from kash.evaluations.personal import PERSONAL
from kash.evaluations.services.closing import close_overdue
from kash.evaluations.services.comments import delete_old_comments
from kash.evaluations.services.following import follow
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
from kash.platform.database import utc_now
from kash.platform.jobs import Chore
from kash.platform.web.sample_ids import SampleId
from kash.workshops.following import FollowsWorkshop
from kash.workshops.tabs import Tab


def _questions(known: Mapping[str, str]) -> Select[str]:
    return (
        select(EvaluationQuestion.public_id)
        .join(EvaluationForm, EvaluationForm.id == EvaluationQuestion.form_id)
        .where(EvaluationForm.public_id == known["form_id"])
        .order_by(EvaluationQuestion.position)
    )


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
        *PERSONAL,
        ACTION_WORDS,
        CHAPTERS,
        *TODAY,
        FollowsWorkshop(follow),
        SampleId(
            "/workshops/<public_id>/evaluations/<form_id>/questions/<question_id>", _questions
        ),
        Tab(_l("Evaluations"), "evaluations.workshop", "evaluations.see", 45),
        Chore("close_overdue_evaluations", close_overdue, minutes=1),
        Chore("delete_old_comments", lambda: delete_old_comments(utc_now()), minutes=60),
    ),
)
