"""Letters: what is to go out, to one address, as it is sealed in the outbox."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime

from kash.platform.messages.states import Channel


@dataclass(frozen=True)
class CalendarFile:
    """An iCalendar file that goes with a mail; `method` is REQUEST, CANCEL or PUBLISH. It holds one
    event: of more, each has a file of its own (RFC 5546, 2.1.2)."""

    method: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class RenderedMessage:
    """A rendered message, whole: nothing is looked up any more when it goes out.

    `stop_url` is the address that ends such mails, told to mail programs in a header.
    """

    address: str = field(repr=False)
    text: str = field(repr=False)
    subject: str = field(default="", repr=False)
    stop_url: str = field(default="", repr=False)
    calendars: tuple[CalendarFile, ...] = field(default=(), repr=False)

    def written(self) -> str:
        """The request as the outbox keeps it."""
        return json.dumps(asdict(self), ensure_ascii=False)


def request_from(written: str) -> RenderedMessage:
    """The request that `RenderedMessage.written` wrote."""
    kept = json.loads(written)
    calendars = kept.pop("calendars")
    return RenderedMessage(**kept, calendars=tuple(CalendarFile(**one) for one in calendars))


@dataclass(frozen=True)
class OutgoingMessage:
    """A message to be put into the outbox.

    `event` names what it is about, in ids and fixed words. `likeness` is its text without what is
    made anew for each message: to one address the same text about the same event goes once, however
    many people share it. `stop_token` is the secret of its `stop_url`. `due_at` and `last_at` are
    the first and the last moment at which it may go.
    """

    channel: Channel
    event: str
    request: RenderedMessage = field(repr=False)
    address_lookup: str = field(repr=False)
    likeness: str = field(repr=False)
    due_at: datetime
    last_at: datetime | None = None
    stop_token: str = field(default="", repr=False)
