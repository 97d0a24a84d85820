"""The calendar by month, by week and as an agenda."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.calendar import blueprint
from kash.calendar.addresses import CalendarPlace, place_asked
from kash.calendar.layout import days_of, days_to_read, weeks_of
from kash.calendar.queries.entries import calendar_entries, filter_choices
from kash.calendar.rules import DaySpan, View, month_of, shown, turned
from kash.calendar.views.moving import last_moved
from kash.feature import declared
from kash.platform.web import current_actor
from kash.platform.web.calendar_entries import CalendarQuestion, CalendarSource
from kash.platform.web.formats import date_text, local_today, month_text
from kash.policy import allow

VIEW_WORDS = {View.MONTH: _l("Month"), View.WEEK: _l("Week"), View.AGENDA: _l("Agenda")}


@blueprint.get("")
@allow("calendar.see")
def index() -> str:
    """The calendar, as far as each room shows what it has to whoever looks."""
    actor, place, today = current_actor(), place_asked(), local_today()
    span = shown(place.view, place.day)
    question = CalendarQuestion(actor, span.first, span.last, place.filters)
    found = calendar_entries(question, closely=place.view is not View.MONTH)
    before, after = turned(place.view, place.day)
    plans = actor.may("workshops.edit")
    return render_template(
        f"calendar/{place.view}.html",
        place=place,
        today=today,
        heading=_heading(place, span),
        month=month_of(place.day),
        before=place.url(day=before),
        after=place.url(day=after),
        now=place.url(day=today),
        views=[
            {"label": label, "url": place.url(view), "current": view is place.view}
            for view, label in VIEW_WORDS.items()
        ],
        kinds=_kinds({one.kind for one in found}),
        choices=filter_choices(actor),
        plan_address=url_for("workshops.add") + "?starts_on=" if plans else "",
        move_address=_with_id("calendar.move", place),
        free_address=_with_id("calendar.free_days"),
        undo_address=url_for("calendar.undo", **place.asked()),
        day_address=place.url(View.AGENDA, today).replace(today.isoformat(), "{}"),
        moved=last_moved(actor),
        **_laid_out(place, span, found),
    )


def _laid_out(place: CalendarPlace, span: DaySpan, found: Any) -> dict[str, Any]:
    if place.view is View.MONTH:
        return {"weeks": weeks_of(span, found)}
    days = days_of(span, found)
    return {"days": days if place.view is View.WEEK else days_to_read(days)}


def _heading(place: CalendarPlace, span: DaySpan) -> str:
    if place.view is View.MONTH:
        return month_text(place.day)
    if place.view is View.WEEK:
        return _("Week of %(day)s", day=date_text(span.first))
    return _("From %(day)s", day=date_text(place.day))


def _kinds(there: set[str]) -> list[tuple[str, Any]]:
    """Meaning of the signs of the page: the kinds that are on it."""
    return [
        (one.kind, one.label)
        for one in declared(CalendarSource)
        if one.kind in there and not one.closely
    ]


def _with_id(endpoint: str, place: CalendarPlace | None = None) -> str:
    """An address about a workshop, with {} in the place of its id: each of a month's entries has
    it."""
    marked = "0" * 16
    asked = place.asked() if place is not None else {}
    return url_for(endpoint, public_id=marked, **asked).replace(marked, "{}", 1)
