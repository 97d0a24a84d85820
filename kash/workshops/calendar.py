"""Workshops and their sessions in the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time, timedelta

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.platform.web.calendar_entries import CalendarEntry, CalendarQuestion, CalendarSource
from kash.platform.web.formats import from_local, local_today, to_local
from kash.workshops.queries.calendar import (
    CalendarWorkshop,
    calendar_sessions,
    calendar_workshops,
)
from kash.workshops.rules import EnrolmentState
from kash.workshops.wording import ENROLMENT, ENROLMENT_TONE


def _workshops(question: CalendarQuestion) -> Sequence[CalendarEntry]:
    today = local_today()
    return [
        CalendarEntry(
            f"workshop-{one.public_id}",
            one.title,
            one.starts_on,
            one.ends_on,
            one.day_starts_at,
            one.day_ends_at,
            " · ".join(filter(None, (one.venue, ", ".join(one.trainers)))),
            url_for("workshops.workshop", public_id=one.public_id),
            *_tag(one),
            ended=one.state == "cancelled",
            moves=one.public_id
            if one.runs and one.state == "planned" and one.starts_on >= today
            else "",
            row_version=one.row_version,
        )
        for one in calendar_workshops(question)
    ]


def _tag(one: CalendarWorkshop) -> tuple[str, str]:
    if one.state == "cancelled":
        return _("Cancelled"), "bad"
    if one.own is None or one.own == EnrolmentState.CONFIRMED:
        return "", ""
    own = EnrolmentState(one.own)
    return str(ENROLMENT[own]), ENROLMENT_TONE[own]


def _sessions(question: CalendarQuestion) -> Sequence[CalendarEntry]:
    midnight = time()
    begins = from_local(question.first, midnight)
    ends = from_local(question.last + timedelta(days=1), midnight)
    found = []
    for one in calendar_sessions(question, begins, ends):
        local = to_local(one.starts_at)
        over = to_local(one.starts_at + timedelta(minutes=one.minutes))
        found.append(
            CalendarEntry(
                f"session-{one.public_id}",
                one.title,
                local.date(),
                local.date(),
                local.time(),
                over.time(),
                within=f"workshop-{one.workshop}",
            )
        )
    return found


CALENDAR = (
    CalendarSource("workshop", _l("Workshops"), _workshops),
    CalendarSource("session", _l("Sessions"), _sessions, closely=True),
)
