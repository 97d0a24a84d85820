"""Calendars, read by a library that shares no line with the one that writes them."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ical.calendar import Calendar
from ical.calendar_stream import IcsCalendarStream

from kash.platform.messages.calendars import (
    BusyTime,
    CalendarEvent,
    busy_feed,
    cancellation,
    feed,
    invitation,
    joined,
)

NAIROBI = ZoneInfo("Africa/Nairobi")
_BEGIN = datetime(2026, 12, 1, 6, 0, tzinfo=UTC)


def _event(summary: str = "Community Policing and Rights I", **more: object) -> CalendarEvent:
    given: dict[str, object] = {
        "uid": "abcdefgh-1@kash",
        "summary": summary,
        "starts_at": _BEGIN,
        "ends_at": _BEGIN + timedelta(hours=7),
        "changed_at": datetime(2026, 11, 1, tzinfo=UTC),
    }
    return CalendarEvent(**(given | more))  # type: ignore[arg-type]


def _read(written: bytes) -> Calendar:
    assert written.endswith(b"END:VCALENDAR\r\n")
    assert max(map(len, written.split(b"\r\n"))) <= 75
    return IcsCalendarStream.calendar_from_ics(written.decode())


_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=120)


@given(_WORDS, _WORDS, st.integers(0, 40), st.booleans())
def test_what_is_written_is_read_as_it_was(summary, location, sequence, cancelled):
    event = _event(summary, location=location, sequence=sequence, cancelled=cancelled)
    (read,) = _read(feed("Kash", [event], NAIROBI)).events
    assert (read.uid, read.summary, read.location or "") == (event.uid, summary, location)
    assert (read.start, read.end) == (event.starts_at, event.ends_at)
    assert (read.sequence, read.status) == (sequence, "CANCELLED" if cancelled else "CONFIRMED")


def test_words_add_no_line_of_their_own_and_no_character_that_breaks_the_calendar():
    event = _event("Rights\r\nATTENDEE:mailto:x@example.org\x00\x0b", location="Hall\nA")
    (read,) = _read(feed("Kash", [event], NAIROBI)).events
    assert read.summary == "Rights\nATTENDEE:mailto:x@example.org"
    assert (read.location, read.attendees) == ("Hall\nA", [])


@pytest.mark.parametrize("zone", ["Africa/Nairobi", "Europe/Berlin", "America/New_York"])
def test_hours_are_those_of_the_wall_in_a_described_zone(zone):
    for month in (1, 7):
        starts_at = datetime(2027, month, 10, 9, tzinfo=ZoneInfo(zone))
        event = _event(starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))
        written = feed("Kash", [event], ZoneInfo(zone))
        assert f"DTSTART;TZID={zone}:2027{month:02}10T090000".encode() in written
        calendar = _read(written)
        assert [one.tz_id for one in calendar.timezones] == [zone]
        assert calendar.events[0].start == starts_at


def test_the_same_events_give_the_same_bytes():
    events = [_event(uid="one@kash"), _event(uid="two@kash")]
    assert feed("Kash", events, NAIROBI) == feed("Kash", list(events), NAIROBI)
    assert feed("Kash", [], NAIROBI).count(b"BEGIN") == 1


def test_an_invitation_names_its_sender_and_the_only_one_who_is_asked():
    event = _event(sequence=3)
    asked = invitation(event, "office@example.org", "one@example.org", NAIROBI)
    withdrawn = cancellation(event, "office@example.org", "one@example.org", NAIROBI)
    for written, method, status in (
        (asked, "REQUEST", "CONFIRMED"),
        (withdrawn, "CANCEL", "CANCELLED"),
    ):
        calendar = _read(written)
        (read,) = calendar.events
        assert (calendar.method, read.status, read.sequence) == (method, status, 3)
        assert read.organizer is not None
        assert str(read.organizer.uri) == "mailto:office@example.org"
        assert [str(one.uri) for one in read.attendees] == ["mailto:one@example.org"]
        assert read.uid == event.uid
        assert b"VALARM" not in written


_MOMENTS = st.integers(0, 60)


@given(st.lists(st.tuples(_MOMENTS, _MOMENTS), max_size=12))
def test_joined_times_cover_the_same_minutes_once(spans):
    def at(minute: int) -> datetime:
        return _BEGIN + timedelta(minutes=minute)

    times = joined(BusyTime(at(begin), at(end)) for begin, end in spans)
    wanted = {minute for begin, end in spans for minute in range(begin, end)}
    covered = [
        minute for one in times for minute in range(60) if one.starts_at <= at(minute) < one.ends_at
    ]
    assert covered == sorted(wanted)
    assert all(before.ends_at < after.starts_at for before, after in pairwise(times))


def test_taken_times_say_when_and_nothing_else():
    times = [
        BusyTime(_BEGIN, _BEGIN + timedelta(hours=2)),
        BusyTime(_BEGIN + timedelta(hours=2), _BEGIN + timedelta(hours=3)),
    ]
    written = busy_feed("Lake hall", "venueid@kash", "Taken", times, NAIROBI)
    (read,) = _read(written).events
    assert (read.summary, read.location) == ("Taken", None)
    assert (read.start, read.end) == (_BEGIN, _BEGIN + timedelta(hours=3))
    assert read.uid == "20261201T060000Z-venueid@kash"
