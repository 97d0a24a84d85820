"""Pages of decisions: what is hoped of them, when they come back, and what came of them."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.forums import blueprint
from kash.forums.forms import ConclusionForm, ReviewForm
from kash.forums.models import Forum
from kash.forums.queries.decisions import (
    DECISION_STATES,
    DecisionLine,
    changes_of,
    decisions_of,
    readable_decision,
    shown_decisions,
    watchable_lines,
)
from kash.forums.queries.series import forum, forum_to_edit, runs
from kash.forums.services import decisions as services
from kash.forums.services.decisions import (
    ConcludedAlready,
    DayNotCome,
    ReviewDetails,
)
from kash.forums.tables import DECISION_COLUMNS
from kash.forums.wording import CONCLUSION_WORDS, LINK_WORDS
from kash.platform.web import NotFound, current_actor, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.formats import local_today
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import allow

_AT = "/<forum_id>/decisions/<decision_id>"


def _back(forum_id: str, decision_id: str) -> ResponseReturnValue:
    return redirect(
        url_for("forums.decision", forum_id=forum_id, decision_id=decision_id), code=303
    )


def _run(forum_id: str, decision_id: str) -> tuple[Forum, DecisionLine]:
    found = forum_to_edit(forum_id, current_actor())
    return found, readable_decision(found, decision_id, current_actor())


def _saved(line: DecisionLine) -> dict[str, Any]:
    return {
        "expected": line.expected,
        "look_on": line.look_on,
        "watched": f"{line.table_key}:{line.line}" if line.table_key else "",
        "row_version": line.row_version,
    }


@blueprint.get("/<forum_id>/decisions")
@allow("forums.see")
@offers_table("decisions")
def decisions(forum_id: str) -> ResponseReturnValue:
    """A forum's decisions, from the result that was read to what came of it."""
    actor, today = current_actor(), local_today()
    found = forum(forum_id, actor)
    asked = request.args.get("state", "all")
    state = asked if asked in DECISION_STATES else "all"
    rows = decisions_of(found, actor, today, state)
    if is_taken():
        return taken(rows.turned(lambda some: shown_decisions(some, actor)), DECISION_COLUMNS)
    return render_template(
        "forums/decisions.html",
        forum=found,
        state=state,
        states=DECISION_STATES,
        listing=rows,
        changes=changes_of(found, shown_decisions(rows, actor), actor, today),
        conclusions=CONCLUSION_WORDS,
        links=LINK_WORDS,
        today=today,
    )


@blueprint.get(_AT)
@allow("forums.see")
def decision(forum_id: str, decision_id: str) -> ResponseReturnValue:
    """A decision: what is hoped, what was done, what the printed figures say, what was found."""
    actor, today = current_actor(), local_today()
    found = forum(forum_id, actor)
    line = readable_decision(found, decision_id, actor)
    return render_template(
        "forums/decision.html",
        forum=found,
        change=changes_of(found, [line], actor, today)[0],
        conclusions=CONCLUSION_WORDS,
        links=LINK_WORDS,
        runs=runs(actor, found.secretary_id),
        today=today,
    )


@blueprint.route(f"{_AT}/review", methods=["GET", "POST"])
@allow("forums.edit")
def review_decision(forum_id: str, decision_id: str) -> ResponseReturnValue:
    """Say what one would see if a decision worked, and when the forum looks again."""
    found, line = _run(forum_id, decision_id)
    form = ReviewForm(data=_saved(line))
    form.watched.choices = [("", _("None")), *watchable_lines()]
    if form.validate_on_submit():
        with form.showing_problems(ConcludedAlready):
            services.set_review(
                forum_id,
                decision_id,
                form.command(ReviewDetails),
                row_version=form.row_version_shown,
                by=current_actor(),
            )
            flash(_("Saved. It comes back to the agenda by itself."))
            return _back(forum_id, decision_id)
        found, line = _run(forum_id, decision_id)
        if form.changed_meanwhile:
            form.compare(_saved(line))
    return page("forums/decision_review.html", form=form, forum=found, decision=line)


@blueprint.route(f"{_AT}/conclusion", methods=["GET", "POST"])
@allow("forums.edit")
def conclude_decision(forum_id: str, decision_id: str) -> ResponseReturnValue:
    """Write down what the forum found when it looked again."""
    actor, today = current_actor(), local_today()
    found, line = _run(forum_id, decision_id)
    if line.look_on is None:
        raise NotFound
    form = ConclusionForm()
    if form.validate_on_submit():
        with form.showing_problems(DayNotCome, ConcludedAlready):
            services.conclude(
                forum_id,
                decision_id,
                conclusion=form.conclusion.data,
                found=form.found.data,
                by=actor,
            )
            flash(_("Saved. It is told at the next meeting."))
            return _back(forum_id, decision_id)
        found, line = _run(forum_id, decision_id)
    return page(
        "forums/decision_conclude.html",
        form=form,
        forum=found,
        change=changes_of(found, [line], actor, today)[0],
        today=today,
    )


@blueprint.route(f"{_AT}/conclusion/take-back", methods=["GET", "POST"])
@allow("forums.edit")
def reopen_decision(forum_id: str, decision_id: str) -> ResponseReturnValue:
    """Take back what was concluded, after a question: its sentence goes with it."""
    if request.method == "GET":
        found, line = _run(forum_id, decision_id)
        return render_template("forums/reopen_decision.html", forum=found, decision=line)
    with FlashedProblems(ConcludedAlready, tone="warn"):
        services.take_back_conclusion(forum_id, decision_id, by=current_actor())
        flash(_("Taken back. It comes up in the next meeting again."))
    return _back(forum_id, decision_id)
