"""The page on which the outline of a draft is written: its modules and sessions."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kash.platform.web import NotFound, current_actor
from kash.platform.web.errors import ChangedMeanwhile, one_or_404
from kash.policy import allow
from kash.training import blueprint, queries
from kash.training.forms.outline import DraftPage
from kash.training.rules.titles import telling_words
from kash.training.services import versions as services
from kash.training.services.sessions import plan_in
from kash.training.services.versions import (
    NotADraft,
    TooMuch,
    move_module,
    move_plan,
    write_version,
)


@blueprint.route("/versions/<public_id>/edit", methods=["GET", "POST"])
@allow("curriculum.edit")
def edit(public_id: str) -> ResponseReturnValue:
    """The one page on which a whole draft is written."""
    version = queries.version(current_actor(), public_id)
    draft = DraftPage(version)
    if request.method == "GET":
        if version.state != "draft":
            return redirect(url_for("training.version", public_id=public_id))
        return _draft_page(draft), 200
    if version.state != "draft":
        return _draft_page(draft, closed=True), 409
    if draft.row_version_read != version.row_version:
        return _conflict(draft)
    if not draft.validate():
        return _draft_page(draft), 422
    try:
        write_version(public_id, draft.text(), draft.row_version_read, current_actor())
    except ChangedMeanwhile:
        return _conflict(DraftPage(queries.version(current_actor(), public_id)))
    except NotADraft:
        return _draft_page(draft, closed=True), 409
    except TooMuch as problem:
        draft.about.show(problem)
        return _draft_page(draft), 422
    return _saved(public_id, draft)


def _saved(public_id: str, draft: DraftPage) -> Response:
    for name, by_places in (("up", -1), ("down", 1)):
        moving = request.form.get(name)
        if moving:
            try:
                move_plan(public_id, moving, by_places, current_actor())
            except NotFound:
                move_module(public_id, moving, by_places, current_actor())
            return redirect(url_for("training.edit", public_id=public_id, _anchor=f"p-{moving}"))
    flash(_("Saved."))
    if request.form.get("then") == "close":
        return redirect(url_for("training.version", public_id=public_id))
    # Whoever added a session writes the next one of the same module, without looking for it.
    module = draft.added_to
    if module:
        page = url_for("training.edit", public_id=public_id, add=module)
        return redirect(f"{page}#{draft.first_field_of_new(module)}")
    return redirect(url_for("training.edit", public_id=public_id))


def _conflict(draft: DraftPage) -> ResponseReturnValue:
    if not draft.compare():
        return _saved(draft.version.public_id, draft)
    return _draft_page(draft, conflict=True), 409


def _draft_page(draft: DraftPage, *, conflict: bool = False, closed: bool = False) -> str:
    return render_template(
        "training/edit.html",
        draft=draft,
        version=draft.version,
        adds_to=request.args.get("add", "") if request.method == "GET" else "",
        minutes=draft.minutes,
        conflict=conflict,
        closed=closed,
        telling=telling_words(draft.version.public_title),
    )


@blueprint.post("/versions/<public_id>/order")
@allow("curriculum.edit")
def arrange_modules(public_id: str) -> ResponseReturnValue:
    """Keep the order into which modules were moved."""
    services.arrange_modules(public_id, request.form.getlist("order"), current_actor())
    return _arranged(public_id)


@blueprint.post("/versions/<public_id>/modules/<module_id>/order")
@allow("curriculum.edit")
def arrange_plans(public_id: str, module_id: str) -> ResponseReturnValue:
    """Keep the order into which the sessions of a module were moved."""
    order = request.form.getlist("order")
    services.arrange_plans(public_id, module_id, order, current_actor())
    return _arranged(public_id)


def _arranged(public_id: str) -> ResponseReturnValue:
    if request.headers.get("X-Requested-With") == "fetch":
        return "", 204
    return redirect(url_for("training.edit", public_id=public_id))


@blueprint.route("/versions/<public_id>/modules/<module_id>/remove", methods=["GET", "POST"])
@allow("curriculum.edit")
def remove_module(public_id: str, module_id: str) -> ResponseReturnValue:
    """Ask, then take a module with its sessions out of a draft."""
    version = queries.version(current_actor(), public_id)
    module = one_or_404(
        next((each for each in version.modules if each.public_id == module_id), None)
    )
    if request.method == "POST":
        services.remove_module(public_id, module_id, current_actor())
        flash(_("Removed."))
        return redirect(url_for("training.edit", public_id=public_id))
    return render_template(
        "training/remove.html",
        version=version,
        question=_("Remove this module and its sessions?"),
        title=module.title,
        text=_("Sessions: %(number)s", number=len(module.plans)),
    )


@blueprint.route("/versions/<public_id>/plans/<plan_id>/remove", methods=["GET", "POST"])
@allow("curriculum.edit")
def remove_plan(public_id: str, plan_id: str) -> ResponseReturnValue:
    """Ask, then take a session out of a draft."""
    version = queries.version(current_actor(), public_id)
    plan = plan_in(version, plan_id)
    if request.method == "POST":
        services.remove_plan(public_id, plan_id, current_actor())
        flash(_("Removed."))
        return redirect(url_for("training.edit", public_id=public_id))
    return render_template(
        "training/remove.html",
        version=version,
        question=_("Remove this session?"),
        title=plan.title,
        text="",
    )
