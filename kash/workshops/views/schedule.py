"""Advice on what gets in a workshop's way, on its pages and in its form while that is filled in."""

from __future__ import annotations

from kash.platform.web import current_actor
from kash.workshops.forms import NewWorkshopForm, WorkshopForm
from kash.workshops.models import Workshop
from kash.workshops.queries.wanted import (
    WantedDays,
    WantedWorkshop,
    spans_of_changed,
    spans_of_new,
    version_taught,
    wanted_of,
)
from kash.workshops.rules import MOST_DAYS, Stage
from kash.workshops.schedule_checks import ScheduleAdvice, schedule_advice

# Nobody's team is larger, whatever is sent.
MOST_TEAM = 50
_OVER = frozenset({Stage.OVER, Stage.CANCELLED})


def schedule_for(workshop: Workshop, stands: Stage, *, people: bool = False) -> ScheduleAdvice:
    """Advice on a workshop as it is planned, or on its people only; none once it is over."""
    if stands in _OVER:
        return ScheduleAdvice()
    return schedule_advice(wanted_of(workshop), current_actor(), people=people)


def schedule_in_form(
    form: NewWorkshopForm | WorkshopForm,
    version: str,
    workshop: Workshop | None = None,
    *,
    anew: bool = False,
) -> ScheduleAdvice:
    """Advice on what is chosen in a form, whether it can be saved or not; none while its days make
    no sense."""
    days = _days(form)
    taught = version_taught(version) if version and days is not None else None
    if days is None or taught is None:
        return ScheduleAdvice()
    version_id, course_id, public_title = taught
    if workshop is not None:
        spans = spans_of_changed(workshop, days, anew=anew)
    else:
        as_delivered = bool("as_delivered" in form and form["as_delivered"].data)
        spans = spans_of_new(version_id, days, as_delivered=as_delivered)
    leads = form.lead.data or ""
    team = dict.fromkeys([*(form.facilitators.data or ()), *([leads] if leads else ())])
    capacity = form.capacity.data
    return schedule_advice(
        WantedWorkshop(
            (form.title.data or public_title)[:160],
            spans,
            course_id,
            list(team)[:MOST_TEAM],
            "" if form.new_venue.data else form.venue.data or "",
            capacity if capacity and 0 < capacity <= 1000 else None,
            workshop.public_id if workshop is not None else "",
        ),
        current_actor(),
    )


def _days(form: NewWorkshopForm | WorkshopForm) -> WantedDays | None:
    first, last = form.starts_on.data, form.ends_on.data
    begins, ends = form.day_starts_at.data, form.day_ends_at.data
    if not first or not last or not begins or not ends or ends <= begins:
        return None
    if last < first or (last - first).days >= MOST_DAYS or not 2000 <= first.year <= 2199:
        return None
    return WantedDays(first, last, begins, ends)
