"""The sample's messages: calls that a trainer asked for, which arrived, failed, or nobody knows."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from kash.demo.accounts import DIRECTOR, TRAINER
from kash.notices.calls import CALL
from kash.notices.services.calls import ask_for_call
from kash.notices.services.texts import TextDetails, TextPlace, save_text
from kash.people.models import Person
from kash.platform.database import db, utc_now
from kash.platform.messages.outbox import claim_some, settle
from kash.platform.messages.reports import Report, take_report
from kash.platform.messages.states import Channel, Tried, TryOutcome
from kash.policy import Actor

_ASKED = 14
# What comes of them, one after the other; the rest arrives.
_OUTCOMES = (
    Tried(TryOutcome.UNKNOWN, "no_answer"),
    Tried(TryOutcome.REFUSED, "403"),
    Tried(TryOutcome.UNKNOWN, "no_answer"),
)


def tell_people(actors: dict[str, Actor]) -> None:
    """Ask some people for a call, and have that come to all that can come of it."""
    trainer = actors[TRAINER.key]
    people = db.session.scalars(
        select(Person.public_id)
        .where(Person.created_by == trainer.public_id)
        .order_by(Person.id)
        .limit(_ASKED)
    ).all()
    for person in people:
        ask_for_call(person, by=trainer)
    # Whenever the sample is loaded it is an hour at which nothing has to wait.
    at = utc_now() + timedelta(days=1)
    number = 0
    while held := claim_some(lambda *_asked: {}, at):
        came = {}
        for message in held.messages:
            last = Tried(TryOutcome.ACCEPTED, gateway_id=f"sample-{number}")
            came[message.id] = _OUTCOMES[number] if number < len(_OUTCOMES) else last
            number += 1
        settle(held.name, came, utc_now())
    for arrived in range(len(_OUTCOMES), number - 2):
        take_report(Report(f"sample-{arrived}", "Success"), utc_now())
    save_text(
        TextPlace(CALL, Channel.SMS, "en"),
        TextDetails("Good day. Please call the office when you can. Thank you."),
        row_version=0,
        by=actors[DIRECTOR.key],
    )
