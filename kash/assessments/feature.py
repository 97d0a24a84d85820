"""The declaration of questions and tests."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, literal, select

from kash.assessments import blueprint, views
from kash.assessments.chapters import CHAPTERS
from kash.assessments.course_file import QUESTIONS
from kash.assessments.merging import (
    ANSWERS,
    PRACTICE,
    SCORES,
    move_answers,
    move_practice,
    move_scores,
)
from kash.assessments.missing import MISSING
from kash.assessments.models import AskedQuestion, PracticeAnswer, Question, WorkshopTest
from kash.assessments.personal import PERSONAL
from kash.assessments.services.own_words import delete_old_words
from kash.assessments.today import TODAY
from kash.assessments.trail_words import ACTION_WORDS
from kash.assessments.views.phones import join_phones
from kash.attendance.models import RosterEntry
from kash.feature import Feature
from kash.people.erasure import stays
from kash.people.references import Reference
from kash.platform.database import utc_now
from kash.platform.jobs import Chore
from kash.platform.web.sample_ids import SampleId
from kash.training.course_links import CourseLink
from kash.training.models import Course
from kash.workshops.models import Workshop
from kash.workshops.tabs import Tab


def _questions(known: Mapping[str, str]) -> Select[str]:
    return (
        select(Question.public_id)
        .join(Question.course)
        .where(Course.public_id == known["public_id"])
    )


def _tests(known: Mapping[str, str]) -> Select[str]:
    return (
        select(WorkshopTest.public_id)
        .join(WorkshopTest.workshop)
        .where(Workshop.public_id == known["public_id"])
        .order_by(WorkshopTest.id)
    )


def _entries(known: Mapping[str, str]) -> Select[str]:
    return (
        select(RosterEntry.public_id)
        .join(Workshop, Workshop.register_id == RosterEntry.register_id)
        .where(Workshop.public_id == known["public_id"], RosterEntry.removed_at.is_(None))
    )


def _words(known: Mapping[str, str]) -> Select[str]:
    return (
        select(PracticeAnswer.public_id)
        .join(Workshop, Workshop.id == PracticeAnswer.workshop_id)
        .where(Workshop.public_id == known["public_id"], PracticeAnswer.text_sealed.is_not(None))
    )


def _asked(known: Mapping[str, str]) -> Select[str]:
    return (
        select(AskedQuestion.public_id)
        .join(AskedQuestion.test)
        .where(WorkshopTest.public_id == known["test_id"])
        .order_by(AskedQuestion.position)
    )


def _moments(_known: Mapping[str, str]) -> Select[str]:
    return select(literal("follow_up"))


_UNDER = "aloud choose delete_words grid make open_test practice remove results scores tell test"

FEATURE = Feature(
    "assessments",
    modules=(views,),
    start=join_phones,
    blueprints=(blueprint,),
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        CHAPTERS,
        *TODAY,
        *MISSING,
        CourseLink(_l("Questions"), "assessments.bank", "test", "assessments.questions"),
        Tab(
            _l("Tests"),
            "assessments.workshop",
            "assessments.see",
            40,
            tuple(f"assessments.{name}" for name in _UNDER.split()),
        ),
        QUESTIONS,
        Reference(ANSWERS, _l("Answers in tests"), move_answers, erased=stays(text_sealed=None)),
        Reference(SCORES, _l("Scores of tests"), move_scores, erased=stays()),
        Reference(
            PRACTICE,
            _l("What changed in practice"),
            move_practice,
            erased=stays(text_sealed=None),
        ),
        Chore("delete_old_words", lambda: delete_old_words(utc_now()), minutes=60),
        SampleId("/courses/<public_id>/questions/<question_id>", _questions),
        SampleId("/workshops/<public_id>/practice/<entry_id>", _entries),
        SampleId("/workshops/<public_id>/practice/words/<told_id>", _words),
        SampleId("/workshops/<public_id>/tests/<test_id>", _tests),
        SampleId("/workshops/<public_id>/tests/<test_id>/aloud/<asked_id>", _asked),
        SampleId("/workshops/<public_id>/tests/make/<moment>", _moments),
    ),
)
