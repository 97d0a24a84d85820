"""Pages of tokens: asked for, agreed to, fetched once, and ended."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.names import STANDING_SENTENCES
from kash.accounts.queries.accounts import names_of
from kash.api import blueprint
from kash.api.approval import APPROVAL
from kash.api.errors import TooLate
from kash.api.forms import TokenForm
from kash.api.models import ApiToken
from kash.api.queries import tokens as queries
from kash.api.rules.tokens import OVER, TokenStands
from kash.api.scopes import SCOPES, scope_named
from kash.api.services import tokens as services
from kash.api.tables import token_columns
from kash.api.words import PERIOD_WORDS, STANDS_TONES, STANDS_WORDS
from kash.platform.approvals.pages import ProposalPage, SendBackForm
from kash.platform.approvals.rules import Standing
from kash.platform.database import is_public_id, utc_now
from kash.platform.web import current_actor, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.public_address import public_address
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import allow


@blueprint.get("/")
@allow("api.see")
@offers_table("tokens")
def index() -> ResponseReturnValue:
    """Tokens, all or one's own, or those of one connection."""
    actor, now = current_actor(), utc_now()
    connection = request.args.get("public_id", "")
    listing = queries.tokens(actor, connection if is_public_id(connection) else "")
    if is_taken():
        return taken(listing, token_columns(now))
    return render_template(
        "api/index.html",
        listing=listing,
        stands={one.public_id: one.stands(now) for one in listing},
        titles={one.key: one.title for one in SCOPES},
        words=STANDS_WORDS,
        tones=STANDS_TONES,
        may_make=actor.may("api.make"),
    )


@blueprint.route("/ask", methods=["GET", "POST"])
@allow("api.make")
def ask() -> ResponseReturnValue:
    """Ask for a token for which one answers oneself."""
    form, actor = TokenForm(), current_actor()
    connections = queries.connections_to_choose()
    form.offer(connections, actor)
    if connections and form.validate_on_submit():
        with form.showing_problems():
            made = services.ask_for_token(form.request(), by=actor)
            flash(_("Asked for. An administrator or a director agrees to it next."))
            return redirect(url_for("api.token", public_id=made), code=303)
    return page(
        "api/ask.html",
        form=form,
        connections=connections,
        notes={one.key: one.leaves for one in SCOPES},
    )


@blueprint.get("/<public_id>")
@allow("api.see")
def token(public_id: str) -> ResponseReturnValue:
    """A token: what it may be used for, on whose word, and when it was last used."""
    return _page_of(queries.token(public_id, current_actor()), SendBackForm(formdata=None))


def _page_of(found: ApiToken, form: SendBackForm, problem: str = "") -> ResponseReturnValue:
    actor, now = current_actor(), utc_now()
    stands, decision = found.stands(now), APPROVAL.offered(found, actor)
    waits = stands is TokenStands.ASKED
    standing = Standing.MAY
    if waits and actor.may("api.agree") and not decision.own:
        standing = queries.standing_towards(found, actor)
    return render_template(
        "api/token.html",
        found=found,
        stands=stands,
        waits=waits,
        over=stands in OVER,
        to_fetch=stands is TokenStands.AGREED and found.account_id == actor.account_id,
        scopes=[(scope_named(one.scope), one) for one in found.scopes],
        period=PERIOD_WORDS.get(found.days, found.days),
        decision=decision,
        refused=STANDING_SENTENCES.get(standing, "") if standing is not Standing.MAY else "",
        names=names_of([*found.accounts, found.ended_by]),
        form=form,
        problem=problem,
        words=STANDS_WORDS,
        tones=STANDS_TONES,
    ), 409 if problem else 422 if form.errors else 200


def _page(public_id: str) -> ProposalPage[ApiToken]:
    return ProposalPage(
        APPROVAL,
        lambda: queries.token(public_id, current_actor()),
        _page_of,
        url_for("api.token", public_id=public_id),
    )


@blueprint.post("/<public_id>/agree")
@allow("api.agree", fresh=True)
def agree(public_id: str) -> ResponseReturnValue:
    """Agree to what another asked for."""
    return _page(public_id).step(
        lambda one: services.agree_to_token(one.public_id, by=current_actor()),
        lambda _nothing: _("Agreed. Whoever asked for it can fetch it within seven days."),
    )


@blueprint.post("/<public_id>/send-back")
@allow("api.agree")
def send_back(public_id: str) -> ResponseReturnValue:
    """Send back what was asked for, with the reason."""
    return _page(public_id).send_back(
        lambda one, reason: services.return_token(one.public_id, reason, by=current_actor()),
        _("Sent back."),
        as_organiser=False,
    )


@blueprint.post("/<public_id>/fetch")
@allow("api.make", fresh=True)
def fetch(public_id: str) -> ResponseReturnValue:
    """Fetch one's own token, and show it this once."""
    found = queries.token(public_id, current_actor())
    with FlashedProblems(TooLate):
        secret = services.fetch_token(found.public_id, by=current_actor())
        return render_template(
            "api/shown.html",
            secret=secret,
            found=queries.token(public_id, current_actor()),
            address=public_address() + url_for("api_v1.about_token"),
        )
    return redirect(url_for("api.token", public_id=public_id), code=303)


@blueprint.route("/<public_id>/end", methods=["GET", "POST"])
@allow("api.see")
def end(public_id: str) -> ResponseReturnValue:
    """End a token: whoever sees it may, since that is never wrong for long."""
    found = queries.token(public_id, current_actor())
    if request.method == "POST":
        services.end_token(found.public_id, by=current_actor())
        flash(_("Ended. The other system is refused from now on."))
        return redirect(url_for("api.token", public_id=public_id), code=303)
    return render_template("api/end.html", found=found)
