"""Pages of members: letting in, taking away, and what happens when all is lost."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.errors import CannotAgree, LastKeyHolder
from kash.accounts.names import role_name
from kash.members import blueprint, queries
from kash.members.errors import AlreadyAsked, CannotLetIn, KeyNotRight, NotEntitled
from kash.members.forms import LetInForm, RemoveForm
from kash.members.names import COMPARTMENT_NAMES, COMPARTMENT_TEXTS, warnings_of
from kash.members.services import admitting
from kash.members.services.admitting import admit, note_compared
from kash.members.vault_sessions import current_vault, forget_loaded, require_vault
from kash.platform.database import db
from kash.platform.vault import Trust, altered_compartments
from kash.platform.web import current_actor, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import Forbidden
from kash.policy import allow


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
        with (
            form.showing_problems(),
            FlashedProblems(CannotLetIn, NotEntitled, KeyNotRight, tone="warn"),
        ):
            if given:
                admit(by, vault, public_id, form.shown.data)
                flash(_("This person is let in."))
            else:
                note_compared(by, vault, public_id, form.shown.data)
                flash(_("The words are compared: this person's key is sealed."))
        if not form.errors:
            return redirect(url_for("members.members"), code=303)
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
        admitting.withdraw_removal(by, public_id)
        flash(_("It is withdrawn."))
        return redirect(url_for("members.members"), code=303)
    if form.validate_on_submit():
        if lost and not form.loss_known.data:
            form.mark_wrong(form.loss_known, _("Read this, then tick it."))
        elif removal.way == "ask":
            with form.showing_problems(loss_known=AlreadyAsked):
                admitting.ask_to_remove(by, public_id)
                flash(_("You have asked. It is done once a second person has agreed."))
                return redirect(url_for("members.members"), code=303)
        else:
            with form.showing_problems(loss_known=(LastKeyHolder, CannotAgree)):
                admitting.remove(by, public_id)
                forget_loaded()
                flash(
                    _("The keys are taken away.")
                    if lost
                    else _(
                        "The keys are taken away. New ones are made when a member next opens the"
                        " vault."
                    )
                )
                return redirect(url_for("members.members"), code=303)
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
        admitting.return_half(by, public_id)
        flash(_("The key is given back. Its owner opens the vault as before."))
        return redirect(url_for("members.members"), code=303)
    return render_template("members/give_back.html", line=line)


@blueprint.get("/o")
@allow("vault.members")
def lost() -> ResponseReturnValue:
    """Page on what happens when everybody loses their passphrase."""
    return render_template("members/lost.html")
