"""A lost second step, by two people; and which roles need one at all."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts import blueprint, queries, services
from kash.accounts.errors import ResetAsked, ResetByAnother, ResetClosed, SecondStepMissing
from kash.accounts.forms import DecisionForm, ResetForm, SecondStepRolesForm
from kash.accounts.names import ROLE_NAMES
from kash.accounts.rules import NEED_SECOND_STEP
from kash.policy import Role, allow
from kash.web import current_actor, page


@blueprint.route("/accounts/<public_id>/reset-second-step", methods=["GET", "POST"])
@allow("accounts.manage", fresh=True)
def ask_reset(public_id: str) -> ResponseReturnValue:
    """Ask that somebody's second step be taken off; another person decides."""
    found = queries.account(public_id)
    back = url_for("accounts.account", public_id=public_id)
    form = ResetForm()
    if form.validate_on_submit():
        try:
            services.ask_reset(current_actor(), public_id, form.reason.data or "")
        except (SecondStepMissing, ResetAsked) as problem:
            form.form_errors.append(str(problem))
        else:
            flash(_("You have asked. Another administrator or a director has a day to agree."))
            return redirect(back, code=303)
    return page("accounts/ask_reset.html", form=form, name=found.name, back=back)


@blueprint.get("/accounts/resets")
@allow("accounts.approve_reset")
def resets() -> ResponseReturnValue:
    """What waits for a second person."""
    return render_template("accounts/resets.html", resets=queries.waiting_resets(current_actor()))


@blueprint.route("/accounts/resets/<public_id>", methods=["GET", "POST"])
@allow("accounts.approve_reset", fresh=True)
def reset(public_id: str) -> ResponseReturnValue:
    """Read why, and agree or refuse; who asked may take it back."""
    by = current_actor()
    found = queries.reset(by, public_id)
    form = DecisionForm()
    decision = request.form.get("decision")
    if decision == "withdraw" and form.validate_on_submit():
        return _withdraw(public_id)
    if form.validate_on_submit() and decision in ("approve", "refuse"):
        agreed = decision == "approve"
        try:
            if agreed:
                services.approve_reset(by, public_id)
            else:
                services.refuse_reset(by, public_id)
        except (ResetClosed, ResetByAnother) as problem:
            flash(str(problem), "warn")
            return redirect(url_for("accounts.resets"), code=303)
        if agreed:
            flash(_("The second step is removed. The account is signed out everywhere."))
        else:
            flash(_("You have refused. Nothing has changed."))
        return redirect(url_for("accounts.account", public_id=found.account_id), code=303)
    return page("accounts/reset.html", form=form, reset=found)


def _withdraw(public_id: str) -> ResponseReturnValue:
    try:
        services.withdraw_reset(current_actor(), public_id)
    except ResetClosed as problem:
        flash(str(problem), "warn")
    else:
        flash(_("You have withdrawn it. Nothing has changed."))
    return redirect(url_for("accounts.resets"), code=303)


@blueprint.route("/accounts/second-step", methods=["GET", "POST"])
@allow("settings.edit", fresh=True)
def second_step_roles() -> ResponseReturnValue:
    """Choose which roles need a second step besides those that always do."""
    form = SecondStepRolesForm(roles=[str(role) for role in queries.roles_with_second_step()])
    if form.validate_on_submit():
        services.choose_roles_with_second_step(
            current_actor(), [Role(role) for role in form.roles.data or ()]
        )
        flash(_("Saved. It holds from everybody's next page on."))
        return redirect(url_for("accounts.index"), code=303)
    always = [name for role, name in ROLE_NAMES.items() if role in NEED_SECOND_STEP]
    return page("accounts/second_step_roles.html", form=form, always=always)
