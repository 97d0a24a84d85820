"""Words for absences and venues."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.availability.rules.absences import AbsenceKind
from kash.people.directory_words import day_name
from kash.platform.web.formats import day_text, short_date_text

ABSENCE_KIND: dict[str, Any] = {
    AbsenceKind.LEAVE: _l("Days off"),
    AbsenceKind.TRAINING: _l("Training"),
    AbsenceKind.SICK: _l("Sick"),
    AbsenceKind.OTHER: _l("Something else"),
}
ACCESS: dict[str, Any] = {
    "step_free": _l("No steps"),
    "toilet": _l("A toilet that a wheelchair fits into"),
    "stage": _l("A stage nearby"),
    "children": _l("A room for children"),
    "quiet": _l("Quiet enough to hear"),
    "power": _l("Electricity that lasts"),
}


def days_text(first: date, last: date) -> str:
    """Mon 16 Nov, or Mon 16 Nov to Thu 19 Nov; with years where they differ."""
    if first == last:
        return day_text(first)
    if first.year != last.year:
        return _("%(first)s to %(last)s", first=short_date_text(first), last=short_date_text(last))
    return _("%(first)s to %(last)s", first=day_text(first), last=day_text(last))


def weekdays_text(weekdays: list[int]) -> str:
    """Mon, Wed."""
    return ", ".join(day_name(day, "abbreviated") for day in weekdays)
