"""Own events: where somebody has to be, for the calendar on her own phone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from kash.feature import Part, declared
from kash.platform.messages.calendars import CalendarEvent
from kash.policy import Actor


@dataclass(frozen=True)
class OwnEvents(Part):
    """A room that knows where people have to be: `events` answers for an actor what begins from
    one local day to another, in words that may stand on a lock screen."""

    events: Callable[[Actor, date, date], Sequence[CalendarEvent]]


def own_events(actor: Actor, first: date, last: date) -> list[CalendarEvent]:
    """Where this actor has to be from one day to another, by what all rooms know, in order."""
    found = [event for part in declared(OwnEvents) for event in part.events(actor, first, last)]
    return sorted(found, key=lambda event: (event.starts_at, event.uid))
