"""The programme's goal."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.queries.accounts import names_of
from kash.coverage import blueprint
from kash.coverage.forms import GoalForm
from kash.coverage.queries.goals import Goal, area_choices, goal_of, goals_set, latest_goal
from kash.coverage.services.goals import set_goal
from kash.platform.web import current_actor, page
from kash.policy import allow


@blueprint.route("/goal", methods=["GET", "POST"])
@allow("coverage.goal")
def goal() -> ResponseReturnValue:
    """How many trained people each station is to have, with the goals set before."""
    latest = latest_goal()
    form = GoalForm(data=vars(goal_of(latest)))
    form.area.choices = [("", _("Wherever there is a station")), *area_choices()]
    if latest is not None and latest.area is not None and not latest.area.active:
        form.area.choices.append((latest.area.public_id, latest.area.name))
    if form.validate_on_submit():
        with form.showing_problems():
            set_goal(form.command(Goal), by=current_actor())
            flash(_("Saved."))
            return redirect(url_for("coverage.index"))
    earlier = goals_set()
    return page(
        "coverage/goal.html",
        form=form,
        earlier=earlier,
        names=names_of(one.set_by for one in earlier),
    )
