"""The outbox: messages that wait, went, or may have gone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from kash.platform.database import Base, Key, PublicId, Short, only_where


class OutboxMessage(PublicId, Base):
    """A message to one address. `key` is made of its event, address and text, so that no second one
    can be; `alike` of its text, by which SMS go out together.

    `claim` names the try that holds it, or held it last; `code` is the gateway's word, or ours, and
    `gateway_id` its name of the message. `stop_hash` finds it by the secret in a mail. Address and
    text lie sealed in `request_sealed` until they are shredded.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        CheckConstraint("channel in ('sms', 'email')", name="channel"),
        CheckConstraint(
            "state in ('due', 'claimed', 'accepted', 'refused', 'unknown', 'delivered', 'failed',"
            " 'left')",
            name="state",
        ),
        Index("ix_outbox_message_due", "due_at", "id", **only_where("state = 'due'")),
        Index("ix_outbox_message_alike_due", "alike", "due_at", **only_where("state = 'due'")),
        Index("ix_outbox_message_claimed", "claimed_at", **only_where("state = 'claimed'")),
        Index(
            "ix_outbox_message_open_address",
            "address_lookup",
            "claimed_at",
            **only_where("state in ('claimed', 'unknown')"),
        ),
        Index("ix_outbox_message_gateway_id", "gateway_id"),
        Index(
            "ix_outbox_message_unshredded", "created_at", **only_where("request_sealed is not null")
        ),
    )

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(String(64), unique=True)
    channel: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(12), default="due")
    code: Mapped[str] = mapped_column(String(40), default="")
    alike: Mapped[str | None] = mapped_column(String(64))
    request_sealed: Mapped[bytes | None]
    address_lookup: Mapped[str | None] = mapped_column(String(64))
    due_at: Mapped[datetime]
    last_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    claim: Mapped[Short] = mapped_column(default="")
    claimed_at: Mapped[datetime | None]
    gateway_id: Mapped[str | None] = mapped_column(String(80))
    stop_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
