"""One's own account: password, second step, where one is signed in."""

from __future__ import annotations

import base64
import binascii

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts import blueprint
from kash.accounts.errors import SecondStepMissing, SignInPaused, WeakPassword, WrongPassword
from kash.accounts.forms.accounts import EnrolForm, NameForm, PasswordForm
from kash.accounts.names import role_name
from kash.accounts.queries import accounts
from kash.accounts.queries.accounts import email_of, must_have_second_step, unused_recovery_codes
from kash.accounts.queries.delegations import delegations_of
from kash.accounts.queries.marks import known_browsers
from kash.accounts.queries.passkeys import passkeys_of, site
from kash.accounts.queries.sessions import open_sessions
from kash.accounts.services.accounts import change_password, rename
from kash.accounts.services.second_step import (
    begin_second_step,
    confirm_second_step,
    new_recovery_codes,
    second_step_address,
)
from kash.accounts.sessions import new_mark, remember_browser, this_client
from kash.platform.approvals.approval import approval_names
from kash.platform.database import utc_now
from kash.platform.vault import SealError, open_text, seal
from kash.platform.web import current_actor, page
from kash.platform.web.square_codes import qr_picture
from kash.policy import SIGNED_IN, allow


@blueprint.get("/account")
@allow(SIGNED_IN)
def own() -> ResponseReturnValue:
    """The own account."""
    by = current_actor()
    account = accounts.account(by.public_id)
    return render_template(
        "accounts/own.html",
        account=account,
        email=email_of(account),
        roles=[role_name(role) for role in sorted(by.roles)],
        sessions=open_sessions(account.id),
        present=by.session_id,
        browsers=known_browsers(account.id, utc_now()),
        shown_marks=this_client().marks,
        codes_left=unused_recovery_codes(account.id),
        passkeys=passkeys_of(account.id),
        passkeys_possible=site() is not None,
        lent=delegations_of(account.id, utc_now()),
        approval_names=approval_names(),
    )


@blueprint.route("/account/name", methods=["GET", "POST"])
@allow(SIGNED_IN)
def own_name() -> ResponseReturnValue:
    """Change how the own account is called."""
    by = current_actor()
    form = NameForm(obj=accounts.account(by.public_id))
    if form.validate_on_submit():
        rename(by, by.public_id, form.name.data)
        flash(_("Saved."))
        return redirect(url_for("accounts.own"), code=303)
    return page("accounts/name.html", form=form, back=url_for("accounts.own"))


@blueprint.route("/account/password", methods=["GET", "POST"])
@allow(SIGNED_IN)
def own_password() -> ResponseReturnValue:
    """Change the own password."""
    form = PasswordForm()
    if form.validate_on_submit():
        with form.showing_problems(present=(WrongPassword, SignInPaused), new=WeakPassword):
            by = current_actor()
            change_password(
                by,
                form.present.data,
                form.new.data,
                this_client(),
                mark=new_mark(by.account_id or 0),
            )
            flash(_("The password is changed. You are signed out everywhere else."))
            answer = make_response(redirect(url_for("accounts.own"), code=303))
            remember_browser(answer)
            return answer
    return page("accounts/password.html", form=form)


def _sealed(secret: str, public_id: str) -> str:
    blob = seal(secret, kind="account.totp_offer", public_id=public_id)
    return base64.urlsafe_b64encode(blob).decode()


def _opened(sealed: str | None, public_id: str) -> str | None:
    try:
        blob = base64.urlsafe_b64decode((sealed or "").encode())
        return open_text(blob, kind="account.totp_offer", public_id=public_id)
    except (SealError, binascii.Error, ValueError):
        return None


@blueprint.route("/account/second-step", methods=["GET", "POST"])
@allow(SIGNED_IN, fresh=True)
def enrol() -> ResponseReturnValue:
    """Set up the second step: read the QR code, type the first code.

    The new secret travels sealed in the form until then, so that looking stores nothing.
    """
    by = current_actor()
    form = EnrolForm()
    secret = _opened(form.sealed.data, by.public_id) if form.is_submitted() else None
    if secret is None:
        secret, _address = begin_second_step(accounts.account(by.public_id))
        if form.is_submitted():
            form.code.data = ""
    elif form.validate():
        with form.showing_problems():
            codes = confirm_second_step(by, secret, form.code.data)
            # Whoever had to do this before anything else goes on to Today.
            first = not g.get("has_second_step")
            return render_template("accounts/recovery_codes.html", codes=codes, first=first)
    form.sealed.data = _sealed(secret, by.public_id)
    return page(
        "accounts/enrol.html",
        form=form,
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        qr=qr_picture(second_step_address(secret)),
        obliged=must_have_second_step(by.roles),
        passkeys_possible=site() is not None,
    )


@blueprint.route("/account/recovery-codes", methods=["GET", "POST"])
@allow(SIGNED_IN, fresh=True)
def recovery_codes() -> ResponseReturnValue:
    """New recovery codes, shown this once, after a question."""
    if not accounts.account(current_actor().public_id).has_second_step:
        flash(str(SecondStepMissing()), "warn")
        return redirect(url_for("accounts.own"), code=303)
    if request.method == "POST":
        codes = new_recovery_codes(current_actor())
        return render_template("accounts/recovery_codes.html", codes=codes)
    return render_template(
        "accounts/question.html",
        name=_("Your account"),
        back=url_for("accounts.own"),
        heading=_("Make new recovery codes?"),
        text=_("The old ones stop working."),
        label=_("Make new recovery codes"),
        tone="main",
    )
