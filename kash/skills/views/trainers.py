"""One trainer: what she may do and why, granting, ending, and deciding that it is too early."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.models import Account
from kash.accounts.queries.accounts import accounts_with_role, names_of
from kash.platform.web import Forbidden, current_actor, page
from kash.platform.web.formats import local_today
from kash.policy import Role, allow
from kash.skills import blueprint, services
from kash.skills.errors import NoTrainer
from kash.skills.forms import DeferForm, EndSkillForm, GrantForm
from kash.skills.queries.evidence import certified_in, suggestions, taught_by
from kash.skills.queries.skills import (
    deferrals_of,
    is_still_trainer,
    skill,
    skills_of,
    trainer,
)
from kash.skills.services import SkillDetails
from kash.skills.words import ENDED, EVIDENCE, LEVEL_ALONE, LEVEL_NOTE, LEVEL_TONE
from kash.training.queries import all_courses


@blueprint.get("/trainers/<public_id>")
@allow("skills.see")
def one_trainer(public_id: str) -> ResponseReturnValue:
    """Skills of a trainer, since when and on what evidence; those that were ended, and why."""
    actor, today = current_actor(), local_today()
    account = trainer(public_id)
    skills = skills_of(account)
    deferrals = deferrals_of(account)
    taught = taught_by(account.id, today)
    accounts = {one.granted_by for one in skills} | {one.assessed_by for one in skills}
    accounts |= {one.ended_by for one in skills} | {one.deferred_by for one in deferrals}
    grants = _may_grant(account)
    return render_template(
        "skills/trainer.html",
        trainer=account,
        present=[one for one in skills if one.ended_on is None],
        ended=[one for one in skills if one.ended_on is not None],
        deferrals=deferrals,
        taught=taught,
        workshops={one.public_id: one for one in taught},
        course_names=dict(all_courses()),
        suggested=suggestions(today, account_id=account.id) if grants else (),
        names=names_of(accounts),
        may_grant=grants,
        own=actor.public_id == account.public_id,
        levels=LEVEL_ALONE,
        tones=LEVEL_TONE,
        evidence=EVIDENCE,
        ended_words=ENDED,
    )


def _may_grant(account: Account) -> bool:
    """True if the present actor may change what this trainer may do: never her own."""
    actor = current_actor()
    return (
        actor.may("skills.grant")
        and actor.public_id != account.public_id
        and is_still_trainer(account)
    )


def _another(public_id: str) -> Account:
    """A trainer other than whoever asks. Raises NotFound, Forbidden and NoTrainer."""
    account = trainer(public_id)
    if account.public_id == current_actor().public_id:
        raise Forbidden
    if not is_still_trainer(account):
        raise NoTrainer
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
            (one.public_id, one.name)
            for one in accounts_with_role(Role.TRAINER, Role.DIRECTOR)
            if one.id != account.id
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
            flash(_("Saved."))
            return redirect(url_for("skills.one_trainer", public_id=public_id), code=303)
    names = dict(courses)
    taught: dict[str, list[str]] = {}
    for one in taught_by(account.id, today):
        taught.setdefault(names[one.course], []).append(one.title)
    return page(
        "skills/grant.html",
        form=form,
        trainer=account,
        taught=taught,
        certified={
            names[course]: day
            for course, day in certified_in(account.person_id, today).items()
            if course in names
        },
        level_notes={str(level): note for level, note in LEVEL_NOTE.items()},
    )


@blueprint.route("/trainers/<public_id>/skills/<skill_id>/end", methods=["GET", "POST"])
@allow("skills.grant")
def end(public_id: str, skill_id: str) -> ResponseReturnValue:
    """End a skill, with a reason."""
    account = trainer(public_id)
    if account.public_id == current_actor().public_id:
        raise Forbidden
    found = skill(account, skill_id)
    form = EndSkillForm()
    if form.validate_on_submit():
        with form.showing_problems():
            services.end_skill(public_id, skill_id, form.because.data, by=current_actor())
            flash(_("Ended. It stays in the history with the reason."))
            return redirect(url_for("skills.one_trainer", public_id=public_id), code=303)
        found = skill(trainer(public_id), skill_id)
    return page("skills/end.html", form=form, trainer=account, skill=found, levels=LEVEL_ALONE)


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
            flash(_("Noted. You are asked again once this trainer has taught it twice more."))
            return redirect(url_for("skills.one_trainer", public_id=public_id), code=303)
    return page("skills/defer.html", form=form, trainer=account)
