"""Entries for calendars that go with mails about a workshop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.utils import parseaddr

from flask import current_app

from kash.notices.services.saying import Calendar
from kash.platform.messages.calendars import CalendarEvent, cancellation, invitation
from kash.platform.messages.letters import CalendarFile
from kash.platform.web.formats import zone
from kash.workshops.models import Workshop
from kash.workshops.queries.events import workshop_events


@dataclass(frozen=True)
class CalendarFiles:
    """Makers of the files that go with a mail: that ask somebody, and that withdraw it."""

    asked: Calendar
    withdrawn: Calendar


def calendars_of(workshop: Workshop) -> CalendarFiles:
    """Files that go with mails: each day of the workshop as an invitation, or its withdrawal."""
    sender = parseaddr(current_app.config["SETTINGS"].mail_from)[1]
    events: list[CalendarEvent] = []

    def files(method: str, write: Callable[..., bytes], to: str) -> Sequence[CalendarFile]:
        if not events:
            events.extend(workshop_events(workshop.public_id))
        return [CalendarFile(method, write(event, sender, to, zone()).decode()) for event in events]

    return CalendarFiles(
        lambda to: files("REQUEST", invitation, to), lambda to: files("CANCEL", cancellation, to)
    )
