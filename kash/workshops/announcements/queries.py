"""Announcements of a workshop, as its page shows them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import select

from kash.people.notices.models import MessageKind, Notice, message_kinds
from kash.people.notices.queries import reached, set_up_channels
from kash.people.notices.rules import SayingResult, way_to
from kash.platform.database import db
from kash.platform.messages.models import OutboxMessage
from kash.platform.messages.rules import Channel
from kash.workshops.announcements.models import Announcement
from kash.workshops.models import Enrolment, Workshop

_BOTH = frozenset(Channel)


@dataclass(frozen=True)
class TellingReach:
    """Numbers of those invited or enrolled who can be told, by each way, and why others cannot."""

    expected: int
    by_way: Counter[Channel]
    without: Counter[SayingResult]


@dataclass(frozen=True)
class ToldLine:
    """News told by one kind of message: to how many people, and the states of their messages,
    of which somebody may have had several; under an empty state what nobody could be told."""

    kind: MessageKind
    people: int
    states: Counter[str]


def announcement_of(workshop_id: int) -> Announcement | None:
    """Announcement of a workshop (its key); None if nobody began it."""
    return db.session.scalar(select(Announcement).where(Announcement.workshop_id == workshop_id))


def reach_of(workshop: Workshop) -> TellingReach:
    """Numbers of those who can be told. Two queries for each few hundred people, and one."""
    people = db.session.scalars(
        select(Enrolment.person_id).where(
            Enrolment.workshop_id == workshop.id, Enrolment.state.in_(("invited", "confirmed"))
        )
    ).all()
    by_way: Counter[Channel] = Counter()
    without: Counter[SayingResult] = Counter()
    set_up = set_up_channels()
    found = reached(db.session(), people)
    for person in people:
        way = way_to(found[person].recipient, _BOTH, set_up)
        if isinstance(way, SayingResult):
            without[way] += 1
        else:
            by_way[way] += 1
    return TellingReach(len(people), by_way, without)


def told_lines(workshop: Workshop) -> list[ToldLine]:
    """News that the people of a workshop were told so far, by kind. Two queries."""
    enrolments = db.session.scalars(
        select(Enrolment.public_id).where(Enrolment.workshop_id == workshop.id)
    ).all()
    about = [workshop.public_id, *enrolments]
    rows = db.session.execute(
        select(Notice.kind, Notice.event_key, Notice.person_id, OutboxMessage.state)
        .outerjoin(OutboxMessage, OutboxMessage.id == Notice.message_id)
        .where(
            Notice.kind.startswith("workshops."),
            Notice.person_id.in_(
                select(Enrolment.person_id).where(Enrolment.workshop_id == workshop.id)
            ),
        )
    ).all()
    states: dict[str, Counter[str]] = {}
    people: dict[str, set[int]] = {}
    known = set(about)
    for kind, event_key, person, state in rows:
        if event_key.partition(":")[0] in known:
            states.setdefault(kind, Counter())[state or ""] += 1
            people.setdefault(kind, set()).add(person)
    return [
        ToldLine(kind, len(people[kind.name]), states[kind.name])
        for kind in message_kinds()
        if kind.name in states
    ]
