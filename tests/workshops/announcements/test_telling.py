"""The people of a workshop are told of it: once, in time, and nobody who should not be."""

import re
from datetime import date, datetime, timedelta

import pytest
from ical.calendar_stream import IcsCalendarStream
from sqlalchemy import select, update

from kash.attendance.models import Mark, Slot
from kash.people.models import Person
from kash.people.notices.models import MessageChoice, Notice
from kash.platform.database import db, utc_now, writing
from kash.platform.messages.models import OutboxMessage
from kash.platform.messages.outbox import request_of
from kash.platform.web.errors import ChangedMeanwhile, Forbidden
from kash.platform.web.formats import from_local
from kash.workshops.announcements.models import Announcement
from kash.workshops.announcements.services import (
    ReminderDetails,
    begin_telling,
    change_reminders,
    end_telling,
    tell_people,
)
from kash.workshops.models import Enrolment, Workshop
from kash.workshops.rules import EnrolmentState
from kash.workshops.services.people import change_enrolment, enrol
from kash.workshops.services.planning import (
    cancel_workshop,
    change_workshop,
    move_workshop,
    restore_workshop,
)
from tests.people.notices.conftest import answered
from tests.workshops.conftest import Held, details, make_person

_AHEAD = date.today() + timedelta(days=40)
_LATER = timedelta(minutes=11)
_REMINDERS = ReminderDetails(3, 1, 2)


@pytest.fixture
def ahead(plan):
    """A workshop of two days, forty days ahead."""
    return plan(starts_on=_AHEAD, ends_on=_AHEAD + timedelta(days=1), new_venue="Lake hall")


@pytest.fixture
def people(ahead, someone, gateway):
    """Two who have a place and one who is invited; the last has an e-mail only."""
    keys = [
        someone("0722000001", name="Achieng"),
        someone("0722000002", name="Baraka", police=True),
        someone(email="zawadi@example.org", name="Zawadi"),
    ]
    wanted = [EnrolmentState.CONFIRMED] * 2 + [EnrolmentState.INVITED]
    for key, state in zip(keys, wanted, strict=True):
        enrol(ahead.workshop, _public(key), ahead.trainer, state)
    return keys


def _public(key: int) -> str:
    public_id = db.session.get_one(Person, key).public_id
    db.session.rollback()
    return public_id


def _said(kind: str = "") -> list[tuple[str, str]]:
    """Kinds and texts of what was said, in order; a text ends before its link."""
    db.session.rollback()
    rows = db.session.execute(
        select(Notice.kind, OutboxMessage)
        .join(OutboxMessage, OutboxMessage.id == Notice.message_id)
        .order_by(Notice.id)
    ).all()
    return [
        (name.partition(".")[2], request_of(message).text.partition("http")[0].strip())
        for name, message in rows
        if kind in name
    ]


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y} 08:30"


def _days(more: int) -> str:
    last = _AHEAD + timedelta(days=more)
    return f"{_AHEAD:%d/%m}{'' if last.year == _AHEAD.year else f'{_AHEAD:/%Y}'}-{last:%d/%m/%Y}"


def _move(held: Held, first: date) -> None:
    version = held.row_version
    db.session.rollback()
    move_workshop(held.workshop, first, held.trainer, version)


def test_everybody_is_told_once_and_by_the_public_title(app, ahead, people):
    title = ahead.row.version.public_title
    assert tell_people(utc_now() + _LATER) == 0
    begin_telling(ahead.workshop, _REMINDERS, ahead.trainer)
    # Whoever was enrolled a moment ago may be taken out again.
    assert tell_people(utc_now()) == 0
    assert tell_people(utc_now() + _LATER) == 1
    assert tell_people(utc_now() + 2 * _LATER) == 0
    said = sorted(_said())
    assert [kind for kind, _text in said] == ["expected", "expected", "invited"]
    assert (
        said[0][1]
        == said[1][1]
        == f"{title}, {_day(_AHEAD)}, Lake hall: you have a place. Can't come?"
    )
    assert "Kisumu Central" not in said[2][1]
    assert f"You are invited: {title}, {_day(_AHEAD)}, Lake hall." in said[2][1]


def test_twenty_moves_and_taking_them_back_within_ten_minutes_say_nothing(ahead, people):
    begin_telling(ahead.workshop, _REMINDERS, ahead.trainer)
    begun = utc_now() + _LATER
    tell_people(begun)
    for number in range(20):
        _move(ahead, _AHEAD + timedelta(days=7))
        tell_people(begun + timedelta(seconds=28 * number))
        _move(ahead, _AHEAD)
        tell_people(begun + timedelta(seconds=28 * number + 14))
    tell_people(begun + timedelta(hours=1))
    assert _said("changed") == []
    _move(ahead, _AHEAD + timedelta(days=7))
    tell_people(begun + timedelta(hours=2))
    tell_people(begun + timedelta(hours=2) + _LATER)
    tell_people(begun + timedelta(hours=3))
    title = ahead.row.version.public_title
    was, now = _day(_AHEAD), _day(_AHEAD + timedelta(days=7))
    assert _said("changed")[0][1] == f"{title}: was {was}, Lake hall, now {now}, Lake hall"
    assert len(_said("changed")) == 3


def test_a_day_more_is_told_by_the_days_as_they_were_and_are(ahead, people):
    begin_telling(ahead.workshop, _REMINDERS, ahead.trainer)
    now = utc_now() + _LATER
    tell_people(now)
    longer = details(starts_on=_AHEAD, ends_on=_AHEAD + timedelta(days=2), new_venue="Lake hall")
    change_workshop(ahead.workshop, longer, ahead.row_version, ahead.trainer)
    for minutes in (1, 12):
        tell_people(now + timedelta(minutes=minutes))
    was, now_is = (f"{_days(1)} 08:30, Lake hall", f"{_days(2)} 08:30, Lake hall")
    title = ahead.row.version.public_title
    assert _said("changed")[0][1] == f"{title}: was {was}, now {now_is}"


def test_who_could_not_be_told_at_first_is_told_once_she_agreed(ahead, people, someone):
    late = someone("0722000009", name="Faraja", answer="")
    enrol(ahead.workshop, _public(late), ahead.trainer)
    begin_telling(ahead.workshop, _REMINDERS, ahead.trainer)
    now = utc_now() + _LATER
    assert (tell_people(now), tell_people(now + _LATER)) == (1, 0)
    assert len(_said("expected")) == 2
    with writing() as session:
        answered(session, late, "given")
    assert (tell_people(now + 2 * _LATER), tell_people(now + 3 * _LATER)) == (1, 0)
    assert len(_said("expected")) == 3


def test_a_cancelled_workshop_is_told_and_that_it_is_held_after_all(ahead, people):
    begin_telling(ahead.workshop, _REMINDERS, ahead.trainer)
    now = utc_now() + _LATER
    tell_people(now)
    cancel_workshop(ahead.workshop, "Rain", ahead.trainer)
    for minutes in (1, 12):
        tell_people(now + timedelta(minutes=minutes))
    restore_workshop(ahead.workshop, ahead.trainer)
    for minutes in (20, 31):
        tell_people(now + timedelta(minutes=minutes))
    assert [kind for kind, _text in _said()][3:] == ["cancelled"] * 3 + ["restored"] * 3
    assert "Rain" not in " ".join(text for _kind, text in _said())


def test_whoever_is_taken_out_is_told_only_if_she_knew_that_she_was_expected(
    ahead, people, someone
):
    begin_telling(ahead.workshop, _REMINDERS, ahead.trainer)
    now = utc_now() + _LATER
    tell_people(now)
    late = someone("0722000009", name="Faraja")
    enrol(ahead.workshop, _public(late), ahead.trainer)
    for key in (people[0], late):
        seat = db.session.scalars(
            select(Enrolment.public_id).where(Enrolment.person_id == key)
        ).one()
        db.session.rollback()
        change_enrolment(ahead.workshop, seat, EnrolmentState.WITHDRAWN, ahead.trainer)
    tell_people(now + 2 * _LATER)
    db.session.rollback()
    told = db.session.execute(
        select(Notice.person_id).where(Notice.kind == "workshops.removed")
    ).all()
    assert [row.person_id for row in told] == [people[0]]


def test_reminders_go_at_their_hour_once_and_thanks_to_who_came(ahead, people):
    begin_telling(ahead.workshop, _REMINDERS, ahead.trainer)
    tell_people(utc_now() + _LATER)

    def at(day: date, hour: int) -> datetime:
        return from_local(day, datetime(2000, 1, 1, hour, 5).time())

    for days in (3, 1):
        tell_people(at(_AHEAD - timedelta(days=days), 9))
        assert len(_said("reminded")) == (0 if days == 3 else 3)
        tell_people(at(_AHEAD - timedelta(days=days), 10))
        tell_people(at(_AHEAD - timedelta(days=days), 11))
    assert len(_said("reminded")) == 6

    with writing() as session:
        slot = session.scalars(
            select(Slot)
            .join(Workshop, Workshop.register_id == Slot.register_id)
            .where(Workshop.public_id == ahead.workshop)
        ).first()
        assert slot is not None
        session.add(Mark(slot_id=slot.id, person_id=people[0], status="present"))
        session.add(Mark(slot_id=slot.id, person_id=people[1], status="absent"))
    tell_people(at(_AHEAD + timedelta(days=3), 10))
    assert len(_said("thanked")) == 1


def test_a_reminder_whose_hour_was_missed_is_not_said_later(ahead, people):
    begin_telling(ahead.workshop, ReminderDetails(3), ahead.trainer)
    late = from_local(_AHEAD - timedelta(days=2), datetime(2000, 1, 1, 10).time())
    tell_people(late)
    assert _said("reminded") == []


def test_a_calendar_goes_with_a_mail_only_to_who_wants_it_a_file_for_each_day(ahead, people):
    with writing() as session:
        session.add(MessageChoice(person_id=people[2], calendar=True, set_by="system"))
    begin_telling(ahead.workshop, _REMINDERS, ahead.trainer)
    now = utc_now() + _LATER
    tell_people(now)
    cancel_workshop(ahead.workshop, "Rain", ahead.trainer)
    for minutes in (1, 12):
        tell_people(now + timedelta(minutes=minutes))
    db.session.rollback()
    mails = [
        request_of(one)
        for one in db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
        if "@" in request_of(one).address
    ]
    assert [[file.method for file in one.calendars] for one in mails] == [
        ["REQUEST", "REQUEST"],
        ["CANCEL", "CANCEL"],
    ]
    for mail in mails:
        for number, file in enumerate(mail.calendars, start=1):
            (event,) = IcsCalendarStream.calendar_from_ics(file.text).events
            assert event.uid == f"{ahead.workshop}-{number}@kash"
            assert [str(one.uri) for one in event.attendees] == ["mailto:zawadi@example.org"]
            assert event.summary == ahead.row.version.public_title


def test_a_day_that_is_left_out_is_withdrawn_from_calendars(ahead, people):
    with writing() as session:
        session.add(MessageChoice(person_id=people[2], calendar=True, set_by="system"))
    begin_telling(ahead.workshop, _REMINDERS, ahead.trainer)
    now = utc_now() + _LATER
    tell_people(now)
    db.session.rollback()
    shorter = details(starts_on=_AHEAD, ends_on=_AHEAD)
    change_workshop(ahead.workshop, shorter, ahead.row_version, ahead.trainer, anew=True)
    for minutes in (1, 12):
        tell_people(now + timedelta(minutes=minutes))
    db.session.rollback()
    mails = [
        request_of(one)
        for one in db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
        if "@" in request_of(one).address
    ]
    assert [[file.method for file in one.calendars] for one in mails] == [
        ["REQUEST", "REQUEST"],
        ["REQUEST", "CANCEL"],
    ]
    asked, left_out = (
        next(iter(IcsCalendarStream.calendar_from_ics(mail.calendars[1].text).events))
        for mail in mails
    )
    assert (left_out.uid, left_out.start.date()) == (asked.uid, asked.start.date())
    assert left_out.sequence > asked.sequence


def test_nobody_is_told_once_it_is_ended_and_nobody_else_begins_it(ahead, people, actor):
    with pytest.raises(Forbidden):
        begin_telling(ahead.workshop, _REMINDERS, actor("trainer"))
    begin_telling(ahead.workshop, _REMINDERS, ahead.trainer)
    with pytest.raises(ChangedMeanwhile):
        change_reminders(ahead.workshop, ReminderDetails(5), 99, ahead.trainer)
    end_telling(ahead.workshop, ahead.trainer)
    assert tell_people(utc_now() + _LATER) == 0
    assert _said() == []


def test_the_page_says_who_can_be_told_and_what_became_of_it(ahead, people, client_for):
    make = make_person("Neema Sampuli")
    enrol(ahead.workshop, make, ahead.trainer)
    browser = client_for(ahead.trainer)
    address = f"/announcements/workshops/{ahead.workshop}"
    page = browser.get(address)
    assert "There is no consent to messages." in page.text
    sent = {"row_version": "0", "remind_first": "2", "remind_second": "5"}
    refused = browser.post(address, data=sent)
    assert refused.status_code == 422
    assert "The second reminder is nearer to the workshop than the first." in refused.text
    assert browser.post(address, data=sent | {"remind_second": "1"}).status_code == 303
    found = db.session.scalars(select(Announcement)).one()
    assert (found.remind_first, found.remind_second, found.thank_after) == (2, 1, None)
    db.session.rollback()
    # A page from before is answered by what is saved.
    older = browser.post(address, data=sent | {"remind_first": "7", "remind_second": "1"})
    assert older.status_code == 409
    assert "Someone else saved changes while you were writing" in older.text
    assert re.search(r"Remind so many days before:\s*<b>2</b>", older.text)
    db.session.execute(update(Enrolment).values(changed_at=utc_now() - _LATER))
    db.session.commit()
    tell_people(utc_now())
    assert "A place" in browser.get(address).text
    assert "See what they are told" in browser.get(f"/workshops/{ahead.workshop}").text
    assert browser.post(f"{address}/end").status_code == 303
    assert "Off" in browser.get(address).text
