"""The declaration of questions and tests."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from kash.assessments import blueprint, views
from kash.assessments.chapters import CHAPTERS
from kash.assessments.merging import ANSWERS, SCORES, move_answers, move_scores
from kash.assessments.models import Question
from kash.assessments.trail_words import ACTION_WORDS
from kash.feature import Feature
from kash.people.references import Reference
from kash.platform.web.sample_ids import SampleId
from kash.training.course_links import CourseLink
from kash.training.models import Course


def _questions(known: Mapping[str, str]) -> Select[str]:
    return (
        select(Question.public_id)
        .join(Question.course)
        .where(Course.public_id == known["public_id"])
    )


FEATURE = Feature(
    "assessments",
    modules=(views,),
    blueprints=(blueprint,),
    parts=(
        ACTION_WORDS,
        CHAPTERS,
        CourseLink(_l("Questions"), "assessments.bank", "test", "assessments.questions"),
        Reference(ANSWERS, _l("Answers in tests"), move_answers),
        Reference(SCORES, _l("Scores of tests"), move_scores),
        SampleId("/courses/<public_id>/questions/<question_id>", _questions),
    ),
)
