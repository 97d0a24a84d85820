"""People who can be told something, a kind of message to tell them, and a gateway of one's own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from flask_babel import lazy_gettext as _l

from kash.people.models import Consent, Person
from kash.people.notices.models import MessageKind, OfferedField
from kash.people.notices.rules import SayingResult
from kash.people.notices.services import Saying, say_to_each
from kash.people.services.persons import email_values, phone_values
from kash.people.words import TEXTS
from kash.platform.database import db, new_public_id, writing
from kash.platform.messages.rules import Tried, TryOutcome
from tests.declaring import also_declared

# A Tuesday, ten in the morning in Nairobi.
TEN = datetime(2027, 3, 9, 7, tzinfo=UTC)
TOLD = MessageKind(
    "tests.told",
    "A day that is near",
    "The day before",
    (OfferedField("title", "Title", 40, "First steps"), OfferedField("day", "Day", 20, "12 May")),
    sms="{title}: {day}.",
    subject=_l("Programme"),
    mail="{title} is on {day}.",
)
FIELDS = {"title": "First steps", "day": "12 May"}


@dataclass
class Gateway:
    """A gateway that keeps what it was told to send, and answers as it is told to."""

    answer: Callable[[str, str], Tried] = lambda _text, _number: Tried(TryOutcome.ACCEPTED)
    sent: list[tuple[str, str]] = field(default_factory=list)
    requests: int = 0
    reaches: bool = True

    def send(self, text: str, numbers: Sequence[str]) -> Mapping[str, Tried]:
        """Keep them, and answer for each."""
        self.requests += 1
        self.sent += [(number, text) for number in numbers]
        return {number: self.answer(text, number) for number in numbers}


@pytest.fixture
def gateway(app, monkeypatch):
    """The application's gateway for SMS."""
    made = Gateway()
    monkeypatch.setitem(app.extensions, "kash_sms", made)
    return made


@pytest.fixture
def told(app):
    """A kind of message that the application has."""
    with also_declared(TOLD):
        yield TOLD


Someone = Callable[..., int]


@pytest.fixture
def someone(groups):
    """`someone(phone=…, email=…, answer="given", police=False)` adds a person; her key."""
    keys = [group.id for group in groups]

    def make(
        phone: str | None = None,
        email: str | None = None,
        *,
        answer: str = "given",
        police: bool = False,
        name: str = "Achieng",
        **more: Any,
    ) -> int:
        with writing() as session:
            public_id = new_public_id()
            person = Person(
                public_id=public_id,
                chosen_name=name,
                sort_name=name.lower(),
                group_id=keys[0 if police else 1],
                created_by="system",
                **phone_values(public_id, phone, "system"),
                **email_values(public_id, email, "system"),
                **more,
            )
            session.add(person)
            session.flush()
            if answer:
                answered(session, person.id, answer)
            return person.id

    return make


def answered(session: Any, person_id: int, answer: str) -> None:
    """Have somebody give an answer on messages."""
    session.add(
        Consent(
            person_id=person_id,
            purpose="contact",
            answer=answer,
            text="",
            text_version=TEXTS["contact"].version,
            recorded_by="system",
        )
    )


def say_to(
    *people: int,
    event: str = "workshop:1",
    now: datetime = TEN,
    fields: Mapping[str, str] = FIELDS,
    **more: Any,
) -> list[SayingResult]:
    """Tell these people, in a transaction of its own."""
    with writing() as session:
        sayings = [Saying(person, event, fields, **more) for person in people]
        return say_to_each(session, TOLD.name, sayings, now)


def states() -> list[str]:
    """The states of all messages, in the order in which they were put in."""
    from kash.platform.messages.models import OutboxMessage

    db.session.rollback()
    return list(db.session.scalars(db.select(OutboxMessage.state).order_by(OutboxMessage.id)))
