"""Deciding on messages of which nobody knows whether they arrived, or that failed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.notices.models import Notice
from kash.notices.queries.recipients import reached
from kash.notices.services.saying import stop_url
from kash.people.models import Person
from kash.people.scope import within_reach
from kash.platform.messages.letters import OutgoingMessage
from kash.platform.messages.models import OutboxMessage
from kash.platform.messages.outbox import leave, put_in, request_of, try_again
from kash.platform.messages.states import ADDRESS_CHANGED, Channel, MessageState
from kash.platform.vault import audited
from kash.policy import Actor

MOST_DECIDED = 200


def send_again(notices: Sequence[str], *, by: Actor) -> int:
    """Have messages go once more, by the public ids of notices; how many will.

    What is out of reach, settled meanwhile or shredded is left out.
    """
    with audited("notices.sent_again", by) as change:
        session = change.session
        chosen = _chosen(session, notices, by)
        moved = _readdressed(session, chosen, change.now)
        again = set(try_again(session, [row.id for _, row in chosen], change.now))
        done = [notice for notice, row in chosen if row.id in again or notice.id in moved]
        if not done:
            change.nothing()
        change.about(*(notice.public_id for notice in done))
        return len(done)


def leave_them(notices: Sequence[str], *, by: Actor) -> int:
    """Let messages be as they are, by the public ids of notices; how many that settles."""
    with audited("notices.left", by) as change:
        session = change.session
        chosen = _chosen(session, notices, by)
        left = set(leave(session, [row.id for _, row in chosen], change.now))
        done = [notice for notice, row in chosen if row.id in left]
        if not done:
            change.nothing()
        change.about(*(notice.public_id for notice in done))
        return len(done)


def _chosen(
    session: Session, notices: Sequence[str], by: Actor
) -> list[tuple[Notice, OutboxMessage]]:
    rows = session.execute(
        select(Notice, OutboxMessage)
        .join(Person, Person.id == Notice.person_id)
        .join(OutboxMessage, OutboxMessage.id == Notice.message_id)
        .where(
            Notice.public_id.in_(notices[:MOST_DECIDED]),
            within_reach(by, "messages.decide"),
        )
        .order_by(OutboxMessage.id, Notice.id)
        .with_for_update(of=OutboxMessage)
    )
    return [(row[0], row[1]) for row in rows]


def _readdressed(
    session: Session, chosen: Sequence[tuple[Notice, OutboxMessage]], now: datetime
) -> set[int]:
    """The keys of notices whose message was written anew, to the number or e-mail of today."""
    wanted = [
        (notice, row)
        for notice, row in chosen
        if row.state == MessageState.REFUSED and row.code == ADDRESS_CHANGED and row.request_sealed
    ]
    people = reached(session, {notice.person_id for notice, _ in wanted})
    moved: set[int] = set()
    for notice, row in wanted:
        channel, person = Channel(row.channel), people[notice.person_id]
        if channel not in person.lookups or person.lookups[channel] == row.address_lookup:
            continue
        request, token = request_of(row), ""
        likeness = request.text
        request = replace(request, address=person.address(channel), calendars=())
        if request.stop_url:
            token = secrets.token_urlsafe(24)
            url = stop_url(token)
            text = request.text.replace(request.stop_url, url)
            request = replace(request, text=text, stop_url=url)
        letter = OutgoingMessage(
            channel,
            f"{notice.kind} {notice.event_key}",
            request,
            person.lookups[channel],
            likeness,
            now,
            row.last_at,
            token,
        )
        notice.message_id = put_in(session, [letter], now)[0]
        moved.add(notice.id)
    return moved
