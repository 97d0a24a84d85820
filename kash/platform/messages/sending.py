"""Sending what is due. The worker does it each minute; nothing goes out within a transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from kash.platform.messages.gateways import SmsGateway
from kash.platform.messages.mailing import send_mails
from kash.platform.messages.outbox import (
    Gate,
    HeldMessages,
    claim_some,
    give_back,
    give_up_old_claims,
    settle,
)
from kash.platform.messages.states import Channel, Tried, says_stopped

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
        # Before it is written down: whoever dies in between has rather told too few than too many.
        sender.stopped(stopped)
    settle(claim.name, outcomes, sender.now())
