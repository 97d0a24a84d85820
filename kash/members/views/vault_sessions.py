"""Opening the vault, seeing for how long it is open, closing it, and going on."""

from __future__ import annotations

from flask import flash, g, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.errors import SignInPaused
from kash.accounts.passkey_offers import challenge_of, offered
from kash.accounts.queries import accounts as accounts_queries
from kash.accounts.queries.passkeys import site
from kash.accounts.services.passkey_challenges import SECOND_STEP
from kash.accounts.services.passkey_proofs import check_passkey, offer_to_prove
from kash.accounts.services.signing_in import check_second_step
from kash.accounts.sessions import this_client
from kash.members import blueprint, queries
from kash.members.errors import KeyNotRight, NoKeys, WordsNotCompared
from kash.members.forms import OpenForm, OpenWithPasskeyForm, OwnWordsForm
from kash.members.names import COMPARTMENT_NAMES, COMPARTMENT_TEXTS
from kash.members.rules import entitled
from kash.members.services.kept_forms import kept_for_member
from kash.members.services.keys import own_words
from kash.members.services.rotation import rotate
from kash.members.services.vault_sessions import close_vault, open_with_passphrase
from kash.members.vault_sessions import (
    cookie_name,
    current_vault,
    forget_loaded,
    forget_vault_cookie,
    leaves_idle,
    open_for_request,
    require_vault,
    set_vault_cookie,
    vault_status,
)
from kash.platform.vault import OpenVault, Trust, VaultMember, fingerprint
from kash.platform.web import current_actor, page, safe_next
from kash.platform.web.commands import FlashedProblems
from kash.policy import SIGNED_IN, allow

_HOME = "/w/v"


def _with_passkey() -> bool:
    """True if this page asks for a passkey: chosen, or the only second factor there is."""
    account = accounts_queries.account(current_actor().public_id)
    if not (account.has_passkey and site()):
        return False
    return account.totp_sealed is None or request.values.get("with") == "passkey"


@blueprint.route("", methods=["GET", "POST"])
@allow("vault.open")
def open_vault() -> ResponseReturnValue:
    """Open the vault; while it is open, what it is open for."""
    by = current_actor()
    address = safe_next(request.form.get("next") or request.args.get("next"), _HOME)
    vault = current_vault()
    if vault is not None:
        if request.method == "POST" or address != _HOME:
            return redirect(address, code=303)
        return _overview(vault)
    member = queries.member_of(by.public_id)
    if member is None or not queries.holds_anything(member):
        return _without_keys(member)
    if not g.get("has_second_step"):
        return render_template("members/no_second_step.html")
    passkey = _with_passkey()
    form = OpenWithPasskeyForm() if passkey else OpenForm()
    if form.validate_on_submit():
        with form.showing_problems(passphrase=NoKeys, code=SignInPaused):
            token = open_with_passphrase(by, form.passphrase.data, lambda: _prove(form))
            return _opened(token, address)
    form.next.data = "" if address == _HOME else address
    if passkey:
        form.credential.data = ""
    account = accounts_queries.account(by.public_id)
    return page(
        "members/unlock.html",
        form=form,
        passkey=passkey,
        other=account.has_passkey and account.totp_sealed is not None and bool(site()),
        has_app=account.totp_sealed is not None,
        kept=address == url_for("members.go_on"),
    )


def _overview(vault: OpenVault) -> str:
    by = current_actor()
    lines = queries.member_lines(by, vault.secrets)
    mine = next(line for line in lines if line.mine)
    return render_template(
        "members/open.html",
        open_vault=vault_status(),
        standings=queries.standings(),
        mine=mine,
        # As her own key has them: the row may have been altered.
        words=fingerprint(vault.private.public_key().public_bytes_raw()),
        waiting=[line for line in lines if line.waits_for and not line.mine],
        uncompared=[
            line
            for line in lines
            if line.trust == Trust.UNCOMPARED and line.holds & mine.holds and not line.mine
        ],
        identity_requests=[
            line for line in queries.identity_request_lines(by) if line.state == "waits"
        ],
        begin=queries.may_begin_now(by),
        names=COMPARTMENT_NAMES,
        texts=COMPARTMENT_TEXTS,
    )


def _without_keys(member: VaultMember | None) -> ResponseReturnValue:
    by = current_actor()
    if not entitled(by.roles):
        return render_template("members/not_entitled.html")
    form, words = OwnWordsForm(), ""
    if member is not None and form.validate_on_submit():
        with form.showing_problems(passphrase=NoKeys):
            words = own_words(by, form.passphrase.data)
            form.passphrase.data = ""
    begin = queries.may_begin_now(by)
    lines = queries.member_lines(by)
    return page(
        "members/no_keys.html",
        form=form,
        member=member,
        words=words,
        begin=begin,
        names=COMPARTMENT_NAMES,
        helpers=[line.name for line in lines if line.holds and not line.mine],
    )


def _prove(form: OpenForm | OpenWithPasskeyForm) -> None:
    """Take the second factor. Raises WrongCode, SignInPaused, PasskeyRefused."""
    by = current_actor()
    if isinstance(form, OpenForm):
        check_second_step(by.public_id, form.code.data, this_client().of(by))
        return
    check_passkey(by.public_id, challenge_of(SECOND_STEP), form.credential.data)


def _opened(token: str, address: str) -> ResponseReturnValue:
    answer = make_response(redirect(address, code=303))
    set_vault_cookie(answer, token)
    vault = open_for_request(token)
    left = 0
    with FlashedProblems(WordsNotCompared, KeyNotRight, tone="warn"):
        left = rotate(current_actor(), lambda: open_for_request(token)) if vault else 0
    if left:
        flash(_("New keys are being made. Documents left to do: %(count)s.", count=left))
    return answer


@blueprint.post("/rotation")
@allow("vault.open")
@require_vault
def rotation() -> ResponseReturnValue:
    """Move some more documents to the newest keys; a script asks for it until none is left."""
    token = request.cookies.get(cookie_name(), "")
    is_script = request.headers.get("X-Requested-With") == "fetch"
    try:
        left = rotate(current_actor(), lambda: open_for_request(token))
    except (WordsNotCompared, KeyNotRight) as problem:
        if is_script:
            raise
        flash(str(problem), "warn")
        return redirect(url_for("members.open_vault"), code=303)
    if is_script:
        return jsonify({"left": left})
    flash(
        _("Documents left to do: %(count)s.", count=left)
        if left
        else _("All documents lie under the new keys.")
    )
    return redirect(url_for("members.open_vault"), code=303)


@blueprint.get("/without-phone")
@allow("vault.open")
def second_step_lost() -> ResponseReturnValue:
    """Page on opening the vault without the phone."""
    return render_template("members/second_step_lost.html")


@blueprint.post("/passkey/challenge")
@allow("vault.open")
@leaves_idle
def offer_passkey() -> ResponseReturnValue:
    """A challenge for one's own passkeys, as second factor."""
    by = current_actor()
    return offered(SECOND_STEP, offer_to_prove(SECOND_STEP, by.public_id, this_client()))


@blueprint.post("/close")
@allow(SIGNED_IN)
@leaves_idle
def close() -> ResponseReturnValue:
    """Close the vault in this browser."""
    close_vault(current_actor())
    forget_loaded()
    # Whoever leaves in haste is told nothing: the next page would say what this site is.
    if request.headers.get("X-Requested-With") != "fetch" and not request.form.get("leaving"):
        flash(_("The vault is closed."))
    answer = make_response(redirect("/", code=303))
    forget_vault_cookie(answer)
    return answer


@blueprint.get("/state")
@allow(SIGNED_IN)
@leaves_idle
def state() -> ResponseReturnValue:
    """For how many seconds the vault is open; asking does not keep it open."""
    found = vault_status()
    return jsonify({"open": found is not None, "seconds": found.seconds if found else 0})


@blueprint.post("/used")
@allow(SIGNED_IN)
def used() -> ResponseReturnValue:
    """Somebody is typing: the vault is in use, though nothing is sent yet."""
    found = vault_status()
    return jsonify({"open": found is not None, "seconds": found.seconds if found else 0})


@blueprint.get("/go-on")
@allow("vault.open")
@require_vault
def go_on() -> ResponseReturnValue:
    """Go on with what was typed before the vault was opened, ready to be sent again."""
    vault = current_vault()
    kept = kept_for_member(current_actor(), vault) if vault is not None else None
    if kept is None:
        return redirect(_HOME, code=303)
    address, fields = kept
    return render_template("accounts/go_on.html", address=safe_next(address), fields=fields)
