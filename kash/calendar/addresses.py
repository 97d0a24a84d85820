"""Addresses of the calendar: the view, the day and the filters, all of which may stand there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for

from kash.calendar.rules import View, within_reach
from kash.platform.database import is_public_id
from kash.platform.web.calendar_entries import CalendarFilters
from kash.platform.web.formats import local_today

_FILTERS = tuple(one.name for one in fields(CalendarFilters))


@dataclass(frozen=True)
class CalendarPlace:
    """A view of the calendar around a day, narrowed by filters."""

    view: View
    day: date
    filters: CalendarFilters

    def asked(self, view: View | None = None, day: date | None = None) -> dict[str, Any]:
        """The query of its address, or of that of another view or day under the same filters."""
        chosen = {name: getattr(self.filters, name) for name in _FILTERS}
        return {
            "view": str(view or self.view),
            "on": (day or self.day).isoformat(),
            **{name: value for name, value in chosen.items() if value},
        }

    def url(self, view: View | None = None, day: date | None = None) -> str:
        """Its address, or that of another view or day under the same filters."""
        return f"{url_for('calendar.index')}?{urlencode(self.asked(view, day))}"


def place_asked() -> CalendarPlace:
    """The view, day and filters of the address. Left out or unreadable, it is today, in the view
    that fits the device: a month is not read on a phone."""
    given: Mapping[str, str] = request.args
    filters = {name: given.get(name, "") for name in _FILTERS}
    known = {name: value for name, value in filters.items() if is_public_id(value)}
    try:
        view = View(given.get("view", ""))
    except ValueError:
        phone = "Mobi" in request.headers.get("User-Agent", "")
        view = View.AGENDA if phone else View.MONTH
    try:
        day = within_reach(date.fromisoformat(given.get("on", "")[:10]))
    except ValueError:
        day = local_today()
    return CalendarPlace(view, day, CalendarFilters(**known))
