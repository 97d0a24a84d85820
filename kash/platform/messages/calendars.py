"""Calendars (RFC 5545), and invitations to an event by e-mail (RFC 5546).

The library that writes them is loaded when the first is asked for: few processes ever do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from icalendar import Calendar, Event


PRODUCT = "-//Kash//Kash//EN"
# No program reads a calendar further than to one of these (RFC 5545, 3.3.11).
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
REQUEST, CANCEL = "REQUEST", "CANCEL"


@dataclass(frozen=True)
class CalendarEvent:
    """An event: one stretch of time, in words that may stand on a lock screen.

    `uid` stays the same for as long as the event lives; `sequence` grows with each change of it.
    All moments are aware. A `cancelled` event stays, so that calendars which have it learn of it.
    """

    uid: str
    summary: str
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    sequence: int = 0
    location: str = ""
    cancelled: bool = False


@dataclass(frozen=True)
class BusyTime:
    """A stretch of time that is taken, and nothing of why."""

    starts_at: datetime
    ends_at: datetime


def feed(name: str, events: Iterable[CalendarEvent], zone: ZoneInfo) -> bytes:
    """A calendar that others read by its address; the same events give the same bytes."""
    calendar = _calendar(zone, events)
    calendar.add("x-wr-calname", _CONTROLS.sub("", name))
    return _written(calendar)


def busy_feed(name: str, uid: str, word: str, busy: Iterable[BusyTime], zone: ZoneInfo) -> bytes:
    """A calendar of taken times, each called by the same `word`. Those that touch are one.

    Programs that read calendars by an address show events, and seldom VFREEBUSY (RFC 5545,
    3.6.4). An event is told apart by when it begins, so that nothing says which moved.
    """
    return feed(
        name,
        [
            CalendarEvent(
                f"{time.starts_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{uid}",
                word,
                time.starts_at,
                time.ends_at,
                time.starts_at,
            )
            for time in joined(busy)
        ],
        zone,
    )


def joined(busy: Iterable[BusyTime]) -> list[BusyTime]:
    """Taken times in order, those that meet or overlap joined; empty ones are left out."""
    times: list[BusyTime] = []
    for time in sorted(busy, key=lambda time: (time.starts_at, time.ends_at)):
        if time.ends_at <= time.starts_at:
            continue
        if times and time.starts_at <= times[-1].ends_at:
            ends = max(times[-1].ends_at, time.ends_at)
            times[-1] = BusyTime(times[-1].starts_at, ends)
        else:
            times.append(time)
    return times


def invitation(event: CalendarEvent, sender: str, to: str, zone: ZoneInfo) -> bytes:
    """An invitation to one event, to be sent as `text/calendar; method=REQUEST`.

    `sender` and `to` are e-mail addresses. The person who is asked is the only one named (RFC 5546,
    3.2.2).
    """
    return _asked(event, sender, to, zone, REQUEST)


def cancellation(event: CalendarEvent, sender: str, to: str, zone: ZoneInfo) -> bytes:
    """A withdrawal of an event that was sent as an invitation, to be sent as
    `text/calendar; method=CANCEL`. Its sequence must be no smaller than the invitation's."""
    return _asked(event, sender, to, zone, CANCEL)


def _asked(event: CalendarEvent, sender: str, to: str, zone: ZoneInfo, method: str) -> bytes:
    from icalendar import vCalAddress

    calendar = _calendar(zone, [])
    calendar.add("method", method)
    component = _event(event, zone)
    component.add("organizer", vCalAddress(f"mailto:{sender}"))
    attendee = vCalAddress(f"mailto:{to}")
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    if method == REQUEST:
        attendee.params["PARTSTAT"] = "NEEDS-ACTION"
        attendee.params["RSVP"] = "FALSE"
    component.add("attendee", attendee)
    component["STATUS"] = "CANCELLED" if method == CANCEL else "CONFIRMED"
    calendar.add_component(component)
    _add_zone(calendar, zone, [event])
    return _written(calendar)


def _calendar(zone: ZoneInfo, events: Iterable[CalendarEvent]) -> Calendar:
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    listed = list(events)
    for event in listed:
        calendar.add_component(_event(event, zone))
    _add_zone(calendar, zone, listed)
    return calendar


def _event(event: CalendarEvent, zone: ZoneInfo) -> Event:
    from icalendar import Event

    component = Event()
    component.add("uid", event.uid)
    component.add("dtstamp", event.changed_at.astimezone(UTC))
    component.add("dtstart", event.starts_at.astimezone(zone))
    component.add("dtend", event.ends_at.astimezone(zone))
    component.add("summary", _CONTROLS.sub("", event.summary))
    component.add("sequence", event.sequence)
    component.add("status", "CANCELLED" if event.cancelled else "CONFIRMED")
    component.add("class", "PRIVATE")
    component.add("transp", "TRANSPARENT" if event.cancelled else "OPAQUE")
    if event.location:
        component.add("location", _CONTROLS.sub("", event.location))
    return component


def _add_zone(calendar: Calendar, zone: ZoneInfo, events: Sequence[CalendarEvent]) -> None:
    """The zone's own rules for the days of these events (RFC 5545, 3.6.5)."""
    from icalendar import Timezone

    if not events:
        return
    days = [event.starts_at.date() for event in events]
    first, last = date(min(days).year, 1, 1), date(max(days).year + 1, 12, 31)
    described = Timezone.from_tzinfo(zone, zone.key, first, last)
    # The library's remark that it looked no further.
    described.pop("COMMENT", None)
    calendar.subcomponents.insert(0, described)


def _written(calendar: Calendar) -> bytes:
    return bytes(calendar.to_ical())
