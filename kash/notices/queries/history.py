"""Messages that people were sent, or were not, as far as an actor reaches. Neither numbers nor
texts are read here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, or_, select

from kash.notices.models import Notice
from kash.people.models import Group, Person
from kash.people.scope import within_reach
from kash.platform.database import db
from kash.platform.messages.models import OutboxMessage
from kash.platform.messages.states import MessageState
from kash.policy import Actor


class MessageStanding(StrEnum):
    """The standing of a message, as people are told it."""

    WAITING = "waiting"
    SENT = "sent"
    DELIVERED = "delivered"
    UNKNOWN = "unknown"
    FAILED = "failed"
    UNSENT = "unsent"
    LEFT = "left"


_STATES: Mapping[MessageStanding, tuple[MessageState, ...]] = {
    MessageStanding.WAITING: (MessageState.DUE, MessageState.CLAIMED),
    MessageStanding.SENT: (MessageState.ACCEPTED,),
    MessageStanding.DELIVERED: (MessageState.DELIVERED,),
    MessageStanding.UNKNOWN: (MessageState.UNKNOWN,),
    MessageStanding.FAILED: (MessageState.FAILED, MessageState.REFUSED),
    MessageStanding.LEFT: (MessageState.LEFT,),
}
# On which a person decides.
DECIDABLE = (MessageStanding.UNKNOWN, MessageStanding.FAILED)


def _standing() -> ColumnElement[str]:
    whens = [
        (OutboxMessage.state.in_(states), standing.value) for standing, states in _STATES.items()
    ]
    return case(*whens, else_=MessageStanding.UNSENT.value)


def _of_standing(standing: MessageStanding) -> ColumnElement[bool]:
    if standing is MessageStanding.UNSENT:
        return Notice.message_id.is_(None)
    return OutboxMessage.state.in_(_STATES[standing])


def _reached(actor: Actor, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Notice)
        .outerjoin(OutboxMessage, OutboxMessage.id == Notice.message_id)
        .where(_to_someone_in_reach(actor, "messages.see"))
    )


def _to_someone_in_reach(actor: Actor, permission: str) -> ColumnElement[bool]:
    # Asked of each message: joined, SQLite begins with everybody where it knows of no messages.
    return (
        exists()
        .where(Person.id == Notice.person_id, within_reach(actor, permission, few=True))
        .correlate(Notice)
    )


def standings(actor: Actor) -> dict[MessageStanding, int]:
    """The number of messages of each standing, all of them; one query."""
    standing = _standing()
    rows = db.session.execute(
        _reached(actor, standing.label("standing"), func.count()).group_by(standing)
    )
    found = {MessageStanding(row[0]): row[1] for row in rows}
    return {each: found.get(each, 0) for each in MessageStanding}


def waiting_for_a_person(actor: Actor) -> dict[MessageStanding, int]:
    """The number of messages that wait for a decision of hers; one query."""
    if not actor.may("messages.decide"):
        return {}
    standing = _standing()
    rows = db.session.execute(
        _reached(actor, standing.label("standing"), func.count())
        .where(
            or_(*(_of_standing(each) for each in DECIDABLE)),
            _to_someone_in_reach(actor, "messages.decide"),
        )
        .group_by(standing)
    )
    return {MessageStanding(row[0]): row[1] for row in rows}


def _narrowed(statement: Select[Any], standing: MessageStanding | None, kind: str) -> Select[Any]:
    if standing is not None:
        statement = statement.where(_of_standing(standing))
    return statement.where(Notice.kind == kind) if kind else statement


def letters(actor: Actor, standing: MessageStanding | None, kind: str) -> dict[str, int]:
    """The number of messages of a standing and kind to each group, by its letter; one query."""
    letter = (
        select(Group.letter)
        .join(Person, Person.group_id == Group.id)
        .where(Person.id == Notice.person_id)
        .correlate(Notice)
        .scalar_subquery()
        .label("letter")
    )
    rows = db.session.execute(
        _narrowed(_reached(actor, letter, func.count()), standing, kind)
        .group_by(letter)
        .order_by(letter)
    )
    return {row[0]: row[1] for row in rows}


def messages_select(
    actor: Actor, standing: MessageStanding | None, kind: str, letter: str
) -> Select[Any]:
    """Messages of a standing, a kind and one group, with whom they are for."""
    columns = (
        Notice.public_id,
        Notice.kind,
        Notice.event_key,
        Notice.created_at,
        Notice.unsent,
        Person.public_id.label("person"),
        Person.chosen_name.label("name"),
        _standing().label("standing"),
        OutboxMessage.channel,
        OutboxMessage.code,
        OutboxMessage.due_at,
        OutboxMessage.settled_at,
    )
    return (
        _narrowed(_reached(actor, *columns), standing, kind)
        .join(Person, Person.id == Notice.person_id)
        .join(Group, Group.id == Person.group_id)
        .where(Group.letter == letter)
    )


def of_person(actor: Actor, person: str, limit: int = 5) -> Collection[Any]:
    """The last messages to one person, by her public id."""
    return db.session.execute(
        _reached(
            actor,
            Notice.kind,
            Notice.created_at,
            Notice.unsent,
            _standing().label("standing"),
            OutboxMessage.channel,
        )
        .join(Person, Person.id == Notice.person_id)
        .where(Person.public_id == person)
        .order_by(Notice.created_at.desc(), Notice.id.desc())
        .limit(limit)
    ).all()
