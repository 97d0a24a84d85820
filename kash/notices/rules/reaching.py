"""The way by which somebody is told, if there is one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from kash.platform.messages.states import Channel


class SayingResult(StrEnum):
    """The result of saying something to somebody; of all but the first two there is no message."""

    QUEUED = "queued"
    ALREADY = "already"
    NOT_AGREED = "not_agreed"
    NO_CONTACT = "no_contact"
    MINOR = "minor"
    TOO_LONG = "too_long"


@dataclass(frozen=True)
class Recipient:
    """A person as far as it counts here: whether she agreed to messages, is under 18,
    and her ways, with the one that she chose, if any."""

    agreed: bool
    minor: bool
    ways: Collection[Channel]
    chosen: Channel | None = None


def way_to(
    recipient: Recipient, offered: Collection[Channel], set_up: Collection[Channel]
) -> Channel | SayingResult:
    """The channel for somebody, or why there is none.

    What she chose is kept to; else it is an SMS where she has a phone, but never a way that reaches
    nobody while another does.
    """
    if recipient.minor:
        return SayingResult.MINOR
    if not recipient.agreed:
        return SayingResult.NOT_AGREED
    possible = [way for way in (Channel.SMS, Channel.EMAIL) if way in recipient.ways]
    if recipient.chosen is not None:
        possible = [way for way in possible if way is recipient.chosen]
    possible = [way for way in possible if way in offered]
    if not possible:
        return SayingResult.NO_CONTACT
    return next((way for way in possible if way in set_up), possible[0])
