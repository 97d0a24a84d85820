"""The outbox: messages wait sealed, are sent, reported on, and shredded."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, select, update
from sqlalchemy.orm import Session

from kash.platform.database import db, insertion, new_public_id, writing
from kash.platform.messages.gateways import SmsGateway
from kash.platform.messages.mail import send_mails
from kash.platform.messages.models import OutboxMessage
from kash.platform.messages.rules import (
    CLAIM_LASTS,
    REPORTS_LAST,
    SHREDDED_AFTER,
    TOO_LATE,
    Channel,
    MessageState,
    OutgoingMessage,
    RenderedMessage,
    Tried,
    following,
    reported,
    request_from,
    says_stopped,
    state_reported,
)
from kash.platform.vault import lookup, open_text, seal

_KIND = "message.request"
# SMS of one text that a gateway takes at once, and mails that go over one connection.
MOST_AT_ONCE: Mapping[Channel, int] = {Channel.SMS: 100, Channel.EMAIL: 20}
_ROWS_AT_ONCE = 500
_TRIED_AGAIN = (MessageState.UNKNOWN, MessageState.FAILED, MessageState.REFUSED)


def stop_hash(token: str) -> str:
    """The hash of the secret by which a mail's reader ends such mails."""
    return hashlib.sha256(token.encode()).hexdigest()


def _key(letter: OutgoingMessage) -> str:
    parts = (letter.channel.value, letter.event, letter.address_lookup, letter.likeness)
    return lookup("\x00".join(parts), kind="message.key")


def put_in(session: Session, letters: Sequence[OutgoingMessage], now: datetime) -> list[int]:
    """Put messages into the outbox within the caller's transaction; their keys, in order.

    Of one event, address and text there is one message, no matter who puts it in and how often:
    where it is there already, that one is answered.
    """
    ids_put_in: list[int] = []
    for some in _in_parts(letters):
        keys = [_key(letter) for letter in some]
        rows = {key: _row(letter, key, now) for key, letter in zip(keys, some, strict=True)}
        session.execute(
            insertion(session, OutboxMessage).on_conflict_do_nothing(index_elements=["key"]),
            list(rows.values()),
        )
        ids = session.execute(
            select(OutboxMessage.key, OutboxMessage.id).where(OutboxMessage.key.in_(rows))
        )
        by_key = {message.key: message.id for message in ids}
        ids_put_in += [by_key[key] for key in keys]
    return ids_put_in


def _row(letter: OutgoingMessage, key: str, now: datetime) -> dict[str, object]:
    public_id = new_public_id()
    alike = ""
    if letter.channel is Channel.SMS:
        alike = lookup(letter.request.text, kind="message.alike")
    return {
        "public_id": public_id,
        "key": key,
        "channel": letter.channel.value,
        "state": MessageState.DUE.value,
        "code": "",
        "alike": alike,
        "request_sealed": seal(letter.request.written(), kind=_KIND, public_id=public_id),
        "address_lookup": letter.address_lookup,
        "due_at": letter.due_at,
        "last_at": letter.last_at,
        "attempts": 0,
        "claim": "",
        "stop_hash": stop_hash(letter.stop_token) if letter.stop_token else None,
        "created_at": now,
    }


def _in_parts(letters: Sequence[OutgoingMessage]) -> Iterator[Sequence[OutgoingMessage]]:
    for start in range(0, len(letters), _ROWS_AT_ONCE):
        yield letters[start : start + _ROWS_AT_ONCE]


@dataclass(frozen=True)
class Verdict:
    """The last word on a message before it goes: with neither it goes now, with `later` not before
    that, with a `refusal` (a code) never."""

    later: datetime | None = None
    refusal: str = ""


GO = Verdict()
# Told the keys of messages that are due, asks for each whether it may go; one left out may.
Gate = Callable[[Session, Sequence[int], datetime], Mapping[int, Verdict]]


@dataclass(frozen=True)
class Claimed:
    """A message in hand."""

    id: int
    request: RenderedMessage = field(repr=False)


@dataclass(frozen=True)
class HeldMessages:
    """Messages that one try holds, all of one channel, SMS all of one text. Without any, those that
    were due may not go now: there may be more."""

    name: str
    channel: Channel
    messages: tuple[Claimed, ...]


def claim_some(gate: Gate, now: datetime) -> HeldMessages | None:
    """Take messages that are due into hand, durably; None where nothing is due."""
    due = and_(OutboxMessage.state == MessageState.DUE, OutboxMessage.due_at <= now)
    if not db.session.scalar(select(exists().where(due))):
        db.session.rollback()
        return None
    with writing() as session:
        rows = _next_rows(session, due)
        if not rows:
            return None
        name = new_public_id()
        verdicts = gate(session, [message.id for message in rows], now)
        claimed = [
            message for message in rows if _goes(message, verdicts.get(message.id, GO), now, name)
        ]
        messages = tuple(Claimed(message.id, request_of(message)) for message in claimed)
        return HeldMessages(name, Channel(rows[0].channel), messages)


def _next_rows(session: Session, due: ColumnElement[bool]) -> Sequence[OutboxMessage]:
    """The message that has waited longest and those that go with it, locked."""
    first = session.execute(
        select(OutboxMessage.channel, OutboxMessage.alike)
        .where(due)
        .order_by(OutboxMessage.due_at, OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if first is None:
        return ()
    rows = session.scalars(
        select(OutboxMessage)
        .where(due, OutboxMessage.channel == first.channel, OutboxMessage.alike == first.alike)
        .order_by(OutboxMessage.due_at, OutboxMessage.id)
        .limit(MOST_AT_ONCE[Channel(first.channel)])
        .with_for_update(skip_locked=True)
    ).all()
    # One text about two events may go to one address: each by a try of its own.
    return list({message.address_lookup: message for message in reversed(rows)}.values())[::-1]


def _goes(row: OutboxMessage, verdict: Verdict, now: datetime, name: str) -> bool:
    if verdict.refusal:
        _end(row, MessageState.REFUSED, verdict.refusal, now)
    elif row.last_at is not None and max(now, verdict.later or now) > row.last_at:
        _end(row, MessageState.LEFT, TOO_LATE, now)
    elif verdict.later is not None:
        row.due_at = verdict.later
    else:
        row.state = MessageState.CLAIMED
        row.claim, row.claimed_at = name, now
        row.attempts += 1
        return True
    return False


def _end(row: OutboxMessage, state: MessageState, code: str, now: datetime) -> None:
    row.state, row.code, row.settled_at = state, code, now


def request_of(row: OutboxMessage) -> RenderedMessage:
    """The request of a message, opened. Raises SealError, and ValueError once it is shredded."""
    if row.request_sealed is None:
        raise ValueError("shredded")
    return request_from(open_text(row.request_sealed, kind=_KIND, public_id=row.public_id))


def settle(name: str, tried: Mapping[int, Tried], now: datetime) -> None:
    """Write down what came of a try.

    A message that another try or a report has settled meanwhile stays as it is.
    """
    with writing() as session:
        rows = session.scalars(
            select(OutboxMessage)
            .where(
                OutboxMessage.id.in_(tried),
                OutboxMessage.claim == name,
                OutboxMessage.state.in_((MessageState.CLAIMED, MessageState.UNKNOWN)),
            )
            .order_by(OutboxMessage.id)
            .with_for_update()
        ).all()
        for message in rows:
            came = tried[message.id]
            next_ = following(came, message.attempts, now)
            message.state, message.code = next_.state, came.code[:40]
            message.gateway_id = came.gateway_id[:80] or message.gateway_id
            message.due_at = next_.due_at or message.due_at
            message.settled_at = None if next_.state is MessageState.DUE else now


def give_back(name: str, keys: Collection[int]) -> None:
    """Let messages of a claim go that nobody was asked to send."""
    with writing() as session:
        session.execute(
            update(OutboxMessage)
            .where(
                OutboxMessage.id.in_(keys),
                OutboxMessage.claim == name,
                OutboxMessage.state == MessageState.CLAIMED,
            )
            .values(state=MessageState.DUE, attempts=OutboxMessage.attempts - 1)
        )


def give_up_old_claims(now: datetime) -> int:
    """Say of messages whose claim a crash left that nobody knows whether they went; how many."""
    old = and_(
        OutboxMessage.state == MessageState.CLAIMED, OutboxMessage.claimed_at < now - CLAIM_LASTS
    )
    if not db.session.scalar(select(exists().where(old))):
        db.session.rollback()
        return 0
    with writing() as session:
        done = session.execute(
            update(OutboxMessage).where(old).values(state=MessageState.UNKNOWN, settled_at=now)
        )
        return int(done.rowcount)  # type: ignore[attr-defined]


def try_again(session: Session, keys: Collection[int], now: datetime) -> list[int]:
    """Have messages go once more, as a person decided, within her transaction; those that do.

    Only what is not known, failed or refused, and not shredded.
    """
    rows = session.scalars(
        select(OutboxMessage)
        .where(
            OutboxMessage.id.in_(keys),
            OutboxMessage.state.in_(_TRIED_AGAIN),
            OutboxMessage.request_sealed.is_not(None),
        )
        .with_for_update()
    ).all()
    for message in rows:
        message.state, message.code, message.attempts = MessageState.DUE, "", 0
        message.due_at, message.settled_at = now, None
    return [message.id for message in rows]


def leave(
    session: Session, keys: Collection[int], now: datetime, *, code: str = "", waiting: bool = False
) -> list[int]:
    """Have messages go no more, as a person decided, within her transaction; those that don't.

    With `waiting` it is about those that are due, and else about those not known or failed.
    """
    states = (MessageState.DUE,) if waiting else (MessageState.UNKNOWN, MessageState.FAILED)
    rows = session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.id.in_(keys), OutboxMessage.state.in_(states))
        .with_for_update()
    ).all()
    for message in rows:
        _end(message, MessageState.LEFT, code or message.code, now)
    return [message.id for message in rows]


@dataclass(frozen=True)
class Report:
    """A report: the gateway's name of a message, its word for what became of it and why, and the
    key of the number, as `vault.lookup` makes it."""

    gateway_id: str
    status: str
    reason: str = ""
    address_lookup: str = field(default="", repr=False)


@dataclass(frozen=True)
class SettledReport:
    """The messages that a report was about, none or one, and whether their number wants none."""

    messages: tuple[int, ...] = ()
    stopped: bool = False


def take_report(report: Report, now: datetime) -> SettledReport:
    """Settle the message that a report is about: the first with its id at the gateway, else the
    only one tried of late to its number. Nothing if there is none, or if its status tells nothing.
    """
    stopped = says_stopped(report.status, report.reason)
    told = MessageState.FAILED if stopped else state_reported(report.status)
    if told is None:
        return SettledReport()
    with writing() as session:
        message = _by_gateway_id(session, report) or _by_number(session, report, now)
        if message is None:
            return SettledReport()
        after = reported(MessageState(message.state), told)
        message.gateway_id = message.gateway_id or report.gateway_id[:80] or None
        if after != message.state:
            message.state, message.settled_at = after, now
            message.code = report.reason[:40] if after is MessageState.FAILED else ""
        return SettledReport((message.id,), stopped)


def _by_gateway_id(session: Session, report: Report) -> OutboxMessage | None:
    if not report.gateway_id:
        return None
    return session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.gateway_id == report.gateway_id[:80])
        .order_by(OutboxMessage.id)
        .limit(1)
        .with_for_update()
    ).first()


def _by_number(session: Session, report: Report, now: datetime) -> OutboxMessage | None:
    """The only message to this number of which the name is not known, tried of late."""
    if not report.address_lookup:
        return None
    fitting: Sequence[OutboxMessage] = session.scalars(
        select(OutboxMessage)
        .where(
            OutboxMessage.address_lookup == report.address_lookup,
            OutboxMessage.channel == Channel.SMS,
            OutboxMessage.state.in_((MessageState.CLAIMED, MessageState.UNKNOWN)),
            OutboxMessage.gateway_id.is_(None),
            OutboxMessage.claimed_at >= now - REPORTS_LAST,
        )
        .limit(2)
        .with_for_update()
    ).all()
    return fitting[0] if len(fitting) == 1 else None


# Less than a minute, so that what waits is claimed anew by the next chore.
_MOST_SECONDS = 50.0
# A claim lasts five minutes; nobody begins with a message whose claim is half as old.
_MOST_HELD = 120.0


@dataclass(frozen=True)
class Sender:
    """The means of sending: the gateway, who has the last word, the clocks, and who is told that
    owners of numbers want none any more (keys of messages)."""

    gateway: SmsGateway
    gate: Gate
    now: Callable[[], datetime]
    stopped: Callable[[list[int]], object]
    seconds: Callable[[], float] = time.monotonic


def send_due(sender: Sender, most_seconds: float = _MOST_SECONDS) -> int:
    """Send what is due for so many seconds at most; how many messages were tried."""
    give_up_old_claims(sender.now())
    until = sender.seconds() + most_seconds
    tried = 0
    while sender.seconds() < until:
        claim = claim_some(sender.gate, sender.now())
        if claim is None:
            break
        if claim.messages:
            tried += _send(claim, sender)
    return tried


def _send(claim: HeldMessages, sender: Sender) -> int:
    if claim.channel is Channel.SMS:
        outcomes = _send_sms(claim, sender.gateway)
        _settled(claim, outcomes, sender)
        return len(outcomes)
    return _send_mails(claim, sender)


def _send_sms(claim: HeldMessages, gateway: SmsGateway) -> dict[int, Tried]:
    """One request for all: they say the same."""
    by_number = {message.request.address: message.id for message in claim.messages}
    outcomes = gateway.send(claim.messages[0].request.text, list(by_number))
    return {by_number[number]: came for number, came in outcomes.items()}


def _send_mails(claim: HeldMessages, sender: Sender) -> int:
    begun, count = sender.seconds(), 0
    waiting = [(message.id, message.request) for message in claim.messages]
    mails = send_mails(waiting)
    for key, came in mails:
        _settled(claim, {key: came}, sender)
        count += 1
        if sender.seconds() - begun > _MOST_HELD:
            mails.close()  # type: ignore[attr-defined]
            give_back(claim.name, [later for later, _ in waiting[count:]])
            break
    return count


def _settled(claim: HeldMessages, outcomes: Mapping[int, Tried], sender: Sender) -> None:
    stopped = [key for key, came in outcomes.items() if says_stopped(came.code)]
    if stopped:
        # Before it is written down: a worker that dies in between told too few, not too many.
        sender.stopped(stopped)
    settle(claim.name, outcomes, sender.now())


_AT_ONCE = 1000


def shred_old(now: datetime) -> int:
    """Take address and text out of messages of 90 days ago, some at a time; out of how many.

    One that still waits then will not go either.
    """
    old = select(OutboxMessage.id).where(
        OutboxMessage.request_sealed.is_not(None), OutboxMessage.created_at < now - SHREDDED_AFTER
    )
    keys = db.session.scalars(old.order_by(OutboxMessage.created_at).limit(_AT_ONCE)).all()
    db.session.rollback()
    if not keys:
        return 0
    with writing() as session:
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id.in_(keys), OutboxMessage.state == MessageState.DUE)
            .values(state=MessageState.LEFT, settled_at=now)
        )
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id.in_(keys))
            .values(request_sealed=None, address_lookup=None, alike=None)
        )
    return len(keys)
