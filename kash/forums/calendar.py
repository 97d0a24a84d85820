"""Meetings of forums in the calendar, for whoever sees the forum."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time, timedelta

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.forums.queries.meetings import meetings_between
from kash.platform.web.calendar_entries import CalendarEntry, CalendarQuestion, CalendarSource
from kash.platform.web.formats import from_local, to_local


def _meetings(question: CalendarQuestion) -> Sequence[CalendarEntry]:
    # A meeting has no trainer, no funder and no venue of the list, and belongs to no one group.
    if question.filters:
        return []
    begins = from_local(question.first, time())
    ends = from_local(question.last + timedelta(days=1), time())
    found = []
    for one in meetings_between(question.actor, begins, ends):
        local = to_local(one.starts_at)
        cancelled = one.state == "cancelled"
        found.append(
            CalendarEntry(
                f"meeting-{one.public_id}",
                one.forum_name,
                local.date(),
                local.date(),
                local.time(),
                to_local(one.starts_at + timedelta(minutes=one.minutes)).time(),
                one.place,
                url_for("forums.meeting", forum_id=one.forum_id, meeting_id=one.public_id),
                _("Cancelled") if cancelled else "",
                "bad" if cancelled else "",
                ended=cancelled,
            )
        )
    return found


CALENDAR = CalendarSource("meeting", _l("Meetings of forums"), _meetings)
