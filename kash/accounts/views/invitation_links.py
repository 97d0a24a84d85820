"""One-time links. Looking at one changes nothing: only its button spends it."""

from __future__ import annotations

from flask import flash, make_response, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts import blueprint
from kash.accounts.forms.accounts import JoinForm, NewPasswordForm
from kash.accounts.services.invitations import accept_invitation, invited_email, offered_by
from kash.accounts.services.password_links import accept_new_password
from kash.accounts.sessions import begin_session, forget_session, remember_browser
from kash.platform.web import page
from kash.platform.web.errors import TooManyTries
from kash.platform.web.language import language_code
from kash.policy import ANYONE, allow


@blueprint.route("/join/<token>", methods=["GET", "POST"])
@allow(ANYONE)
def join(token: str) -> ResponseReturnValue:
    """Open the account that an invitation offers."""
    invitation = offered_by(token, password=False)
    form = JoinForm(obj=invitation)
    if form.validate_on_submit():
        with form.showing_problems(spoken_code=TooManyTries):
            new = accept_invitation(
                token,
                name=form.name.data,
                password=form.password.data,
                language=language_code(),
                code=form.spoken_code.data,
            )
            forget_session()
            begin_session(new.public_id)
            answer = make_response(redirect("/", code=303))
            remember_browser(answer)
            return answer
    return page(
        "accounts/join.html",
        form=form,
        email=invited_email(invitation),
        spoken=bool(invitation.code_hash),
    )


@blueprint.route("/new-password/<token>", methods=["GET", "POST"])
@allow(ANYONE)
def new_password(token: str) -> ResponseReturnValue:
    """Set a new password with a link that an administrator made."""
    invitation = offered_by(token, password=True)
    form = NewPasswordForm()
    if form.validate_on_submit():
        with form.showing_problems(spoken_code=TooManyTries):
            accept_new_password(token, form.password.data, code=form.spoken_code.data)
            forget_session()
            flash(_("The new password is set. Sign in with it."))
            return redirect(url_for("accounts.sign_in"), code=303)
    return page("accounts/new_password.html", form=form, spoken=bool(invitation.code_hash))
