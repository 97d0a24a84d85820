"""Absences and days on which venues can't be had, in the calendar: never why."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.availability.queries.calendar import absences_in_calendar, blocks_in_calendar
from kash.platform.web.calendar_entries import CalendarEntry, CalendarQuestion, CalendarSource


def _absences(question: CalendarQuestion) -> Sequence[CalendarEntry]:
    return [
        CalendarEntry(
            f"absence-{one.public_id}",
            _("%(name)s is away", name=one.name),
            one.first,
            one.last,
            url=url_for("absences.index"),
        )
        for one in absences_in_calendar(question)
    ]


def _blocks(question: CalendarQuestion) -> Sequence[CalendarEntry]:
    return [
        CalendarEntry(
            f"block-{one.public_id}",
            _("%(venue)s can’t be had", venue=one.venue),
            one.first,
            one.last,
            one.starts_at,
            one.ends_at,
            url=url_for("venues.venue", public_id=one.venue_id),
        )
        for one in blocks_in_calendar(question)
    ]


CALENDAR = (
    CalendarSource("absence", _l("Absences"), _absences),
    CalendarSource("block", _l("Venues that can’t be had"), _blocks),
)
