"""Locking an account at once: one's own, or as an administrator anybody's."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts import blueprint
from kash.accounts.queries.accounts import account
from kash.accounts.queries.breaches import breach
from kash.accounts.revocations import revocation_outcome, revocation_warnings, revocations
from kash.accounts.services.locking import lock_at_once
from kash.accounts.sessions import forget_session
from kash.platform.web import NotFound, current_actor
from kash.policy import SIGNED_IN, allow


def _say_what_was_done(breach_id: str) -> None:
    """Tell which of two things a step did, where it may do either."""
    for key in breach(breach_id).unfinished:
        if (sentence := revocation_outcome(key)) is not None:
            flash(str(sentence), "warn")


@blueprint.route("/account/lock", methods=["GET", "POST"])
@allow(SIGNED_IN)
def lock_own() -> ResponseReturnValue:
    """Lock the own account now. Nothing is asked again: there may be no time for it."""
    if request.method == "POST":
        breach_id = lock_at_once(current_actor(), current_actor().public_id)
        forget_session()
        _say_what_was_done(breach_id)
        flash(_("You are signed out everywhere. To come back, ask an administrator for a link."))
        answer = make_response(redirect("/", code=303))
        answer.headers["Clear-Site-Data"] = '"cache"'
        return answer
    return render_template(
        "accounts/lock.html",
        account=None,
        steps=[one.label for one in revocations()],
        warnings=revocation_warnings(current_actor().public_id),
    )


@blueprint.route("/accounts/<public_id>/lock", methods=["GET", "POST"])
@allow("accounts.manage", fresh=True)
def lock(public_id: str) -> ResponseReturnValue:
    """Lock anybody's account now."""
    found = account(public_id)
    if not found.active:
        raise NotFound
    if request.method == "POST":
        breach_id = lock_at_once(current_actor(), public_id)
        if public_id == current_actor().public_id:
            forget_session()
            _say_what_was_done(breach_id)
            return redirect("/", code=303)
        flash(_("The account is locked. Write down here what happened."))
        return redirect(url_for("accounts.breach", breach_id=breach_id), code=303)
    return render_template(
        "accounts/lock.html",
        account=found,
        steps=[one.label for one in revocations()],
        warnings=revocation_warnings(public_id),
    )
