"""Kinds of messages: parts that rooms above bring, each with its texts and the fields they may
have. The one message that this room says itself: that a call is asked for. Notices to people, the
texts by which they are told, and the wish of each how to be told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from kash.feature import Part, declared
from kash.platform.database import Base, Key, Now, PublicId, Short
from kash.platform.messages.rules import Channel

ALL_CHANNELS = frozenset(Channel)


class UnknownMessageKind(LookupError):
    """No kind of message of this name is declared."""


@dataclass(frozen=True)
class OfferedField:
    """A field of a text, written `{name}`. `most` is how many signs its longest value has, where
    need be asked for in the application's context; a longer one is cut, unless it must stay
    `whole`, as an address must. `sample` is a value for looking at."""

    name: str
    label: Any
    most: int | Callable[[], int]
    sample: Any
    whole: bool = False

    @property
    def longest(self) -> int:
        """Signs of the longest value."""
        return self.most() if callable(self.most) else self.most


@dataclass(frozen=True)
class MessageKind(Part):
    """A kind of message. `name` is the room and what is told, as "workshops.invited"; `label` and
    `told` say to who writes texts what it is and when it goes.

    `sms`, `subject` and `mail` are the texts of the house: lazy texts with fields, that say nothing
    about anybody's group or why she takes part. The SMS is one message at the longest values in
    each language. With one channel alone the others' texts are empty. `about` is told keys of
    events and says what each is, with the address of its page.
    """

    name: str
    label: Any
    told: Any
    fields: tuple[OfferedField, ...]
    sms: Any = ""
    subject: Any = ""
    mail: Any = ""
    channels: frozenset[Channel] = ALL_CHANNELS
    about: Callable[[Collection[str]], Mapping[str, tuple[str, str]]] | None = None

    def offered(self) -> Mapping[str, OfferedField]:
        """Its fields by their names."""
        return {field.name: field for field in self.fields}


def message_kinds() -> tuple[MessageKind, ...]:
    """All kinds, in the order of the rooms."""
    return declared(MessageKind)


def message_kind(name: str) -> MessageKind:
    """The kind of a name. Raises UnknownMessageKind."""
    for kind in message_kinds():
        if kind.name == name:
            return kind
    raise UnknownMessageKind(name)


CALL = MessageKind(
    "notices.call",
    _l("A call is asked for"),
    _l("When somebody asks for it on a person’s page"),
    (),
    sms=_l("Hello. Please call us when you can. Thank you."),
    subject=_l("Please call us"),
    mail=_l("Hello.\n\nPlease call us when you can. Thank you."),
)


class Notice(PublicId, Base):
    """One thing that one person is told once: a kind and an event, in ids and fixed words.

    Two people with one phone each have theirs, and share the message. Without a message `unsent`
    says why there is none.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "event_key"),
        Index("ix_notice_kind_event_key", "kind", "event_key"),
        Index("ix_notice_created_at", "created_at", "id"),
    )

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(48))
    event_key: Mapped[str] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(8), default="")
    unsent: Mapped[Short] = mapped_column(default="")
    message_id: Mapped[int | None] = mapped_column(ForeignKey("outbox_message.id"), index=True)
    created_at: Mapped[Now]


class MessageText(PublicId, Base):
    """The programme's own text of a kind of message, in one language and for one channel; without
    a row the text of the house stands."""

    __tablename__ = "message_text"
    __table_args__ = (
        UniqueConstraint("kind", "channel", "language"),
        CheckConstraint("channel in ('sms', 'email')", name="channel"),
    )

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(48))
    channel: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(120), default="")
    text: Mapped[str] = mapped_column(Text)
    row_version: Mapped[int] = mapped_column(default=1)
    changed_by: Mapped[Short]
    changed_at: Mapped[Now]


class MessageChoice(Base):
    """A person's wish how to be told. An empty `channel` leaves it to the programme; hours are of
    the day on the programme's clock, and `calendar` None is as usual in her group."""

    __tablename__ = "message_choice"
    __table_args__ = (
        CheckConstraint("channel in ('', 'sms', 'email')", name="channel"),
        CheckConstraint("from_hour between 8 and 18", name="from_hour"),
        CheckConstraint("until_hour between 9 and 19 and until_hour > from_hour", name="hours"),
    )

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    channel: Mapped[str] = mapped_column(String(8), default="")
    from_hour: Mapped[int] = mapped_column(SmallInteger, default=8)
    until_hour: Mapped[int] = mapped_column(SmallInteger, default=19)
    calendar: Mapped[bool | None]
    row_version: Mapped[int] = mapped_column(default=1)
    set_by: Mapped[Short]
    set_at: Mapped[Now]


class SenderCheck(Base):
    """The last answer of the domain name system about the sender's domain; one row."""

    __tablename__ = "sender_check"

    id: Mapped[Key]
    domain: Mapped[str] = mapped_column(String(253))
    spf: Mapped[Short]
    dkim: Mapped[Short]
    dmarc: Mapped[Short]
    checked_at: Mapped[Now]
