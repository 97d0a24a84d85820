"""Entries for calendars that go with mails about a workshop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parseaddr

from flask import current_app

from kash.notices.services.saying import Calendar
from kash.platform.messages.calendars import CalendarEvent, cancellation, invitation
from kash.platform.messages.letters import CalendarFile
from kash.platform.web.formats import zone
from kash.workshops.models import Workshop
from kash.workshops.queries.events import days_given_up, workshop_events


@dataclass(frozen=True)
class CalendarFiles:
    """Makers of the files that go with a mail: that ask somebody, that ask whoever was asked before
    anew, and that withdraw it."""

    asked: Calendar
    changed: Calendar
    withdrawn: Calendar


def calendars_of(workshop: Workshop, days_told: int) -> CalendarFiles:
    """Files that go with mails: each day of the workshop as an invitation, or its withdrawal.
    Whoever was told of more days has those withdrawn that are left out now."""
    sender = parseaddr(current_app.config["SETTINGS"].mail_from)[1]
    events: list[CalendarEvent] = []

    def present() -> list[CalendarEvent]:
        if not events:
            events.extend(workshop_events(workshop.public_id))
        return events

    def asked(to: str) -> list[CalendarFile]:
        return _files("REQUEST", present(), to)

    def left_out(to: str) -> list[CalendarFile]:
        return _files("CANCEL", days_given_up(workshop.public_id, present(), days_told), to)

    def _files(method: str, listed: Sequence[CalendarEvent], to: str) -> list[CalendarFile]:
        write = invitation if method == "REQUEST" else cancellation
        return [CalendarFile(method, write(each, sender, to, zone()).decode()) for each in listed]

    return CalendarFiles(
        asked,
        lambda to: asked(to) + left_out(to),
        lambda to: _files("CANCEL", present(), to) + left_out(to),
    )
