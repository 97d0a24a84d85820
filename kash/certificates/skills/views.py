"""Forms of skills. The table of trainers and courses, as rows. All skills as a table of trainers
and courses, to look at, print and take away. One trainer: what she may do and why, granting,
ending, and deciding that it is too early."""

from __future__ import annotations

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional

from kash.accounts.models import Account
from kash.accounts.queries.accounts import accounts_with_role, names_of
from kash.certificates.skills import blueprint, queries, services
from kash.certificates.skills.queries import skill
from kash.certificates.skills.rules import Level
from kash.certificates.skills.services import NO_TRAINER, SkillDetails
from kash.platform.web import Forbidden, KashForm, current_actor, page
from kash.platform.web.errors import Problem
from kash.platform.web.fields import DayField
from kash.platform.web.formats import local_today
from kash.platform.web.forms import choice_field, radio_field, required, text_field
from kash.platform.web.pages import go
from kash.platform.web.taking import own_table
from kash.policy import Role, allow
from kash.training.queries import all_courses


class GrantForm(KashForm):
    """A skill and its proof."""

    course = choice_field(_l("Course"))
    level = radio_field(_l("What this trainer may do"), list(queries.LEVEL_ALONE.items()))
    since = DayField(_l("Since"), validators=[required()])
    evidence = radio_field(_l("On what evidence"), list(queries.EVIDENCE.items()))
    assessor = choice_field(_l("Who assessed"), required=False)
    assessed_on = DayField(_l("Day of the assessment"), validators=[Optional()])
    note = text_field(
        _l("Note"),
        most=300,
        required=False,
        description=_l(
            "Who assessed from outside, or which certificate it is. No names of participants: "
            "every trainer reads this."
        ),
    )


class EndSkillForm(KashForm):
    """Reason for which a skill ends."""

    because = text_field(
        _l("Reason"),
        most=300,
        description=_l("It stays in the history, which every trainer reads."),
    )


class DeferForm(KashForm):
    """Reason for which somebody does not lead yet."""

    course = choice_field(_l("Course"))
    because = text_field(
        _l("What is still missing"),
        most=300,
        description=_l("It stays in the history, which every trainer reads."),
    )


def matrix_table(found: queries.Matrix) -> list[list[str]]:
    """A row for each trainer and a column for each course, with a head."""
    return [
        [_("Trainer"), *(name for _public_id, name in found.courses)],
        *(
            [
                line.name,
                *(
                    str(queries.LEVEL_ALONE[line.levels[course]]) if course in line.levels else ""
                    for course, _name in found.courses
                ),
            ]
            for line in found.rows
        ),
    ]


NO_SKILL = "none"


def _wanted() -> queries.MatrixFilter:
    level = request.args.get("level", "")
    return queries.MatrixFilter(
        course=request.args.get("course", "")[:16],
        level=level if level in {*Level, NO_SKILL} else "",
    )


@blueprint.get("")
@allow("skills.see")
def index() -> ResponseReturnValue:
    """Table of trainers and courses; for those who may grant, also the trainers who may be ready to
    lead."""
    actor, wanted = current_actor(), _wanted()
    grants = actor.may("skills.grant")
    return render_template(
        "skills/matrix.html",
        matrix=queries.matrix(wanted),
        wanted=wanted,
        courses=all_courses(),
        levels=queries.LEVEL_ALONE,
        tones=queries.LEVEL_TONE,
        suggested=queries.suggestions(local_today(), excluding=actor.account_id) if grants else (),
    )


@blueprint.get("/table")
@allow("skills.see")
def table() -> ResponseReturnValue:
    """The same table to keep, as XLSX or CSV; it names trainers and courses, and nobody else."""
    rows = matrix_table(queries.matrix(_wanted()))
    return own_table(rows, file="skills")


@blueprint.get("/trainers/<public_id>")
@allow("skills.see")
def one_trainer(public_id: str) -> ResponseReturnValue:
    """Skills of a trainer, since when and on what evidence; those that were ended, and why."""
    actor, today = current_actor(), local_today()
    account = queries.trainer(public_id)
    skills = queries.skills_of(account)
    deferrals = queries.deferrals_of(account)
    taught = queries.taught_by(account.id, today)
    accounts = {skill.granted_by for skill in skills} | {skill.assessed_by for skill in skills}
    accounts |= {skill.ended_by for skill in skills} | {
        deferral.deferred_by for deferral in deferrals
    }
    grants = _may_grant(account)
    return render_template(
        "skills/trainer.html",
        trainer=account,
        present=[skill for skill in skills if skill.ended_on is None],
        ended=[skill for skill in skills if skill.ended_on is not None],
        deferrals=deferrals,
        taught=taught,
        workshops={workshop.public_id: workshop for workshop in taught},
        course_names=dict(all_courses()),
        suggested=queries.suggestions(today, account_id=account.id) if grants else (),
        names=names_of(accounts),
        may_grant=grants,
        own=actor.public_id == account.public_id,
        levels=queries.LEVEL_ALONE,
        tones=queries.LEVEL_TONE,
        evidence=queries.EVIDENCE,
        ended_words=queries.ENDED,
    )


def _may_grant(account: Account) -> bool:
    """True if the present actor may change what this trainer may do: never her own."""
    actor = current_actor()
    return (
        actor.may("skills.grant")
        and actor.public_id != account.public_id
        and queries.is_still_trainer(account)
    )


def _another(public_id: str) -> Account:
    """A trainer other than the one who asks. Raises NotFound, Forbidden and Problem."""
    account = queries.trainer(public_id)
    if account.public_id == current_actor().public_id:
        raise Forbidden
    if not queries.is_still_trainer(account):
        raise Problem(NO_TRAINER)
    return account


@blueprint.route("/trainers/<public_id>/grant", methods=["GET", "POST"])
@allow("skills.grant")
def grant(public_id: str) -> ResponseReturnValue:
    """Grant a skill, with what is on record of the trainer beside the form."""
    account, today = _another(public_id), local_today()
    form = GrantForm()
    courses = all_courses()
    form.course.choices = [("", _("Choose")), *courses]
    form.assessor.choices = [
        ("", _("Somebody outside the programme")),
        *(
            (workshop.public_id, workshop.name)
            for workshop in accounts_with_role(Role.TRAINER, Role.DIRECTOR)
            if workshop.id != account.id
        ),
    ]
    if request.method == "GET":
        form.since.data = today
        form.level.data = request.args.get("level", "")
        form.course.data = request.args.get("course", "")[:16]
        form.evidence.data = "taught" if form.course.data else ""
    if form.validate_on_submit():
        with form.showing_problems():
            services.grant(public_id, form.command(SkillDetails), by=current_actor())
            return go("skills.one_trainer", _("Saved."))
    names = dict(courses)
    taught: dict[str, list[str]] = {}
    for workshop in queries.taught_by(account.id, today):
        taught.setdefault(names[workshop.course], []).append(workshop.title)
    return page(
        "skills/grant.html",
        form=form,
        trainer=account,
        taught=taught,
        certified={
            names[course]: day
            for course, day in queries.certified_in(account.person_id, today).items()
            if course in names
        },
        level_notes={str(level): note for level, note in queries.LEVEL_NOTE.items()},
    )


@blueprint.route("/trainers/<public_id>/skills/<skill_id>/end", methods=["GET", "POST"])
@allow("skills.grant")
def end(public_id: str, skill_id: str) -> ResponseReturnValue:
    """End a skill, with a reason."""
    account = queries.trainer(public_id)
    if account.public_id == current_actor().public_id:
        raise Forbidden
    ending = skill(account, skill_id)
    form = EndSkillForm()
    if form.validate_on_submit():
        with form.showing_problems():
            services.end_skill(public_id, skill_id, form.because.data, by=current_actor())
            return go("skills.one_trainer", _("Ended. It stays in the history with the reason."))
        ending = skill(queries.trainer(public_id), skill_id)
    return page(
        "skills/end.html", form=form, trainer=account, skill=ending, levels=queries.LEVEL_ALONE
    )


@blueprint.route("/trainers/<public_id>/not-yet", methods=["GET", "POST"])
@allow("skills.grant")
def defer(public_id: str) -> ResponseReturnValue:
    """Decide that a trainer does not lead a course yet, with what is still missing."""
    account = _another(public_id)
    form = DeferForm()
    form.course.choices = [("", _("Choose")), *all_courses()]
    if request.method == "GET":
        form.course.data = request.args.get("course", "")[:16]
    if form.validate_on_submit():
        with form.showing_problems():
            services.defer(public_id, form.course.data, form.because.data, by=current_actor())
            flash(_("Noted. You are asked again after two more workshops."))
            return go("skills.one_trainer")
    return page("skills/defer.html", form=form, trainer=account)
