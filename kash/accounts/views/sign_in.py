"""Signing in and out. Passkeys: adding and removing one's own, and signing in with one. A script
fetches a challenge, has the device sign it, and sends the answer as a form. Where no script runs
these pages say so, and the password does all of it."""

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
from kash.accounts.errors import PasskeyRefused, SignInPaused
from kash.accounts.forms import AddPasskeyForm, CodeForm, PasskeyForm, PasskeyNameForm, SignInForm
from kash.accounts.queries import accounts
from kash.accounts.queries.accounts import must_have_second_step
from kash.accounts.queries.safety import own_passkey, site
from kash.accounts.rules import SECOND_STEP_WITHIN
from kash.accounts.services import passkeys as passkey_proofs
from kash.accounts.services.passkeys import (
    ADD,
    CONFIRM,
    SECOND_STEP,
    SIGN_IN,
    challenge_of,
    check_passkey,
    offer_to_prove,
    offered,
)
from kash.accounts.services.sign_in import check_password, check_second_step
from kash.accounts.sessions import (
    begin_session,
    leave,
    note_second_step,
    remember_browser,
    this_client,
)
from kash.platform.web import KashForm, Problem, current_actor, go, page, safe_next, signed_in
from kash.platform.web.bodies import always_answered
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.forms import one_written_email
from kash.platform.web.programme import programme_facts
from kash.policy import ANYONE, SIGNED_IN, allow

# Pages that stay open to the person who must first set up the second step.
_BEFORE_SECOND_STEP = frozenset(
    {
        "accounts.enrol",
        "accounts.add_passkey",
        "accounts.offer_to_add",
        "accounts.recovery_codes",
        # A person who is in danger must not be asked for a code first.
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
    return go("accounts.enrol")


def arrive(public_id: str, address: str, *, proved: bool = False) -> ResponseReturnValue:
    """Sign this browser in, and go where one wanted to go. `proved`: with a phone or a passkey at
    hand, which the vault need not ask for again at once."""
    begin_session(public_id)
    if proved:
        note_second_step()
    answer = make_response(redirect(address, code=303))
    remember_browser(answer)
    return answer


@blueprint.route("/sign-in", methods=["GET", "POST"])
@allow(ANYONE)
@always_answered
def sign_in() -> ResponseReturnValue:
    """E-mail and password; then, if the account has it, the second step."""
    if programme_facts() is None and "desk.set_up" in current_app.view_functions:
        return go("desk.set_up")
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
            return go("accounts.second_step")
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
        return go("accounts.sign_in")
    public_id, address = pending
    form = CodeForm()
    if form.validate_on_submit():
        with form.showing_problems(code=SignInPaused):
            recovery = check_second_step(public_id, form.code.data, this_client())
            address = url_for("accounts.after_recovery") if recovery else address
            return arrive(public_id, address, proved=not recovery)
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
        return go("accounts.sign_in")
    return render_template("accounts/lost_phone.html", form=CodeForm(formdata=None))


@blueprint.post("/sign-out")
@allow(ANYONE)
def sign_out() -> ResponseReturnValue:
    """End this session. The browser forgets its pages, but keeps what was not sent yet."""
    leave()
    flash(_("You are signed out."))
    answer = make_response(go("accounts.sign_in"))
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


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
    with form.showing_problems():
        public_id = passkey_proofs.sign_in_with_passkey(challenge_of(SIGN_IN), sent.credential.data)
        return arrive(public_id, address, proved=True)
    return sign_in_page(form)


@blueprint.post("/sign-in/code/passkey/challenge")
@allow(ANYONE)
@always_answered
def offer_second_step() -> ResponseReturnValue:
    """A challenge for the passkeys of the account whose password was given just now."""
    pending = pending_account()
    if pending is None:
        return go("accounts.sign_in")
    offer = offer_to_prove(SECOND_STEP, pending[0], this_client())
    return offered(SECOND_STEP, offer)


@blueprint.post("/sign-in/code/passkey")
@allow(ANYONE)
@always_answered
def second_step_with_passkey() -> ResponseReturnValue:
    """A passkey in place of the code, after the password."""
    pending = pending_account()
    if pending is None or signed_in() is not None:
        return go("accounts.sign_in")
    public_id, address = pending
    sent, form = PasskeyForm(), CodeForm(formdata=None)
    if not sent.validate():
        form.form_errors.append(error_of(sent))
        return second_step_page(public_id, form)
    with form.showing_problems():
        check_passkey(public_id, challenge_of(SECOND_STEP), sent.credential.data)
        return arrive(public_id, address, proved=True)
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
    return offered(ADD, passkey_proofs.offer_to_add(current_actor(), this_client()))


@blueprint.route("/account/passkeys/add", methods=["GET", "POST"])
@allow(SIGNED_IN, fresh=True)
def add_passkey() -> ResponseReturnValue:
    """Name a new passkey and let the device make it."""
    by = current_actor()
    form = AddPasskeyForm()
    possible = site() is not None
    if possible and form.validate_on_submit():
        with form.showing_problems():
            codes = passkey_proofs.add_passkey(
                by, challenge_of(ADD), form.name.data, form.credential.data
            )
            flash(_("The passkey is added."))
            if codes:
                first = not g.get("has_second_step")
                return render_template("accounts/recovery_codes.html", codes=codes, first=first)
            return go("accounts.own")
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
        passkey_proofs.rename_passkey(by, public_id, form.name.data)
        return go("accounts.own", _("Saved."))
    return page("accounts/name.html", form=form, back=url_for("accounts.own"))


@blueprint.route("/account/passkeys/<public_id>/remove", methods=["GET", "POST"])
@allow(SIGNED_IN, fresh=True)
def remove_passkey(public_id: str) -> ResponseReturnValue:
    """Remove one of one's own passkeys, after a question."""
    by = current_actor()
    passkey = own_passkey(by, public_id)
    if request.method == "POST":
        with FlashedProblems(tone="warn"):
            passkey_proofs.remove_passkey(by, public_id)
            flash(_("The passkey is removed."))
        return go("accounts.own")
    return render_template(
        "accounts/question.html",
        name=_("Your account"),
        back=url_for("accounts.own"),
        heading=_("Remove the passkey “%(name)s”?", name=passkey.name),
        text=_("It no longer signs you in. Delete it on the device as well."),
        label=_("Remove the passkey"),
    )
