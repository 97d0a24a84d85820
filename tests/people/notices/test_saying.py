"""Each person is told once, by a way she agreed to, at an hour of hers, and nobody else is."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from kash.people.models import Person
from kash.people.notices import services as saying
from kash.people.notices.models import MessageChoice, Notice, UnknownMessageKind
from kash.people.notices.queries import told_of
from kash.people.notices.rules import SayingResult
from kash.people.notices.services import TooMuchSaid, say, sender, take_back
from kash.people.services.persons import phone_values
from kash.platform.database import db, writing
from kash.platform.messages.models import OutboxMessage
from kash.platform.messages.outbox import request_of, send_due
from kash.platform.messages.rules import Channel
from tests.people.notices.conftest import FIELDS, TEN, TOLD, answered, say_to, states

PHONE, OTHER = "+254712345678", "+254722000111"


@pytest.fixture(autouse=True)
def _kind(told, gateway):
    """A kind to say, and a gateway that reaches people."""


def _send(at: datetime = TEN) -> int:
    return send_due(replace(sender(), now=lambda: at, seconds=lambda: 0.0))


def test_what_is_said_twice_is_told_once(both_engines_app, someone, gateway):
    her = someone(PHONE)
    assert say_to(her, her) == [SayingResult.QUEUED, SayingResult.ALREADY]
    assert say_to(her) == [SayingResult.ALREADY]
    assert _send() == 1
    assert say_to(her) == [SayingResult.ALREADY]
    assert _send(TEN + timedelta(minutes=1)) == 0
    assert gateway.sent == [(PHONE, "First steps: 12 May.")]
    assert say_to(her, event="workshop:2") == [SayingResult.QUEUED]


def test_what_the_other_room_takes_back_was_never_said(someone, gateway):
    her = someone(PHONE)
    with suppress(ZeroDivisionError), writing() as session:
        say(session, TOLD.name, her, "workshop:1", FIELDS, TEN)
        raise ZeroDivisionError
    assert (_send(), db.session.query(Notice).count(), states()) == (0, 0, [])


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ({"phone": PHONE, "answer": ""}, SayingResult.NOT_AGREED),
        ({"phone": PHONE, "answer": "refused"}, SayingResult.NOT_AGREED),
        ({"phone": PHONE, "answer": "withdrawn"}, SayingResult.NOT_AGREED),
        ({"phone": PHONE, "minor": True}, SayingResult.MINOR),
        ({}, SayingResult.NO_CONTACT),
        ({"phone": PHONE}, SayingResult.QUEUED),
    ],
)
def test_whoever_never_agreed_is_told_nothing_and_it_is_seen_that_she_was_not(someone, made, said):
    her = someone(**made)
    assert say_to(her) == [said]
    (told,) = told_of(TOLD.name, ["workshop:1"])
    assert (told.person_id, told.unsent, told.state) == (
        her,
        "" if said is SayingResult.QUEUED else said.value,
        "due" if said is SayingResult.QUEUED else "",
    )


def test_she_is_told_after_all_once_she_agrees(someone, gateway):
    her = someone(PHONE, answer="")
    assert say_to(her) == [SayingResult.NOT_AGREED]
    with writing() as session:
        answered(session, her, "given")
    assert say_to(her) == [SayingResult.QUEUED]
    assert _send() == 1
    assert [told.unsent for told in told_of(TOLD.name, ["workshop:1"])] == [""]


def test_a_consent_withdrawn_after_it_was_said_stops_it(someone, gateway):
    her = someone(PHONE)
    say_to(her)
    with writing() as session:
        answered(session, her, "withdrawn")
    assert _send() == 0
    assert (gateway.sent, states()) == ([], ["refused"])


def test_a_number_that_was_changed_meanwhile_is_not_written_to(someone, gateway):
    her = someone(PHONE)
    say_to(her)
    with writing() as session:
        person = session.get_one(Person, her)
        for name, value in phone_values(person.public_id, OTHER, "system").items():
            setattr(person, name, value)
    _send()
    assert (gateway.sent, states()) == ([], ["refused"])


def test_two_who_share_a_phone_get_one_message_that_tells_neither_about_the_other(
    both_engines_app, someone, gateway
):
    first, second = someone(PHONE), someone(PHONE, police=True)
    assert say_to(first, second) == [SayingResult.QUEUED, SayingResult.QUEUED]
    _send()
    assert gateway.sent == [(PHONE, "First steps: 12 May.")]
    assert {(told.person_id, told.state) for told in told_of(TOLD.name, ["workshop:1"])} == {
        (first, "accepted"),
        (second, "accepted"),
    }


def test_one_of_two_who_share_a_phone_may_still_be_told(someone, gateway):
    first, second = someone(PHONE), someone(PHONE)
    say_to(first, second)
    with writing() as session:
        answered(session, first, "withdrawn")
        assert take_back(session, TOLD.name, "workshop:1", TEN, person_ids=[first]) == 0
    assert _send() == 1


def test_both_groups_get_the_same_text_in_one_request(someone, gateway):
    people = [someone(f"+25471234567{number}", police=number > 1) for number in range(4)]
    say_to(*people)
    _send()
    assert {text for _, text in gateway.sent} == {"First steps: 12 May."}
    assert (len(gateway.sent), gateway.requests) == (4, 1)


def test_a_value_is_cut_and_brought_into_the_alphabet_before_it_costs_a_second_sms(
    someone, gateway
):
    say_to(someone(PHONE), fields={"title": "Nyayo’s “first” [step] – ŵ\n" + "x" * 60, "day": "1"})
    _send()
    ((_, text),) = gateway.sent
    assert text == 'Nyayo\'s "first" (step) - w xxxxxxxxxx...: 1.'


@pytest.mark.parametrize(
    ("hour", "minute", "hours", "due"),
    [
        (10, 0, (8, 19), (9, 10)),
        (19, 0, (8, 19), (10, 8)),
        (23, 59, (8, 19), (10, 8)),
        (7, 59, (8, 19), (9, 8)),
        (10, 0, (14, 16), (9, 14)),
        (16, 0, (14, 16), (10, 14)),
    ],
)
def test_nobody_is_woken_nor_told_outside_her_own_hours(someone, gateway, hour, minute, hours, due):
    her = someone(PHONE)
    with writing() as session:
        session.add(
            MessageChoice(person_id=her, from_hour=hours[0], until_hour=hours[1], set_by="system")
        )
    moment = datetime(2027, 3, 9, hour - 3, minute, tzinfo=UTC)
    say_to(her, now=moment)
    day, at = due
    begin = datetime(2027, 3, day, at - 3, tzinfo=UTC)
    if begin > moment:
        assert _send(moment) == 0
        assert _send(begin - timedelta(minutes=1)) == 0
    assert _send(max(begin, moment)) == 1


def test_what_was_held_up_until_the_night_waits_for_the_morning(someone, gateway):
    say_to(someone(PHONE))
    assert _send(TEN.replace(hour=20)) == 0
    assert _send(TEN.replace(hour=4, minute=59) + timedelta(days=1)) == 0
    assert _send(TEN.replace(hour=5) + timedelta(days=1)) == 1


def test_what_comes_too_late_is_left(someone, gateway):
    say_to(someone(PHONE), not_after=TEN + timedelta(hours=1))
    assert _send(TEN + timedelta(hours=2)) == 0
    assert (gateway.sent, states()) == ([], ["left"])


def test_what_is_taken_back_does_not_go(someone, gateway):
    say_to(someone(PHONE), not_before=TEN + timedelta(minutes=10))
    assert _send(TEN + timedelta(minutes=9)) == 0
    with writing() as session:
        assert take_back(session, TOLD.name, "workshop:1", TEN) == 1
    assert _send(TEN + timedelta(minutes=11)) == 0
    assert states() == ["left"]


@pytest.mark.parametrize(
    ("made", "chosen", "channel"),
    [
        ({"phone": PHONE, "email": "a@example.org"}, "", Channel.SMS),
        ({"phone": PHONE, "email": "a@example.org"}, "email", Channel.EMAIL),
        ({"email": "a@example.org"}, "", Channel.EMAIL),
        ({"email": "a@example.org"}, "sms", None),
    ],
)
def test_what_she_chose_is_kept_to(someone, made, chosen, channel):
    her = someone(**made)
    with writing() as session:
        session.add(MessageChoice(person_id=her, channel=chosen, set_by="system"))
    assert say_to(her) == [SayingResult.QUEUED if channel else SayingResult.NO_CONTACT]
    assert db.session.scalar(select(OutboxMessage.channel)) == channel


def test_neither_name_nor_number_nor_text_lies_in_clear(app, someone):
    say_to(someone(PHONE))
    row = db.session.query(OutboxMessage).one()
    assert (request_of(row).address, request_of(row).text) == (PHONE, "First steps: 12 May.")
    kept = b"".join(str(value).encode() for value in vars(row).values())
    assert not [word for word in (b"712345678", b"First", b"Achieng") if word in kept]


def test_more_than_others_should_wait_for_is_said_in_parts(someone, monkeypatch):
    monkeypatch.setattr(saying, "MOST_AT_ONCE", 1)
    with pytest.raises(TooMuchSaid):
        say_to(someone(PHONE), someone(OTHER))
    with pytest.raises(UnknownMessageKind), writing() as session:
        say(session, "tests.nothing", 1, "x", {}, TEN)


def test_saying_it_to_three_asks_no_more_than_to_one(someone, count_queries):
    counts = []
    say_to(someone(OTHER))
    for number in (1, 3):
        people = [someone(f"+2547123456{number}{one}") for one in range(number)]
        with count_queries() as queries:  # type: ignore[attr-defined]
            say_to(*people, event=f"workshop:{number}")
        counts.append(queries.count)
    assert counts == [7, 7]
