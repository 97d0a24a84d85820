"""Sending what people are to be told: the worker's, each minute."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.notices.models import Notice
from kash.notices.queries.recipients import ReachedPerson, reached
from kash.notices.rules.hours import allowed_from
from kash.notices.services.stopping import stop_messages
from kash.platform.database import utc_now
from kash.platform.messages import sms_gateway
from kash.platform.messages.models import OutboxMessage
from kash.platform.messages.outbox import GO, Verdict
from kash.platform.messages.sending import Sender, send_due
from kash.platform.messages.shredding import shred_old
from kash.platform.messages.states import ADDRESS_CHANGED, NO_CONSENT, Channel
from kash.platform.web.formats import to_local


def send_notices() -> int:
    """Send what is due; how many messages were tried."""
    return send_due(sender())


def sender() -> Sender:
    """The means by which notices are sent."""
    return Sender(sms_gateway(), may_go, utc_now, stop_messages)


def shred_old_messages() -> int:
    """Take address and text out of old messages; out of how many."""
    return shred_old(utc_now())


def may_go(session: Session, messages: Sequence[int], now: datetime) -> Mapping[int, Verdict]:
    """The last word on whether messages may go now: somebody whom each is for still
    agrees, has the address that was written to, and it is an hour of hers.

    A message about nobody any more, as of people who were taken out, goes to nobody.
    """
    rows = session.execute(
        select(
            Notice.person_id,
            OutboxMessage.id,
            OutboxMessage.channel,
            OutboxMessage.address_lookup,
        )
        .join(OutboxMessage, OutboxMessage.id == Notice.message_id)
        .where(Notice.message_id.in_(messages))
        .order_by(Notice.id)
    ).all()
    people = reached(session, {row.person_id for row in rows})
    given: defaultdict[int, list[Verdict]] = defaultdict(list)
    for row in rows:
        person = people[row.person_id]
        given[row.id].append(_verdict(person, Channel(row.channel), row.address_lookup, now))
    return {key: _best(given[key]) for key in messages}


def _verdict(
    person: ReachedPerson, channel: Channel, address_lookup: str, now: datetime
) -> Verdict:
    if person.recipient.minor or not person.recipient.agreed:
        return Verdict(refusal=NO_CONSENT)
    if person.lookups.get(channel) != address_lookup:
        return Verdict(refusal=ADDRESS_CHANGED)
    local = to_local(now)
    allowed = allowed_from(local, person.hours)
    return GO if allowed == local else Verdict(later=allowed)


def _best(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict on a message that several people share: it goes if it may go to one of them."""
    if not verdicts:
        return Verdict(refusal=NO_CONSENT)
    if GO in verdicts:
        return GO
    waiting = [each for each in verdicts if each.later is not None]
    return min(waiting, key=lambda each: each.later or datetime.max) if waiting else verdicts[0]
