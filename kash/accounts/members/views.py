"""The recovery sheet: made in the request of the person who prints it, and kept nowhere. Forms that
open the vault. Where addresses of before lead. Requests to read who somebody is, and a custodian's
decision. Making keys, changing the passphrase, and using the recovery code: three ways to new
words. First the words are shown; then they are typed back on a page that shows them no more.
Nothing is stored before that. Afterwards the recovery code is shown once, to be printed. Pages of
members: letting in, taking away, and what happens when all is lost. Opening the vault, seeing for
how long it is open, closing it, and going on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import (
    Blueprint,
    flash,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import Length, ValidationError

from kash.accounts.errors import CannotAgree, LastKeyHolder, SignInPaused
from kash.accounts.members import blueprint, queries
from kash.accounts.members.rules import COMPARTMENT_NAMES, COMPARTMENT_TEXTS, entitled, warnings_of
from kash.accounts.members.services import members as keys_services
from kash.accounts.members.services import vault_sessions
from kash.accounts.members.services.alarms import (
    NOT_ENTITLED,
    KeyNotRight,
    StaleWords,
    WordsNotCompared,
)
from kash.accounts.members.services.members import (
    MadeKeys,
    admit,
    begin_compartments,
    carried_code,
    carry_code,
    change_passphrase,
    is_typed_back,
    make_own_keys,
    note_compared,
    offer_words,
    offered_words,
    own_words,
    rotate,
)
from kash.accounts.members.vault_sessions import (
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
from kash.accounts.models import role_name
from kash.accounts.queries import accounts as accounts_queries
from kash.accounts.queries.safety import site
from kash.accounts.services.passkeys import (
    SECOND_STEP,
    challenge_of,
    check_passkey,
    offer_to_prove,
    offered,
)
from kash.accounts.services.sign_in import check_second_step
from kash.accounts.sessions import began_with_second_step, this_client
from kash.platform.database import db
from kash.platform.press import PagedDocument, document
from kash.platform.vault import OpenVault, Trust, VaultMember, altered_compartments, fingerprint
from kash.platform.web import Problem, current_actor, download, go, page, safe_next
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import Forbidden
from kash.platform.web.fields import HiddenField, SecretField, TextField
from kash.platform.web.forms import KashForm, required
from kash.platform.web.guard import Moved, lead_on
from kash.platform.web.language import language_code
from kash.policy import SIGNED_IN, allow


def recovery_sheet(code: str) -> bytes:
    """A sheet with the recovery code, as PDF; it names neither person nor programme.

    Raises RenderError.
    """
    return document(
        PagedDocument(
            html=render_template("members/paper/recovery.html", code=code),
            title=_("Recovery sheet"),
            language=language_code(),
            page_count="",
        )
    )


# Nothing that a browser would keep, correct, or send away to have it spelt.
_UNKEPT = {
    "type": "text",
    "autocomplete": "off",
    "autocapitalize": "none",
    "autocorrect": "off",
    "spellcheck": "false",
    "data-masked": "",
}


def secret_field(
    label: Any, *, description: Any = "", most: int = 300, masked: bool = True
) -> SecretField:
    """A secret that the browser shall not keep: no password field, which it would offer to.

    What is typed from a sheet that lies open is not `masked`: nobody types 32 signs unseen.
    """
    shown = {name: value for name, value in _UNKEPT.items() if masked or name != "data-masked"}
    return SecretField(
        label,
        description=description,
        validators=[required(), Length(max=most, message=_l("This is too long."))],
        render_kw=dict(shown, maxlength=most),
    )


class OpenForm(KashForm):
    """The passphrase, and a code as second factor."""

    passphrase = secret_field(_l("Passphrase"), description=_l("Your six words."))
    code = TextField(
        _l("Code"),
        description=_l("Six digits from your phone, or one of your recovery codes."),
        validators=[required(_l("Enter the code."))],
        render_kw={"autocomplete": "one-time-code", "maxlength": 40, "spellcheck": "false"},
    )
    next = HiddenField()


class OpenWithPasskeyForm(KashForm):
    """The passphrase, and a passkey as second factor."""

    passphrase = secret_field(_l("Passphrase"), description=_l("Your six words."))
    credential = HiddenField()
    next = HiddenField()

    def validate_credential(self, field: HiddenField) -> None:
        """Say plainly what is missing where no script ran."""
        if not field.data:
            raise ValidationError(_("Passkeys need JavaScript. Use a code instead."))


class NewWordsForm(KashForm):
    """The six words typed back; the page carries them sealed."""

    typed = secret_field(_l("The six words"), description=_l("With a space between them."))
    sealed = HiddenField()


class ChangeForm(NewWordsForm):
    """The present passphrase, and the new words typed back."""

    passphrase = secret_field(_l("Present passphrase"))


class RecoverForm(NewWordsForm):
    """The recovery code, and the new words typed back."""

    recovery_code = secret_field(
        _l("Code on the recovery sheet"),
        description=_l("Eight groups of four, from your recovery sheet."),
        masked=False,
    )


class SheetForm(KashForm):
    """Text that the page carries until the sheet is printed."""

    sealed = HiddenField()


class OwnWordsForm(KashForm):
    """The passphrase, without which one's own four words are not shown."""

    passphrase = secret_field(_l("Passphrase"), description=_l("Your six words."))


class LetInForm(KashForm):
    """That the words were compared, and those of which key."""

    shown = HiddenField()

    compared = BooleanField(
        _l("We have compared all four words aloud, and they are the same"),
        validators=[required(_l("Compare the words first."))],
    )


class RemoveForm(KashForm):
    """That it is known what would be lost."""

    loss_known = BooleanField(_l("I have read what will be lost for good"))


class IdentityDecisionForm(KashForm):
    """Two buttons."""


moved = Blueprint("moved_members", __name__)
lead_on(
    moved,
    Moved(
        "/vault",
        "/w/v",
        {
            "begin": "b",
            "keys": "k",
            "let-in": "in",
            "lost": "o",
            "members": "m",
            "passphrase": "p",
            "recover": "r",
            "unsealing": "u",
        },
    ),
)


@blueprint.get("/u")
@allow("vault.open")
def identity_requests() -> ResponseReturnValue:
    """Requests that wait for a custodian, and one's own with the time that is left."""
    lines = queries.identity_request_lines(current_actor())
    return render_template(
        "members/identity_requests.html",
        waiting=[line for line in lines if line.state == "waits" and not line.mine],
        own=[line for line in lines if line.mine],
        decides=current_actor().may("vault.unseal"),
    )


@blueprint.route("/u/<public_id>", methods=["GET", "POST"])
@allow("vault.unseal", fresh=True)
@require_vault(compartment="identity")
def identity_request(public_id: str) -> ResponseReturnValue:
    """Read why somebody asks, and give the key for an hour or refuse."""
    by, vault = current_actor(), current_vault()
    line = queries.identity_request_line(by, public_id)
    form = IdentityDecisionForm()
    decision = request.form.get("decision")
    if vault is not None and form.validate_on_submit() and decision in ("grant", "refuse"):
        with FlashedProblems(tone="warn"):
            vault_sessions.decide(by, vault, public_id, grant=decision == "grant")
            flash(
                _("You have agreed. It can be read for one hour.")
                if decision == "grant"
                else _("You have refused. Nothing was opened.")
            )
        return go("members.identity_requests")
    away, reason = line.mine, ""
    if vault is not None and line.state == "waits" and not away:
        away = not vault_sessions.may_decide(by, vault, public_id)
        reason = "" if away else vault_sessions.read_reason(by, vault, public_id)
    return page("members/identity_request.html", form=form, line=line, reason=reason, away=away)


_SHOWN = "shown"


def _ceremony(
    way: str, form: NewWordsForm, finish: Callable[[str], MadeKeys]
) -> ResponseReturnValue:
    """Show words, have them typed back, then do what they are for and show the recovery code."""
    by = current_actor()
    if request.method == "GET":
        words, carried = offer_words(by)
        form.sealed.data = carried
        return render_template("members/words.html", way=way, words=words.split(), form=form)
    with FlashedProblems(StaleWords, tone="warn"):
        return _typing_back(way, form, offered_words(by, form.sealed.data), finish)
    return redirect(request.path, code=303)


def _typing_back(
    way: str, form: NewWordsForm, words: str, finish: Callable[[str], MadeKeys]
) -> ResponseReturnValue:
    if request.form.get("step") == _SHOWN:
        fresh = type(form)(formdata=None)
        fresh.sealed.data = form.sealed.data
        return render_template("members/typed.html", way=way, form=fresh)
    if form.validate_on_submit():
        if is_typed_back(words, form.typed.data):
            with form.showing_problems():
                return _code_page(finish(words))
        else:
            form.mark_wrong(form.typed, _("These are not the words that you were shown."))
    return page("members/typed.html", form=form, way=way)


def _code_page(made: MadeKeys) -> str:
    forget_loaded()
    carried = carry_code(current_actor(), made.code)
    member = queries.member_of(current_actor().public_id)
    return render_template(
        "members/code.html",
        groups=made.code.split("-"),
        words="" if member is not None and queries.holds_anything(member) else made.words,
        form=SheetForm(formdata=None, sealed=carried),
    )


@blueprint.route("/k", methods=["GET", "POST"])
@allow("vault.open", fresh=True)
def keys() -> ResponseReturnValue:
    """Make one's own keys."""
    by = current_actor()
    if not entitled(by.roles):
        raise Problem(NOT_ENTITLED, status=403)
    if queries.member_of(by.public_id) is not None:
        return go("members.open_vault")
    with FlashedProblems(KeyNotRight, tone="warn"):
        return _ceremony("new", NewWordsForm(), lambda words: make_own_keys(by, words))
    return go("members.open_vault")


@blueprint.route("/p", methods=["GET", "POST"])
@allow("vault.open", fresh=True)
def passphrase() -> ResponseReturnValue:
    """New words in place of the present ones."""
    by = current_actor()
    if queries.member_of(by.public_id) is None:
        return go("members.open_vault")
    form = ChangeForm()
    return _ceremony(
        "change", form, lambda words: change_passphrase(by, form.passphrase.data, words)
    )


@blueprint.route("/r", methods=["GET", "POST"])
@allow("vault.open", fresh=True)
def recover() -> ResponseReturnValue:
    """New words by the code on the recovery sheet."""
    by = current_actor()
    if queries.member_of(by.public_id) is None:
        return go("members.open_vault")
    form = RecoverForm()
    return _ceremony(
        "recover", form, lambda words: keys_services.recover(by, form.recovery_code.data, words)
    )


@blueprint.post("/s")
@allow("vault.open")
def sheet() -> ResponseReturnValue:
    """The recovery sheet as PDF, made now and kept nowhere."""
    form = SheetForm()
    try:
        code = carried_code(current_actor(), form.sealed.data)
    except StaleWords:
        raise Problem(
            _("This page was too old. Change your passphrase for a new recovery sheet.")
        ) from None
    return download(recovery_sheet(code), name="sheet.pdf", type="application/pdf")


@blueprint.route("/b", methods=["GET", "POST"])
@allow("vault.open", fresh=True)
def begin() -> ResponseReturnValue:
    """Make, with keys that one has already, what nobody has made or can open any more."""
    by = current_actor()
    may = queries.compartments_to_begin(by)
    if not may or queries.member_of(by.public_id) is None:
        return go("members.open_vault")
    if request.method == "POST":
        with FlashedProblems(KeyNotRight, tone="warn"):
            begin_compartments(by)
            forget_loaded()
            flash(_("It is made. Open the vault to use it."))
        return go("members.open_vault")
    lost = [standing for standing in queries.standings() if standing.name in may and standing.made]
    return render_template(
        "members/begin.html", names=[COMPARTMENT_NAMES[name] for name in may], lost=bool(lost)
    )


@blueprint.get("/m")
@allow("vault.members")
def members() -> ResponseReturnValue:
    """Members with their keys, those who wait, and what is unfinished."""
    by = current_actor()
    vault = current_vault()
    lines = queries.member_lines(by, vault.secrets if vault is not None else None)
    return render_template(
        "members/members.html",
        lines=lines,
        standings=queries.standings(),
        altered=altered_compartments(db.session()),
        mine=next((line for line in lines if line.mine), None),
        may_open=by.may("vault.open"),
        holds=[name for name in queries.NAMES if vault is not None and vault.holds(name)],
        names=COMPARTMENT_NAMES,
        texts=COMPARTMENT_TEXTS,
        role_name=role_name,
    )


@blueprint.route("/m/<public_id>/in", methods=["GET", "POST"])
@allow("vault.open", fresh=True)
@require_vault
def let_in(public_id: str) -> ResponseReturnValue:
    """Compare four words aloud, then let her in, or seal the key that she has."""
    by, vault = current_actor(), current_vault()
    line = queries.member_line(by, public_id, vault.secrets if vault is not None else None)
    given = sorted(name for name in line.waits_for if vault is not None and vault.holds(name))
    form = LetInForm()
    compares = (
        line.trust == Trust.UNCOMPARED
        and vault is not None
        and any(vault.holds(name) for name in line.holds)
    )
    if vault is not None and (given or compares) and not line.mine and form.validate_on_submit():
        with FlashedProblems(KeyNotRight, tone="warn"), form.showing_problems():
            if given:
                admit(by, vault, public_id, form.shown.data)
                flash(_("This person is let in."))
            else:
                note_compared(by, vault, public_id, form.shown.data)
                flash(_("The words are compared: this person's key is sealed."))
        if not form.errors:
            return go("members.members")
    form.shown.data = line.shown
    return page(
        "members/let_in.html",
        form=form,
        line=line,
        compares=compares,
        given=[COMPARTMENT_NAMES[name] for name in given],
        missing=[COMPARTMENT_NAMES[name] for name in sorted(line.waits_for - set(given))],
    )


@blueprint.route("/m/<public_id>/remove", methods=["GET", "POST"])
@allow("vault.members", fresh=True)
def remove(public_id: str) -> ResponseReturnValue:
    """Take somebody's keys away at once; those of the last who can open something by two."""
    by = current_actor()
    line = queries.member_line(by, public_id)
    removal, left = queries.removal_for(by, public_id), queries.left_without(line.holder)
    form = RemoveForm()
    lost = "lost" in left.values()
    if request.method == "POST" and removal.way == "refused":
        raise Forbidden
    if request.method == "POST" and removal.way == "asked":
        keys_services.withdraw_removal(by, public_id)
        return go("members.members", _("It is withdrawn."))
    if form.validate_on_submit():
        if lost and not form.loss_known.data:
            form.mark_wrong(form.loss_known, _("Read this, then tick it."))
        elif removal.way == "ask":
            with form.showing_problems():
                keys_services.ask_to_remove(by, public_id)
                return go("members.members", _("You have asked. A second person has to agree."))
        else:
            with form.showing_problems(loss_known=(LastKeyHolder, CannotAgree)):
                keys_services.remove(by, public_id)
                forget_loaded()
                return go(
                    "members.members",
                    _("The keys are taken away.")
                    if lost
                    else _(
                        "The keys of the vault were taken away. New ones are made when a member "
                        "next opens it."
                    ),
                )
    return page(
        "members/remove.html",
        form=form,
        line=line,
        removal=removal,
        lost=lost,
        warnings=warnings_of(left),
    )


@blueprint.route("/m/<public_id>/back", methods=["GET", "POST"])
@allow("accounts.propose", fresh=True)
def give_back(public_id: str) -> ResponseReturnValue:
    """Give the server's half of a key back that was held back when the account was locked."""
    by = current_actor()
    line = queries.member_line(by, public_id)
    if request.method == "POST":
        keys_services.return_half(by, public_id)
        return go(
            "members.members", _("The key is given back. Its owner opens the vault as before.")
        )
    return render_template("members/give_back.html", line=line)


@blueprint.get("/o")
@allow("vault.members")
def lost() -> ResponseReturnValue:
    """Page on what happens when everybody loses their passphrase."""
    return render_template("members/lost.html")


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
    proved = began_with_second_step()
    passkey = _with_passkey() and not proved
    form = OpenWithPasskeyForm() if passkey else OpenForm()
    if proved:
        del form.code
    if form.validate_on_submit():
        with form.showing_problems(code=SignInPaused):
            token = vault_sessions.open_with_passphrase(
                by, form.passphrase.data, lambda: None if proved else _prove(form)
            )
            return _opened(token, address)
    form.next.data = "" if address == _HOME else address
    if passkey:
        form.credential.data = ""
    account = accounts_queries.account(by.public_id)
    return page(
        "members/unlock.html",
        form=form,
        passkey=passkey,
        proved=proved,
        other=not proved
        and account.has_passkey
        and account.totp_sealed is not None
        and bool(site()),
        has_app=account.totp_sealed is not None,
        kept=address == url_for("members.go_on"),
    )


def _overview(vault: OpenVault) -> str:
    """The page of the open vault: who waits to be let in, whose words are to be compared, and her
    own four words."""
    by = current_actor()
    lines = queries.member_lines(by, vault.secrets)
    mine = next(line for line in lines if line.mine)
    return render_template(
        "members/open.html",
        open_vault=vault_status(),
        standings=queries.standings(),
        mine=mine,
        # Her words come from her own key: the key in her row may have been altered.
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
        begin=queries.compartments_to_begin(by),
        names=COMPARTMENT_NAMES,
        texts=COMPARTMENT_TEXTS,
    )


def _without_keys(member: VaultMember | None) -> ResponseReturnValue:
    by = current_actor()
    if not entitled(by.roles):
        return render_template("members/not_entitled.html")
    form, words = OwnWordsForm(), ""
    if member is not None and form.validate_on_submit():
        with form.showing_problems():
            words = own_words(by, form.passphrase.data)
            form.passphrase.data = ""
    begin = queries.compartments_to_begin(by)
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
    """Take the second factor. Raises Problem, SignInPaused and PasskeyRefused."""
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
        return go("members.open_vault")
    if is_script:
        return jsonify({"left": left})
    return go(
        "members.open_vault",
        _("Documents left to do: %(count)s.", count=left)
        if left
        else _("All documents lie under the new keys."),
    )


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
    vault_sessions.close_vault(current_actor())
    forget_loaded()
    # A person who leaves in haste is told nothing: the next page would say what this site is.
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
    status = vault_status()
    return jsonify({"open": status is not None, "seconds": status.seconds if status else 0})


@blueprint.post("/used")
@allow(SIGNED_IN)
def used() -> ResponseReturnValue:
    """Somebody is typing: the vault is in use, though nothing is sent yet."""
    status = vault_status()
    return jsonify({"open": status is not None, "seconds": status.seconds if status else 0})


@blueprint.get("/go-on")
@allow("vault.open")
@require_vault
def go_on() -> ResponseReturnValue:
    """Go on with what was typed before the vault was opened, ready to be sent again."""
    vault = current_vault()
    form_text = (
        vault_sessions.kept_for_member(current_actor(), vault) if vault is not None else None
    )
    if form_text is None:
        return redirect(_HOME, code=303)
    address, fields = form_text
    return render_template("accounts/go_on.html", address=safe_next(address), fields=fields)
