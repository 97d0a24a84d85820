"""Chapters of the handbook that tell about evaluations. Columns of this room's tables, sorted by
what they hold about a person. Evaluations on Today: forms that are open and should be closed.
Words of the audit trail for what is done here: the room, then what happened. The declaration of
evaluations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from kash.assessments.evaluations import blueprint, views
from kash.assessments.evaluations.models import EvaluationForm, EvaluationQuestion
from kash.assessments.evaluations.queries import (
    KIND,
    STATE,
    STATE_TONE,
    STEPS,
    form_title,
    in_words,
    open_forms,
    option_words,
    part_word,
)
from kash.assessments.evaluations.services import close_overdue, delete_old_comments, follow
from kash.assessments.evaluations.views import join_answers
from kash.feature import Feature
from kash.people.erasure import FreeText, about_things
from kash.platform.database import utc_now
from kash.platform.handbook.places import Chapters
from kash.platform.jobs import Chore
from kash.platform.web.formats import day_text, time_text
from kash.platform.web.parts import ActionWords, SampleId
from kash.platform.web.today import Need, TodayLine, Viewer
from kash.policy import Role
from kash.workshops.services.timetable import FollowsWorkshop
from kash.workshops.tabs import Tab

CHAPTERS = Chapters(
    {
        "evaluations.answer": "signing-in#answer-what-you-thought-without-an-account",
        "evaluations": {
            Role.TRAINER: "trainer#evaluations",
            Role.DIRECTOR: "director#people-workshops-attendance",
            Role.MONITORING: "monitoring#what-evaluations-tell",
        },
    }
)


PERSONAL = (
    FreeText("evaluation_comment.body", kind="evaluations.comment"),
    *about_things(
        evaluation_box="salt seen body",
        evaluation_count="part option",
        evaluation_form="state public_key",
        evaluation_question="kind texts options",
    ),
)


def _open(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Evaluation open: %(title)s", title=form.title),
            url_for("evaluations.form", public_id=form.workshop, form_id=form.form),
            _("Its time is over.")
            if form.closes_at <= asked.now
            else _("Close it once everybody has answered."),
            key=day_text(form.closes_at),
            small=_("until %(time)s", time=time_text(form.closes_at)),
            button=_("Look and close"),
            about=form.title,
        )
        for form in open_forms(asked.actor)
    ]


TODAY = (Need("evaluations", 125, _open, lead=_l("Evaluations still open:"), lead_place=45),)


ACTION_WORDS = ActionWords(
    {
        "evaluations.form_added": _l("evaluations: form added"),
        "evaluations.form_closed": _l("evaluations: form closed"),
        "evaluations.form_opened": _l("evaluations: form opened"),
        "evaluations.form_removed": _l("evaluations: form removed"),
        "evaluations.question_removed": _l("evaluations: question removed"),
        "evaluations.question_saved": _l("evaluations: question saved"),
        "evaluations.questions_ordered": _l("evaluations: questions ordered"),
        "evaluations.sheet_entered": _l("evaluations: sheet entered"),
        "evaluations.time_given": _l("evaluations: more time given"),
    }
)


def _questions(known: Mapping[str, str]) -> Select[str]:
    return (
        select(EvaluationQuestion.public_id)
        .join(EvaluationForm, EvaluationForm.id == EvaluationQuestion.form_id)
        .where(EvaluationForm.public_id == known["form_id"])
        .order_by(EvaluationQuestion.position)
    )


FEATURE = Feature(
    "evaluations",
    choice="tests",
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
        "evaluation_words": {"kind": KIND, "state": STATE, "state_tone": STATE_TONE, "steps": STEPS}
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
        Tab(_l("Evaluations"), "evaluations.workshop", "evaluations.see", 45, _l("Tests")),
        Chore("close_overdue_evaluations", close_overdue, minutes=1),
        Chore("delete_old_comments", lambda: delete_old_comments(utc_now()), minutes=60),
    ),
)
