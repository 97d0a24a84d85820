"""Making keys, changing the passphrase, and using the recovery code: three ways to new words.

First the words are shown; then they are typed back on a page that shows them no more. Nothing is
stored before that. Afterwards the recovery code is shown once, to be printed.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.members import blueprint, queries
from kash.members.documents import recovery_sheet
from kash.members.errors import HasKeys, KeyNotRight, NoKeys, NotEntitled, StaleWords
from kash.members.forms import ChangeForm, NewWordsForm, RecoverForm, SheetForm
from kash.members.names import COMPARTMENT_NAMES
from kash.members.rules import entitled
from kash.members.services import keys as keys_services
from kash.members.services.keys import (
    MadeKeys,
    begin_compartments,
    carried_code,
    carry_code,
    change_passphrase,
    is_typed_back,
    make_own_keys,
    offer_words,
    offered_words,
)
from kash.members.vault_sessions import forget_loaded
from kash.platform.web import Problem, current_actor, download, page
from kash.platform.web.commands import FlashedProblems
from kash.policy import allow

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
        raise NotEntitled
    if queries.member_of(by.public_id) is not None:
        return redirect(url_for("members.open_vault"), code=303)
    with FlashedProblems(HasKeys, KeyNotRight, tone="warn"):
        return _ceremony("new", NewWordsForm(), lambda words: make_own_keys(by, words))
    return redirect(url_for("members.open_vault"), code=303)


@blueprint.route("/p", methods=["GET", "POST"])
@allow("vault.open", fresh=True)
def passphrase() -> ResponseReturnValue:
    """New words in place of the present ones."""
    by = current_actor()
    if queries.member_of(by.public_id) is None:
        return redirect(url_for("members.open_vault"), code=303)
    form = ChangeForm()
    return _ceremony(
        "change",
        form,
        lambda words: change_passphrase(by, form.passphrase.data, words),
    )


@blueprint.route("/r", methods=["GET", "POST"])
@allow("vault.open", fresh=True)
def recover() -> ResponseReturnValue:
    """New words by the code on the recovery sheet."""
    by = current_actor()
    if queries.member_of(by.public_id) is None:
        return redirect(url_for("members.open_vault"), code=303)
    form = RecoverForm()
    return _ceremony(
        "recover",
        form,
        lambda words: keys_services.recover(by, form.recovery_code.data, words),
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
            _("This page was too old. Change your passphrase to get a new recovery sheet.")
        ) from None
    return download(recovery_sheet(code), name="sheet.pdf", type="application/pdf")


@blueprint.route("/b", methods=["GET", "POST"])
@allow("vault.open", fresh=True)
def begin() -> ResponseReturnValue:
    """Make, with keys that one has already, what nobody has made or can open any more."""
    by = current_actor()
    may = queries.may_begin_now(by)
    if not may or queries.member_of(by.public_id) is None:
        return redirect(url_for("members.open_vault"), code=303)
    if request.method == "POST":
        with FlashedProblems(NotEntitled, NoKeys, KeyNotRight, tone="warn"):
            begin_compartments(by)
            forget_loaded()
            flash(_("It is made. Open the vault to use it."))
        return redirect(url_for("members.open_vault"), code=303)
    lost = [one for one in queries.standings() if one.name in may and one.made]
    return render_template(
        "members/begin.html", names=[COMPARTMENT_NAMES[name] for name in may], lost=bool(lost)
    )
