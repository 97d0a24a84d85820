"""Where one is signed in, new devices that ask for an answer, and ending sessions of others."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts import blueprint
from kash.accounts.queries import accounts
from kash.accounts.queries.accounts import unused_recovery_codes
from kash.accounts.queries.passkeys import passkeys_of, site
from kash.accounts.queries.sessions import open_sessions
from kash.accounts.services import marks, sessions
from kash.platform.web import NotFound, current_actor
from kash.policy import SIGNED_IN, allow


@blueprint.post("/account/sessions/<public_id>/end")
@allow(SIGNED_IN)
def end_session(public_id: str) -> ResponseReturnValue:
    """End one of the own sessions."""
    sessions.end_session(current_actor(), public_id)
    flash(_("That session has ended."))
    return redirect(url_for("accounts.own"), code=303)


@blueprint.post("/account/sessions/end-others")
@allow(SIGNED_IN)
def end_other_sessions() -> ResponseReturnValue:
    """End all of the own sessions but this one."""
    sessions.end_other_sessions(current_actor())
    flash(_("You are signed out everywhere else."))
    return redirect(url_for("accounts.own"), code=303)


@blueprint.post("/account/sessions/<public_id>/answer")
@allow(SIGNED_IN)
def answer_for_device(public_id: str) -> ResponseReturnValue:
    """Was it you? If not, the session ends, and the password is the next thing to change."""
    mine = request.form.get("answer") != "no"
    sessions.answer_for_device(current_actor(), public_id, mine=mine)
    if mine:
        flash(_("Thank you. Nothing changes."))
        return redirect(url_for("accounts.own"), code=303)
    flash(_("That session has ended. Now change your password: somebody may know it."), "warn")
    return redirect(url_for("accounts.own_password"), code=303)


@blueprint.post("/account/browsers/<public_id>/forget")
@allow(SIGNED_IN)
def forget_browser(public_id: str) -> ResponseReturnValue:
    """Forget one of the own browsers."""
    marks.forget_browser(current_actor(), public_id)
    flash(_("That browser is forgotten."))
    return redirect(url_for("accounts.own"), code=303)


@blueprint.post("/account/browsers/forget")
@allow(SIGNED_IN)
def forget_browsers() -> ResponseReturnValue:
    """Forget all of the own browsers."""
    marks.forget_browsers(current_actor())
    flash(_("All browsers are forgotten."))
    return redirect(url_for("accounts.own"), code=303)


@blueprint.get("/account/after-recovery")
@allow(SIGNED_IN)
def after_recovery() -> ResponseReturnValue:
    """Next steps for someone who has just used a recovery code."""
    by = current_actor()
    account = accounts.account(by.public_id)
    return render_template(
        "accounts/after_recovery.html",
        has_app=account.totp_sealed is not None,
        passkeys=passkeys_of(account.id),
        passkeys_possible=site() is not None,
        codes_left=unused_recovery_codes(account.id),
    )


@blueprint.route("/accounts/<public_id>/sessions/<session_id>/end", methods=["GET", "POST"])
@allow("accounts.manage")
def end_session_of(public_id: str, session_id: str) -> ResponseReturnValue:
    """End one session of somebody else, after a question."""
    account = accounts.account(public_id)
    back = url_for("accounts.account", public_id=public_id)
    if request.method == "POST":
        sessions.end_session_of(current_actor(), public_id, session_id)
        flash(_("That session has ended."))
        return redirect(back, code=303)
    if session_id not in {one.public_id for one in open_sessions(account.id)}:
        raise NotFound
    return render_template(
        "accounts/question.html",
        name=account.name,
        back=back,
        heading=_("End this session?"),
        text=_("What is not saved there is lost. Whoever uses it has to sign in again."),
        label=_("End the session"),
    )


@blueprint.route("/accounts/<public_id>/sessions/end", methods=["GET", "POST"])
@allow("accounts.manage")
def end_sessions_of(public_id: str) -> ResponseReturnValue:
    """End every session of somebody else, after a question."""
    account = accounts.account(public_id)
    back = url_for("accounts.account", public_id=public_id)
    if request.method == "POST":
        sessions.end_sessions_of(current_actor(), public_id)
        flash(_("The account is signed out everywhere."))
        return redirect(back, code=303)
    return render_template(
        "accounts/question.html",
        name=account.name,
        back=back,
        heading=_("End all sessions of this account?"),
        text=_("What is not saved there is lost. Whoever uses it has to sign in again."),
        label=_("End all sessions"),
    )
