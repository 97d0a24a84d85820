"""The page on which one session of a draft is written."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.people.queries.directory import service_choices
from kash.platform.web import current_actor
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import ChangedMeanwhile
from kash.platform.web.missing import after_mending
from kash.policy import allow
from kash.training import blueprint, queries
from kash.training.forms.sessions import SessionPage
from kash.training.material_files import files_of
from kash.training.models import CourseVersion
from kash.training.rules.fields import PLAN
from kash.training.services.sessions import TooManyPlanRows, plan_in, write_session
from kash.training.services.versions import NotADraft


@blueprint.route("/versions/<public_id>/plans/<plan_id>/edit", methods=["GET", "POST"])
@allow("curriculum.edit")
def edit_session(public_id: str, plan_id: str) -> ResponseReturnValue:
    """Write one session: what it is for, its steps, and all that a facilitator needs."""
    version = queries.version(current_actor(), public_id)
    shown = SessionPage(plan_in(version, plan_id), translation=version.translates_id is not None)
    if request.method == "GET":
        if version.state != "draft":
            return redirect(url_for("training.version", public_id=public_id))
        return _page(version, shown), 200
    if version.state != "draft":
        return _page(version, shown, closed=True), 409
    asked = request.form.get("change")
    if asked:
        shown.row_version = shown.row_version_read
        return _page(version, shown, focus=shown.change(asked)), 200
    if not shown.validate():
        shown.row_version = shown.row_version_read
        return _page(version, shown), 422
    row_version = shown.row_version_read
    try:
        with FlashedProblems(TooManyPlanRows):
            write_session(public_id, plan_id, shown.text(), row_version, by=current_actor())
            return _saved(version, plan_id)
    except ChangedMeanwhile:
        return _conflict(public_id, plan_id)
    except NotADraft:
        return _page(version, shown, closed=True), 409
    return _page(version, shown), 422


def _conflict(public_id: str, plan_id: str) -> ResponseReturnValue:
    found = queries.version(current_actor(), public_id)
    shown = SessionPage(plan_in(found, plan_id), translation=found.translates_id is not None)
    shown.validate()
    if not shown.compare():
        return _saved(found, plan_id)
    return _page(found, shown, conflict=True), 409


def _saved(version: CourseVersion, plan_id: str) -> ResponseReturnValue:
    flash(_("Saved."))
    then = request.form.get("then", "")
    if then == "next":
        plans = [plan.public_id for module in version.modules for plan in module.plans]
        following = plans[plans.index(plan_id) + 1 :] if plan_id in plans else []
        if following:
            plan_id = following[0]
        else:
            then = "outline"
    if then == "outline":
        return redirect(url_for("training.edit", public_id=version.public_id))
    again = url_for("training.edit_session", public_id=version.public_id, plan_id=plan_id)
    return redirect(again if then else after_mending(again))


def _page(
    version: CourseVersion,
    shown: SessionPage,
    *,
    conflict: bool = False,
    closed: bool = False,
    focus: str = "",
) -> str:
    plans = [plan for module in version.modules for plan in module.plans]
    place = plans.index(shown.plan)
    files = files_of(row.file for row in shown.plan.rows)
    return render_template(
        "training/session_edit.html",
        version=version,
        page=shown,
        plan=shown.plan,
        plan_kind=PLAN,
        conflict=conflict,
        closed=closed,
        focus=focus,
        following=plans[place + 1] if place + 1 < len(plans) else None,
        files={
            row.public_id: found
            for row in shown.plan.rows
            if row.file and (found := files.get(row.file)) is not None
        },
        services=[one.name for one in service_choices(current_actor(), limit=200)],
    )
