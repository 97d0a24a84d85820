"""Pages of actions: what is open, and what became of it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.forums import blueprint
from kash.forums.forms import ActionOutcomeForm
from kash.forums.queries.actions import actions_of, open_action, owners_shown, shown_actions
from kash.forums.queries.series import forum, runs
from kash.forums.services import minutes
from kash.forums.services.minutes import close_action
from kash.forums.services.problems import AlreadyClosed
from kash.platform.web import Forbidden, current_actor, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.formats import local_today
from kash.policy import allow

STATES = ("open", "done", "dropped", "all")


@blueprint.get("/<forum_id>/actions")
@allow("forums.see")
def actions(forum_id: str) -> ResponseReturnValue:
    """A forum's actions by state."""
    actor = current_actor()
    found = forum(forum_id, actor)
    asked = request.args.get("state", "open")
    state = asked if asked in STATES else "open"
    rows = actions_of(found, actor, state=state)
    lines = shown_actions(rows, actor)
    return render_template(
        "forums/actions.html",
        forum=found,
        state=state,
        states=STATES,
        listing=rows,
        lines=lines,
        shown=owners_shown(lines, request.args.get("group", "")),
        runs=runs(actor, found.secretary_id),
        today=local_today(),
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


@blueprint.post("/<forum_id>/actions/<action_id>/reopen")
@allow("forums.edit")
def reopen_action(forum_id: str, action_id: str) -> ResponseReturnValue:
    """Take back that an action is done or dropped."""
    with FlashedProblems(AlreadyClosed, tone="warn"):
        minutes.reopen_action(forum_id, action_id, by=current_actor())
        flash(_("The action is open again."))
    return redirect(url_for("forums.actions", forum_id=forum_id))
