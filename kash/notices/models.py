"""Notices to people, the texts by which they are told, and the wish of each how to be told."""

from __future__ import annotations

from datetime import datetime

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

from kash.platform.database import Base, PublicId, UtcDateTime, utc_now


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

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(48))
    event_key: Mapped[str] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(8), default="")
    unsent: Mapped[str] = mapped_column(String(16), default="")
    message_id: Mapped[int | None] = mapped_column(ForeignKey("outbox_message.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class MessageText(PublicId, Base):
    """The programme's own text of a kind of message, in one language and for one channel; without
    a row the text of the house stands."""

    __tablename__ = "message_text"
    __table_args__ = (
        UniqueConstraint("kind", "channel", "language"),
        CheckConstraint("channel in ('sms', 'email')", name="channel"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(48))
    channel: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(120), default="")
    text: Mapped[str] = mapped_column(Text)
    row_version: Mapped[int] = mapped_column(default=1)
    changed_by: Mapped[str] = mapped_column(String(16))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class MessageChoice(Base):
    """A person's wish how to be told. An empty `channel` leaves it to the programme; hours are of
    the day on the programme's clock, and `calendar` None is as usual in her group."""

    __tablename__ = "message_choice"
    __table_args__ = (
        CheckConstraint("channel in ('', 'sms', 'email')", name="channel"),
        CheckConstraint("from_hour between 8 and 18", name="from_hour"),
        CheckConstraint("until_hour between 9 and 19 and until_hour > from_hour", name="hours"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    channel: Mapped[str] = mapped_column(String(8), default="")
    from_hour: Mapped[int] = mapped_column(SmallInteger, default=8)
    until_hour: Mapped[int] = mapped_column(SmallInteger, default=19)
    calendar: Mapped[bool | None] = mapped_column()
    row_version: Mapped[int] = mapped_column(default=1)
    set_by: Mapped[str] = mapped_column(String(16))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class SenderCheck(Base):
    """The last answer of the domain name system about the sender's domain; one row."""

    __tablename__ = "sender_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    domain: Mapped[str] = mapped_column(String(253))
    spf: Mapped[str] = mapped_column(String(16))
    dkim: Mapped[str] = mapped_column(String(16))
    dmarc: Mapped[str] = mapped_column(String(16))
    checked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
