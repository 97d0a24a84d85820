"""Chapters of the handbook that tell about skills. Columns of this room's tables, sorted by what
they hold about a person. Skills on the pages of accounts and courses. A person's page tells nothing
of them: it would tell whose account is hers. Skills on Today: trainers who may be ready to lead.
Words of the audit trail for what is done here: the room, then what happened. The declaration of
skills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import Select, exists, func, select

from kash.accounts.models import Account, RoleChange
from kash.certificates.models import TrainerSkill
from kash.certificates.skills import blueprint, views
from kash.certificates.skills.queries import (
    LEVEL_ALONE,
    LEVEL_TONE,
    advise,
    is_trainer,
    suggestions,
    trainers_of,
)
from kash.certificates.skills.services import end_with_role
from kash.feature import Feature
from kash.people.erasure import about_things, free_texts
from kash.platform.database import db
from kash.platform.handbook.places import Chapters
from kash.platform.web.parts import ActionWords, NamedPage, PageSection, SampleId
from kash.platform.web.today import MOST_SHOWN, Need, TodayLine, Viewer
from kash.policy import Actor, Role
from kash.training.models import Course
from kash.workshops.team_advice import AdvisesTeams

CHAPTERS = Chapters(
    {
        "skills": {
            Role.TRAINER: "trainer#who-may-teach-what",
            Role.DIRECTOR: "director#who-may-teach-what",
            Role.MONITORING: "monitoring#what-you-see",
        }
    }
)


PERSONAL = (
    *free_texts("skill_deferral.because", "trainer_skill.note", "trainer_skill.ended_because"),
    *about_things(trainer_skill="level evidence workshops ended_how"),
)


def of_account(public_id: str, actor: Actor) -> dict[str, Any] | None:
    """Skills on the page of an account, its own among them; None for who may see no skills and of
    an account that never was a trainer's."""
    if not actor.may("skills.see"):
        return None
    ever = exists().where(TrainerSkill.account_id == Account.id)
    if not db.session.scalar(
        select(Account.id).where(Account.public_id == public_id, is_trainer() | ever)
    ):
        return None
    rows = db.session.execute(
        select(Course.public_id, Course.name, TrainerSkill.level)
        .join(TrainerSkill, TrainerSkill.course_id == Course.id)
        .join(Account, Account.id == TrainerSkill.account_id)
        .where(Account.public_id == public_id, TrainerSkill.ended_on.is_(None))
        .order_by(func.lower(Course.name), Course.id)
    )
    return {"trainer": public_id, "rows": rows.all()}


def of_course(public_id: str, actor: Actor) -> list[Any] | None:
    """Trainers of a course, on its page."""
    return trainers_of(public_id) if actor.may("skills.see") else None


def _suggested(asked: Viewer) -> Sequence[TodayLine]:
    if not asked.actor.may("skills.grant"):
        return []
    suggested = suggestions(asked.day, excluding=asked.actor.account_id, limit=MOST_SHOWN)
    return [
        TodayLine(
            _("May %(name)s lead %(course)s?", name=suggestion.name, course=suggestion.course_name),
            url_for("skills.one_trainer", public_id=suggestion.trainer),
            _("Taught it, and nobody has decided yet."),
            key=suggestion.taught,
            small=ngettext("workshop", "workshops", suggestion.taught),
            button=_("Look and decide"),
            about=suggestion.name,
        )
        for suggestion in suggested
    ]


TODAY = (Need("skills", 155, _suggested, lead=_l("Trainers who may lead:"), lead_place=94),)


ACTION_WORDS = ActionWords(
    {
        "skills.deferred": _l("trainers: does not lead yet"),
        "skills.ended": _l("trainers: skill ended"),
        "skills.granted": _l("trainers: skill granted"),
    }
)


def _skills(known: Mapping[str, str]) -> Select[str]:
    return (
        select(TrainerSkill.public_id)
        .join(TrainerSkill.account)
        .where(Account.public_id == known["public_id"], TrainerSkill.ended_on.is_(None))
    )


FEATURE = Feature(
    "skills",
    choice="tracks",
    modules=(views,),
    blueprints=(blueprint,),
    words={"skill_levels": LEVEL_ALONE, "skill_tones": LEVEL_TONE},
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        CHAPTERS,
        NamedPage("skills.index", _l("Who may teach what"), "skills.see", 94),
        *TODAY,
        AdvisesTeams(advise),
        PageSection("account", "skills/account_section.html", of_account),
        PageSection("course", "skills/course_section.html", of_course),
        RoleChange(end_with_role),
        SampleId(
            "/skills/trainers/<public_id>",
            lambda _: select(Account.public_id).join(TrainerSkill).order_by(TrainerSkill.id),
        ),
        SampleId("/skills/trainers/<public_id>/skills/<skill_id>", _skills),
    ),
)
