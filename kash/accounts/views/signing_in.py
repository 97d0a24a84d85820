"""Signing in and out."""

from __future__ import annotations

import time

from flask import (
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts import blueprint, queries, services
from kash.accounts.errors import SignInPaused, WrongCode, WrongPassword, WrongSignIn
from kash.accounts.forms import CodeForm, ConfirmForm, SignInForm
from kash.accounts.rules import SECOND_STEP_WITHIN, needs_second_step
from kash.accounts.sessions import begin_session, leave, remember_browser, this_client
from kash.policy import ANYONE, SIGNED_IN, allow
from kash.web import current_actor, page, safe_next, signed_in
from kash.web.forms import one_written_email
from kash.web.programme import programme_facts

# Pages that stay open to whoever must first set up the second step.
_BEFORE_SECOND_STEP = frozenset(
    {
        "accounts.enrol",
        "accounts.recovery_codes",
        "accounts.sign_out",
        "accounts.confirm_password",
        "web.language",
        "web.leave",
        "static",
    }
)
_PENDING = "second_step"


@blueprint.before_app_request
def _second_step_first() -> ResponseReturnValue | None:
    """Send who must have a second step, and has none, to where it is set up."""
    if request.endpoint is None or request.endpoint in _BEFORE_SECOND_STEP:
        return None
    if g.get("permission") in (None, ANYONE) or signed_in() is None:
        return None
    if not needs_second_step(current_actor().roles) or g.get("has_second_step"):
        return None
    if not queries.second_step_required():
        return None
    return redirect(url_for("accounts.enrol"), code=303)


def _arrive(public_id: str, address: str) -> ResponseReturnValue:
    begin_session(public_id)
    answer = make_response(redirect(address, code=303))
    remember_browser(answer, public_id)
    return answer


@blueprint.route("/sign-in", methods=["GET", "POST"])
@allow(ANYONE)
def sign_in() -> ResponseReturnValue:
    """E-mail and password; then, if the account has it, the second step."""
    if programme_facts() is None and "desk.set_up" in current_app.view_functions:
        return redirect(url_for("desk.set_up"), code=303)
    address = safe_next(request.form.get("next") or request.args.get("next"))
    if signed_in() is not None:
        return redirect(address, code=303)
    form = SignInForm()
    if form.validate_on_submit():
        try:
            account = services.check_password(
                one_written_email(form.email.data), form.password.data or "", this_client()
            )
        except (WrongSignIn, SignInPaused) as problem:
            form.form_errors.append(str(problem))
            return render_template("accounts/sign_in.html", form=form), problem.status
        if account.totp_sealed is None:
            return _arrive(account.public_id, address)
        session.clear()
        session[_PENDING] = [account.public_id, int(time.time()), address]
        return redirect(url_for("accounts.second_step"), code=303)
    form.next.data = address
    return page("accounts/sign_in.html", form=form)


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
@allow(ANYONE)
def second_step() -> ResponseReturnValue:
    """The code from the phone, within a few minutes of the password."""
    pending = session.get(_PENDING)
    if signed_in() is not None:
        return redirect("/", code=303)
    if not pending or time.time() - pending[1] > SECOND_STEP_WITHIN.total_seconds():
        session.pop(_PENDING, None)
        return redirect(url_for("accounts.sign_in"), code=303)
    public_id, _when, address = pending
    form = CodeForm()
    if form.validate_on_submit():
        try:
            services.check_second_step(public_id, form.code.data or "", this_client())
        except (WrongCode, SignInPaused) as problem:
            form.code.errors = [str(problem)]
            return render_template("accounts/second_step.html", form=form), problem.status
        return _arrive(public_id, safe_next(address))
    return page("accounts/second_step.html", form=form)


@blueprint.route("/confirm", methods=["GET", "POST"])
@allow(SIGNED_IN)
def confirm_password() -> ResponseReturnValue:
    """The password once more, before a dangerous action; then back to it."""
    form = ConfirmForm()
    address = safe_next(request.form.get("next") or request.args.get("next"))
    if form.validate_on_submit():
        try:
            services.confirm_password(current_actor(), form.password.data or "", this_client())
        except (WrongPassword, SignInPaused) as problem:
            form.password.errors = [str(problem)]
            return render_template("accounts/confirm.html", form=form), problem.status
        return redirect(address, code=303)
    form.next.data = address
    return page("accounts/confirm.html", form=form)


@blueprint.post("/sign-out")
@allow(ANYONE)
def sign_out() -> ResponseReturnValue:
    """End this session. The browser forgets its pages, but keeps what was not sent yet."""
    leave()
    flash(_("You are signed out."))
    answer = make_response(redirect(url_for("accounts.sign_in"), code=303))
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer
