"""Passkeys: adding and removing one's own, and signing in with one.

A script fetches a challenge, has the device sign it, and sends the answer as a form. Where no
script runs these pages say so, and the password does all of it.
"""

from __future__ import annotations

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts import blueprint
from kash.accounts.errors import LastSecondStep, NoPasskeysHere, PasskeyRefused
from kash.accounts.forms.accounts import CodeForm, SignInForm
from kash.accounts.forms.passkeys import AddPasskeyForm, PasskeyForm, PasskeyNameForm
from kash.accounts.passkey_offers import challenge_of, offered
from kash.accounts.queries.accounts import must_have_second_step
from kash.accounts.queries.passkeys import own_passkey, site
from kash.accounts.services import passkey_proofs, passkeys
from kash.accounts.services.passkey_challenges import ADD, CONFIRM, SECOND_STEP, SIGN_IN
from kash.accounts.services.passkey_proofs import check_passkey, offer_to_prove
from kash.accounts.sessions import this_client
from kash.accounts.views.signing_in import (
    arrive,
    pending_account,
    second_step_page,
    sign_in_page,
)
from kash.platform.web import KashForm, current_actor, page, safe_next, signed_in
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.urgent import always_answered
from kash.policy import ANYONE, SIGNED_IN, allow


def error_of(form: KashForm) -> str:
    """Sentence on what is wrong with a form whose fields are all hidden."""
    errors = [str(error) for field in form for error in field.errors]
    return errors[0] if errors else str(PasskeyRefused())


# --- Signing in -----------------------------------------------------------------------------


@blueprint.post("/sign-in/passkey/challenge")
@allow(ANYONE)
@always_answered
def offer_to_sign_in() -> ResponseReturnValue:
    """A challenge for whichever passkey the device has."""
    return offered(SIGN_IN, passkey_proofs.offer_to_sign_in(this_client()))


@blueprint.post("/sign-in/passkey")
@allow(ANYONE)
@always_answered
def sign_in_with_passkey() -> ResponseReturnValue:
    """Sign in with nothing typed."""
    sent = PasskeyForm()
    address = safe_next(sent.next.data)
    if signed_in() is not None:
        return redirect(address, code=303)
    form = SignInForm(formdata=None, next=address)
    if not sent.validate():
        form.form_errors.append(error_of(sent))
        return sign_in_page(form)
    with form.showing_problems(NoPasskeysHere):
        public_id = passkey_proofs.sign_in_with_passkey(challenge_of(SIGN_IN), sent.credential.data)
        return arrive(public_id, address)
    return sign_in_page(form)


@blueprint.post("/sign-in/code/passkey/challenge")
@allow(ANYONE)
@always_answered
def offer_second_step() -> ResponseReturnValue:
    """A challenge for the passkeys of the account whose password was given just now."""
    pending = pending_account()
    if pending is None:
        return redirect(url_for("accounts.sign_in"), code=303)
    offer = offer_to_prove(SECOND_STEP, pending[0], this_client())
    return offered(SECOND_STEP, offer)


@blueprint.post("/sign-in/code/passkey")
@allow(ANYONE)
@always_answered
def second_step_with_passkey() -> ResponseReturnValue:
    """A passkey in place of the code, after the password."""
    pending = pending_account()
    if pending is None or signed_in() is not None:
        return redirect(url_for("accounts.sign_in"), code=303)
    public_id, address = pending
    sent, form = PasskeyForm(), CodeForm(formdata=None)
    if not sent.validate():
        form.form_errors.append(error_of(sent))
        return second_step_page(public_id, form)
    with form.showing_problems(NoPasskeysHere):
        check_passkey(public_id, challenge_of(SECOND_STEP), sent.credential.data)
        return arrive(public_id, address)
    return second_step_page(public_id, form)


@blueprint.post("/confirm/passkey/challenge")
@allow(SIGNED_IN)
def offer_to_confirm() -> ResponseReturnValue:
    """A challenge for one's own passkeys, before a dangerous action."""
    offer = offer_to_prove(CONFIRM, current_actor().public_id, this_client())
    return offered(CONFIRM, offer)


# --- One's own ------------------------------------------------------------------------------


@blueprint.post("/account/passkeys/challenge")
@allow(SIGNED_IN, fresh=True)
def offer_to_add() -> ResponseReturnValue:
    """A challenge for a new passkey."""
    return offered(ADD, passkeys.offer_to_add(current_actor(), this_client()))


@blueprint.route("/account/passkeys/add", methods=["GET", "POST"])
@allow(SIGNED_IN, fresh=True)
def add_passkey() -> ResponseReturnValue:
    """Name a new passkey and let the device make it."""
    by = current_actor()
    form = AddPasskeyForm()
    possible = site() is not None
    if possible and form.validate_on_submit():
        with form.showing_problems():
            codes = passkeys.add_passkey(
                by, challenge_of(ADD), form.name.data, form.credential.data
            )
            flash(_("The passkey is added."))
            if codes:
                first = not g.get("has_second_step")
                return render_template("accounts/recovery_codes.html", codes=codes, first=first)
            return redirect(url_for("accounts.own"), code=303)
    form.credential.data = ""
    return page(
        "accounts/add_passkey.html",
        form=form,
        possible=possible,
        obliged=must_have_second_step(by.roles),
    )


@blueprint.route("/account/passkeys/<public_id>/name", methods=["GET", "POST"])
@allow(SIGNED_IN, fresh=True)
def rename_passkey(public_id: str) -> ResponseReturnValue:
    """Call one of one's own passkeys otherwise."""
    by = current_actor()
    passkey = own_passkey(by, public_id)
    form = PasskeyNameForm(obj=passkey)
    if form.validate_on_submit():
        passkeys.rename_passkey(by, public_id, form.name.data)
        flash(_("Saved."))
        return redirect(url_for("accounts.own"), code=303)
    return page("accounts/name.html", form=form, back=url_for("accounts.own"))


@blueprint.route("/account/passkeys/<public_id>/remove", methods=["GET", "POST"])
@allow(SIGNED_IN, fresh=True)
def remove_passkey(public_id: str) -> ResponseReturnValue:
    """Remove one of one's own passkeys, after a question."""
    by = current_actor()
    passkey = own_passkey(by, public_id)
    if request.method == "POST":
        with FlashedProblems(LastSecondStep, tone="warn"):
            passkeys.remove_passkey(by, public_id)
            flash(_("The passkey is removed."))
        return redirect(url_for("accounts.own"), code=303)
    return render_template(
        "accounts/question.html",
        name=_("Your account"),
        back=url_for("accounts.own"),
        heading=_("Remove the passkey “%(name)s”?", name=passkey.name),
        text=_("It no longer signs you in. Delete it on the device as well."),
        label=_("Remove the passkey"),
    )
