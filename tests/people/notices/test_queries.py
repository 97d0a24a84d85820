"""Messages that people were sent or were not, beside those that just aren't meant."""

from datetime import timedelta
from typing import Any

import pytest

from kash.people.models import Group, Person
from kash.people.notices import queries as recipients
from kash.people.notices.models import MessageChoice, MessageText, Notice
from kash.people.notices.queries import (
    MessageStanding,
    MessageWish,
    changed_places,
    choice_of,
    choice_within_reach,
    letters,
    message_counts,
    messages_select,
    of_person,
    reached,
    standings,
    waiting_for_a_person,
)
from kash.people.notices.rules import MessageHours, Recipient
from kash.platform.database import db, new_public_id
from kash.platform.messages.models import OutboxMessage
from kash.platform.messages.rules import Channel
from kash.platform.vault import seal
from kash.platform.web.errors import NotFound
from tests.rows import NOW, row

pytestmark = pytest.mark.usefixtures("as_it_was")
STATES = (
    ("due", MessageStanding.WAITING),
    ("claimed", MessageStanding.WAITING),
    ("accepted", MessageStanding.SENT),
    ("delivered", MessageStanding.DELIVERED),
    ("unknown", MessageStanding.UNKNOWN),
    ("failed", MessageStanding.FAILED),
    ("refused", MessageStanding.FAILED),
    ("left", MessageStanding.LEFT),
    (None, MessageStanding.UNSENT),
)


def test_messages_are_told_by_how_they_stand_as_far_as_she_reaches(actor, groups):
    trainer, other = actor("trainer"), actor("trainer")
    own, strange = (
        row(Person, group=groups[at], chosen_name=f"P{at}", created_by=by.public_id)
        for at, by in enumerate((trainer, other))
    )
    made = []
    for at, (state, _standing) in enumerate(STATES):
        kept = None
        if state is not None:
            kept = row(OutboxMessage, state=state, channel="sms" if at % 2 else "email").id
        for person in (own, strange):
            made.append(
                row(
                    Notice,
                    person_id=person.id,
                    kind="a" if at % 2 else "b",
                    message_id=kept if person is own else None,
                    created_at=NOW + timedelta(hours=at),
                )
            )
    every = dict.fromkeys(MessageStanding, 1)
    every |= {MessageStanding.WAITING: 2, MessageStanding.FAILED: 2}
    assert standings(trainer) == every
    assert standings(other) == dict.fromkeys(MessageStanding, 0) | {MessageStanding.UNSENT: 9}
    assert waiting_for_a_person(actor("peer")) == {}
    decided = waiting_for_a_person(trainer)
    assert decided == {MessageStanding.UNKNOWN: 1, MessageStanding.FAILED: 2}
    first, second = (group.letter for group in groups)
    assert letters(trainer, None, "") == {first: 9}
    assert letters(trainer, MessageStanding.FAILED, "") == {first: 2}
    assert letters(trainer, MessageStanding.UNSENT, "b") == {first: 1}
    assert letters(trainer, None, "a") == {first: 4}
    assert letters(other, None, "a") == {second: 4}

    def told(standing: MessageStanding | None, kind: str, letter: str) -> list[tuple[Any, ...]]:
        asked = messages_select(trainer, standing, kind, letter).order_by(Notice.created_at)
        return [
            (one.public_id, one.person, one.name, one.standing) for one in db.session.execute(asked)
        ]

    mine = made[::2]
    assert told(None, "", first) == [
        (mine[at].public_id, own.public_id, "P0", str(standing))
        for at, (_state, standing) in enumerate(STATES)
    ]
    assert told(MessageStanding.WAITING, "a", first) == [
        (mine[1].public_id, own.public_id, "P0", "waiting")
    ]
    assert told(None, "", second) == []
    newest = [(one.created_at, one.standing) for one in of_person(trainer, own.public_id, 2)]
    assert newest == [(mine[8].created_at, "unsent"), (mine[7].created_at, "left")]
    assert len(of_person(trainer, own.public_id)) == 5
    assert of_person(trainer, strange.public_id) == []
    counted = message_counts()
    assert counted == sorted(counted)
    assert ("email", "due", 1) in counted
    assert len(counted) == 8


def test_people_are_reached_by_what_is_known_of_them(groups, monkeypatch):
    police, members = groups

    def person(group: Group, *ways: str, **more: Any) -> Person:
        public_id = new_public_id()
        known = {}
        for way in ways:
            known[f"{way}_sealed"] = seal(way, kind=f"person.{way}", public_id=public_id)
            known[f"{way}_lookup"] = f"{way} of {public_id}"
        return row(Person, public_id=public_id, group=group, **(known | more))

    both = person(police, "phone", "email", language="sw")
    plain = person(members, minor=True, language="en")
    chosen = person(members, "email", phone_sealed=b"x", language="luo")
    person(members, "phone")
    row(
        MessageChoice,
        person_id=chosen.id,
        channel="email",
        from_hour=9,
        until_hour=12,
        calendar=True,
    )
    row(MessageChoice, person_id=both.id, calendar=False)
    for at_once in (1, 500):
        monkeypatch.setattr(recipients, "_AT_ONCE", at_once)
        found = reached(db.session(), [both.id, plain.id, chosen.id, both.id])
        assert [found[one.id].recipient for one in (both, plain, chosen)] == [
            Recipient(False, False, (Channel.SMS, Channel.EMAIL), None),
            Recipient(False, True, (), None),
            Recipient(False, False, (Channel.EMAIL,), Channel.EMAIL),
        ]
    assert len(found) == 3
    assert [found[one.id].calendar for one in (both, plain, chosen)] == [False, False, True]
    assert [found[one.id].hours for one in (both, plain, chosen)] == [
        MessageHours(8, 19),
        MessageHours(),
        MessageHours(9, 12),
    ]
    assert [found[one.id].language for one in (both, plain, chosen)] == ["sw", "en", "luo"]
    told = found[both.id]
    assert (told.address(Channel.SMS), told.address(Channel.EMAIL)) == ("phone", "email")
    assert told.lookups == {Channel.SMS: both.phone_lookup, Channel.EMAIL: both.email_lookup}
    with pytest.raises(KeyError):
        found[plain.id].address(Channel.SMS)


def test_a_wish_is_hers_or_the_usual_one_within_reach(actor, groups):
    trainer, other = actor("trainer"), actor("trainer")
    people = [row(Person, group=groups[0], created_by=trainer.public_id) for _at in range(2)]
    row(
        MessageChoice,
        person_id=people[0].id,
        channel="sms",
        from_hour=10,
        until_hour=11,
        calendar=False,
        row_version=4,
    )
    assert [choice_of(trainer, one.public_id) for one in people] == [
        MessageWish(people[0].public_id, people[0].chosen_name, False, "sms", 10, 11, "no", 4),
        MessageWish(people[1].public_id, people[1].chosen_name, False, "usual", 8, 19, "usual", 0),
    ]
    reach = [choice_within_reach(who, people[0].public_id) for who in (trainer, other)]
    assert reach == [True, False]
    with pytest.raises(NotFound):
        choice_of(other, people[0].public_id)
    row(MessageText, kind="a", channel="sms", language="sw")
    assert changed_places() == {("a", "sms", "sw")}
