"""Confirming who one is, once more, before a dangerous action; and then on with what was typed."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from kash.accounts import blueprint
from kash.accounts.errors import SignInPaused
from kash.accounts.forms.accounts import ConfirmForm
from kash.accounts.forms.passkeys import PasskeyForm
from kash.accounts.passkey_offers import challenge_of
from kash.accounts.queries.passkeys import passkeys_of, site
from kash.accounts.services import signing_in
from kash.accounts.services.passkey_challenges import CONFIRM
from kash.accounts.services.passkey_proofs import confirm_with_passkey
from kash.accounts.services.sessions import kept_form
from kash.accounts.sessions import this_client
from kash.accounts.views.passkeys import error_of
from kash.accounts.views.signing_in import answer_to
from kash.platform.web import current_actor, safe_next
from kash.policy import SIGNED_IN, allow


def _page(form: ConfirmForm, address: str) -> tuple[str, int]:
    form.next.data = address
    offered = site() and passkeys_of(current_actor().account_id or 0)
    text = render_template(
        "accounts/confirm.html",
        form=form,
        passkey=PasskeyForm(formdata=None, next=address) if offered else None,
    )
    return text, answer_to(form)


@blueprint.route("/confirm", methods=["GET", "POST"])
@allow(SIGNED_IN)
def confirm_password() -> ResponseReturnValue:
    """The password once more, before a dangerous action; then back to it."""
    form = ConfirmForm()
    address = safe_next(request.form.get("next") or request.args.get("next"))
    if form.validate_on_submit():
        with form.showing_problems(password=SignInPaused):
            signing_in.confirm_password(current_actor(), form.password.data, this_client())
            return redirect(address, code=303)
    return _page(form, address)


@blueprint.post("/confirm/passkey")
@allow(SIGNED_IN)
def confirm_passkey() -> ResponseReturnValue:
    """A passkey in place of the password."""
    sent = PasskeyForm()
    address = safe_next(sent.next.data)
    form = ConfirmForm(formdata=None)
    if not sent.validate():
        form.form_errors.append(error_of(sent))
        return _page(form, address)
    with form.showing_problems():
        confirm_with_passkey(current_actor(), challenge_of(CONFIRM), sent.credential.data)
        return redirect(address, code=303)
    return _page(form, address)


@blueprint.get("/confirm/go-on")
@allow(SIGNED_IN)
def go_on() -> ResponseReturnValue:
    """Go on with what was typed before the password was asked for, ready to be sent again."""
    kept = kept_form(current_actor())
    if kept is None:
        return redirect("/", code=303)
    address, fields = kept
    return render_template("accounts/go_on.html", address=safe_next(address), fields=fields)
