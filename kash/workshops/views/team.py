"""Advice on who teaches, and on what gets in the way, on a workshop's plan and in its form while
that is filled in."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template, request
from werkzeug.datastructures import MultiDict

from kash.platform.web import current_actor
from kash.platform.web.formats import local_today
from kash.policy import allow
from kash.workshops import blueprint
from kash.workshops.forms import NewWorkshopForm, WorkshopForm
from kash.workshops.models import Workshop
from kash.workshops.queries.plan import FacilitatorName, course_taught
from kash.workshops.queries.scope import own_workshop
from kash.workshops.rules import Stage
from kash.workshops.team_advice import TeamAdvice, TeamQuestion, advice_on
from kash.workshops.views.schedule import schedule_in_form

# Nobody's team is larger, whatever is sent.
MOST_TEAM = 50
_OVER = frozenset({Stage.OVER, Stage.CANCELLED})


def advice_for(workshop: Workshop, team: Sequence[FacilitatorName], stands: Stage) -> TeamAdvice:
    """Advice on a workshop as it is planned; none once it is over."""
    if stands in _OVER or not current_actor().may("workshops.edit"):
        return TeamAdvice()
    advice = advice_on(
        TeamQuestion(
            workshop.version.course_id,
            [one.public_id for one in team],
            next((one.public_id for one in team if one.lead), ""),
            workshop.starts_on,
            workshop.ends_on,
            workshop.id,
        )
    )
    # That nothing is written down is said where trainers are chosen.
    return TeamAdvice(advice.warnings, advice.to_ask)


def advice_in_form(
    form: NewWorkshopForm | WorkshopForm, version: str, workshop: Workshop | None = None
) -> TeamAdvice:
    """Advice on what is chosen in a form, whether it can be saved or not."""
    course_id = course_taught(version) if version else None
    if course_id is None:
        return TeamAdvice()
    leads = form.lead.data or ""
    first = form.starts_on.data or local_today()
    last = form.ends_on.data or first
    team = dict.fromkeys([*form.facilitators.data, *([leads] if leads else ())])
    key = workshop.id if workshop is not None else None
    advice = advice_on(
        TeamQuestion(course_id, list(team)[:MOST_TEAM], leads, first, max(first, last), key)
    )
    # Who is free is said of chosen days alone.
    return advice if form.starts_on.data else TeamAdvice(advice.warnings, told=advice.told)


@blueprint.post("/team")
@allow("workshops.edit")
def team() -> str:
    """Advice on what is chosen so far, for a form that is not saved yet."""
    changed = request.args.get("workshop", "")
    found = own_workshop(changed, current_actor(), "workshops.edit") if changed else None
    # The form is read as it is: what is wrong in it is told when it is saved.
    form = NewWorkshopForm(MultiDict(request.form))
    version = found.version.public_id if found is not None else form.version.data or ""
    return render_template(
        "workshops/form_advice.html",
        advice=advice_in_form(form, version, found),
        schedule=schedule_in_form(form, version, found, anew=bool(request.form.get("anew"))),
    )
