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

from kash.accounts import blueprint
from kash.accounts.errors import SignInPaused
from kash.accounts.forms.accounts import CodeForm, SignInForm
from kash.accounts.forms.passkeys import PasskeyForm
from kash.accounts.queries import accounts
from kash.accounts.queries.accounts import must_have_second_step
from kash.accounts.queries.passkeys import site
from kash.accounts.rules.accounts import SECOND_STEP_WITHIN
from kash.accounts.services.signing_in import check_password, check_second_step
from kash.accounts.sessions import begin_session, leave, remember_browser, this_client
from kash.platform.web import KashForm, Problem, current_actor, safe_next, signed_in
from kash.platform.web.forms import one_written_email
from kash.platform.web.programme import programme_facts
from kash.platform.web.urgent import always_answered
from kash.policy import ANYONE, allow

# Pages that stay open to whoever must first set up the second step.
_BEFORE_SECOND_STEP = frozenset(
    {
        "accounts.enrol",
        "accounts.add_passkey",
        "accounts.offer_to_add",
        "accounts.recovery_codes",
        # Whoever is in danger must not be asked for a code first.
        "accounts.lock_own",
        "accounts.sign_out",
        "accounts.confirm_password",
        "accounts.confirm_passkey",
        "accounts.offer_to_confirm",
        "accounts.go_on",
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
    if g.get("has_second_step") or not must_have_second_step(current_actor().roles):
        return None
    return redirect(url_for("accounts.enrol"), code=303)


def arrive(public_id: str, address: str) -> ResponseReturnValue:
    """Sign this browser in, and go where one wanted to go."""
    begin_session(public_id)
    answer = make_response(redirect(address, code=303))
    remember_browser(answer)
    return answer


@blueprint.route("/sign-in", methods=["GET", "POST"])
@allow(ANYONE)
@always_answered
def sign_in() -> ResponseReturnValue:
    """E-mail and password; then, if the account has it, the second step."""
    if programme_facts() is None and "desk.set_up" in current_app.view_functions:
        return redirect(url_for("desk.set_up"), code=303)
    address = safe_next(request.form.get("next") or request.args.get("next"))
    if signed_in() is not None:
        return redirect(address, code=303)
    form = SignInForm()
    if form.validate_on_submit():
        with form.showing_problems(SignInPaused):
            account = check_password(
                (one_written_email(form.email.data) or "").lower(),
                form.password.data,
                this_client(),
            )
            if not account.has_second_step:
                return arrive(account.public_id, address)
            session.clear()
            session[_PENDING] = [account.public_id, int(time.time()), address]
            return redirect(url_for("accounts.second_step"), code=303)
    form.next.data = address
    return sign_in_page(form)


def answer_to(form: KashForm) -> int:
    """The status of a page that lets somebody in: that of what stood in the way, as 429 if it was
    tried too often."""
    if isinstance(form.problem, Problem):
        return form.problem.status
    return 422 if form.errors else 200


def sign_in_page(form: SignInForm) -> tuple[str, int]:
    """The page with both ways in: the password, and a passkey where there can be one."""
    passkey = PasskeyForm(formdata=None, next=form.next.data) if site() else None
    text = render_template("accounts/sign_in.html", form=form, passkey=passkey)
    return text, answer_to(form)


def pending_account() -> tuple[str, str] | None:
    """Whose password was given a few minutes ago at most, and where she wanted to go."""
    pending = session.get(_PENDING)
    if not pending or time.time() - pending[1] > SECOND_STEP_WITHIN.total_seconds():
        session.pop(_PENDING, None)
        return None
    return pending[0], safe_next(pending[2])


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
@allow(ANYONE)
@always_answered
def second_step() -> ResponseReturnValue:
    """The code from the phone, or a recovery code, within a few minutes of the password."""
    if signed_in() is not None:
        return redirect("/", code=303)
    pending = pending_account()
    if pending is None:
        return redirect(url_for("accounts.sign_in"), code=303)
    public_id, address = pending
    form = CodeForm()
    if form.validate_on_submit():
        with form.showing_problems(code=SignInPaused):
            recovery = check_second_step(public_id, form.code.data, this_client())
            return arrive(public_id, url_for("accounts.after_recovery") if recovery else address)
    return second_step_page(public_id, form)


def second_step_page(public_id: str, form: CodeForm) -> tuple[str, int]:
    """The page that asks for whatever second step the account has."""
    account = accounts.account(public_id)
    passkey = PasskeyForm(formdata=None) if account.has_passkey and site() else None
    text = render_template(
        "accounts/second_step.html",
        form=form,
        passkey=passkey,
        has_app=account.totp_sealed is not None,
    )
    return text, answer_to(form)


@blueprint.get("/sign-in/lost-phone")
@allow(ANYONE)
@always_answered
def lost_phone() -> ResponseReturnValue:
    """Ways in without the phone: a code from paper, or two people who know you."""
    if signed_in() is not None:
        return redirect("/", code=303)
    if pending_account() is None:
        return redirect(url_for("accounts.sign_in"), code=303)
    return render_template("accounts/lost_phone.html", form=CodeForm(formdata=None))


@blueprint.post("/sign-out")
@allow(ANYONE)
def sign_out() -> ResponseReturnValue:
    """End this session. The browser forgets its pages, but keeps what was not sent yet."""
    leave()
    flash(_("You are signed out."))
    answer = make_response(redirect(url_for("accounts.sign_in"), code=303))
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer
