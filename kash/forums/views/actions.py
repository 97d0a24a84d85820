"""Pages of actions: what is open, and what became of it."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.forums import blueprint
from kash.forums.forms import ActionOutcomeForm, FindActionsForm
from kash.forums.models import Forum
from kash.forums.queries.actions import (
    STATES,
    actions_of,
    all_actions,
    open_action,
    owners_shown,
    shown_actions,
)
from kash.forums.queries.progress import ages_of
from kash.forums.queries.series import forum, forum_to_edit, runs
from kash.forums.services import minutes
from kash.forums.services.minutes import close_action
from kash.forums.services.problems import AlreadyClosed
from kash.forums.tables import ACTION_COLUMNS
from kash.platform.database import utc_now
from kash.platform.web import Forbidden, Listing, current_actor, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.formats import local_today
from kash.platform.web.lists import paged
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import allow


def _asked_state() -> str:
    asked = request.values.get("state", "open")
    return asked if asked in STATES else "open"


@blueprint.get("/<forum_id>/actions")
@allow("forums.see")
@offers_table("actions", names=True)
def actions(forum_id: str) -> ResponseReturnValue:
    """A forum's actions by state."""
    return _list(forum(forum_id, current_actor()), _asked_state())


@blueprint.post("/<forum_id>/actions/search")
@allow("forums.see")
@offers_table("actions", names=True)
def search_actions(forum_id: str) -> ResponseReturnValue:
    """Search a forum's actions. The words may be a name: they stay out of every address."""
    found = forum(forum_id, current_actor())
    form = FindActionsForm()
    if not form.validate_on_submit():
        return _list(found, _asked_state(), form=form), 422
    if not form.search.data and not is_taken():
        return redirect(url_for("forums.actions", forum_id=forum_id, state=_asked_state()), 303)
    return _list(found, _asked_state(), text=form.search.data)


def _list(
    found: Forum, state: str, *, text: str = "", form: FindActionsForm | None = None
) -> str | Response:
    actor, today = current_actor(), local_today()
    if is_taken() and form is None:
        every = all_actions(found, actor, today, state=state, text=text)
        ages = ages_of(found, every, utc_now())
        return taken([(one, ages[one.public_id]) for one in every], ACTION_COLUMNS)
    listing: Listing[Any]
    if text:
        listing = paged(all_actions(found, actor, today, state=state, text=text))
        lines = list(listing.rows)
    else:
        listing = actions_of(found, actor, today, state=state)
        lines = shown_actions(listing, actor)
    return render_template(
        "forums/actions.html",
        forum=found,
        state=state,
        states=STATES,
        listing=listing,
        lines=lines,
        ages=ages_of(found, lines, utc_now()),
        shown=owners_shown(lines, request.values.get("group", "")),
        text=form.search.data if form else text,
        form=form,
        runs=runs(actor, found.secretary_id),
        today=today,
    )


@blueprint.route("/<forum_id>/actions/<action_id>", methods=["GET", "POST"])
@allow("forums.see")
def action(forum_id: str, action_id: str) -> ResponseReturnValue:
    """Say what became of an action: its owner, or who runs the forum."""
    actor = current_actor()
    found = forum(forum_id, actor)
    line = open_action(found, action_id, actor)
    if not line.may_close:
        raise Forbidden
    form = ActionOutcomeForm()
    if form.validate_on_submit():
        with FlashedProblems(AlreadyClosed, tone="warn"):
            close_action(
                forum_id,
                action_id,
                state=form.state.data,
                outcome=form.outcome.data,
                by=actor,
            )
            flash(_("Saved. It is told at the next meeting."))
        return redirect(url_for("forums.actions", forum_id=forum_id))
    if not form.is_submitted() and request.args.get("state") == "done":
        form.state.data = "done"
    return page(
        "forums/action.html",
        form=form,
        forum=found,
        action=line,
        runs=runs(actor, found.secretary_id),
        today=local_today(),
    )


@blueprint.route("/<forum_id>/actions/<action_id>/reopen", methods=["GET", "POST"])
@allow("forums.edit")
def reopen_action(forum_id: str, action_id: str) -> ResponseReturnValue:
    """Take back that an action is done or dropped, after a question: its sentence goes with it."""
    if request.method == "GET":
        found = forum_to_edit(forum_id, current_actor())
        line = open_action(found, action_id, current_actor())
        return render_template("forums/reopen_action.html", forum=found, action=line)
    with FlashedProblems(AlreadyClosed, tone="warn"):
        minutes.reopen_action(forum_id, action_id, by=current_actor())
        flash(_("The action is open again."))
    return redirect(url_for("forums.actions", forum_id=forum_id))
