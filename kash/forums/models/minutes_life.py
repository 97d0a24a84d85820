"""Minutes after a meeting: circulated with remarks, confirmed and locked as leaves, then errata."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.forums.models.meetings import AgendaItem, ForumMember, Meeting
from kash.platform.database import Base, PublicId, UtcDateTime


class MinutesLife(Base):
    """State of the minutes of a meeting; a draft has no row before it was first circulated.

    `root` is the root over the leaves, once they are locked; `confirmed_in` the meeting that
    confirmed them. `circulated_by` is an account's public id.
    """

    __tablename__ = "minutes_life"
    __table_args__ = (
        CheckConstraint("state in ('draft', 'circulated', 'locked')", name="state"),
        CheckConstraint("(state = 'locked') = (root <> '')", name="root"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), unique=True)
    state: Mapped[str] = mapped_column(String(12), default="draft")
    circulated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    circulated_by: Mapped[str | None] = mapped_column(String(16))
    remarks_until: Mapped[date | None] = mapped_column(Date)
    confirmed_in_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"), index=True)
    locked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    root: Mapped[str] = mapped_column(String(64), default="")

    meeting: Mapped[Meeting] = relationship(foreign_keys=[meeting_id])
    confirmed_in: Mapped[Meeting | None] = relationship(foreign_keys=[confirmed_in_id])


class MinutesRemark(PublicId, Base):
    """Remark of a member who was present on an item of circulated minutes, with the secretary's
    answer once it is settled. Remarks are deleted when the minutes are locked."""

    __tablename__ = "minutes_remark"
    __table_args__ = (
        CheckConstraint("state in ('open', 'taken', 'declined')", name="state"),
        CheckConstraint("(state = 'open') = (answer = '')", name="answer"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("forum_member.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(8), default="open")
    answer: Mapped[str] = mapped_column(Text, default="")
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)

    item: Mapped[AgendaItem] = relationship()
    member: Mapped[ForumMember] = relationship()


class MinutesLeaf(PublicId, Base):
    """A leaf of locked minutes (`rules.leaves`). Value and salt go when it is withdrawn.

    `about` is the public id of the item, decision or action in which it was written.
    """

    __tablename__ = "minutes_leaf"
    __table_args__ = (
        UniqueConstraint("meeting_id", "place"),
        CheckConstraint("(value is null) = (salt is null)", name="withdrawn"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    place: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str] = mapped_column(String(12))
    digest: Mapped[str] = mapped_column(String(64))
    value: Mapped[str | None] = mapped_column(Text)
    salt: Mapped[str | None] = mapped_column(String(32))
    about: Mapped[str] = mapped_column(String(16), default="")

    named: Mapped[NamedLeaf | None] = relationship(
        back_populates="leaf", cascade="all, delete-orphan"
    )


class NamedLeaf(Base):
    """The seat whose name a leaf holds. It lies apart, so that merging two seats, which keeps the
    rows that it changes for undoing them, never keeps a name or a salt."""

    __tablename__ = "named_leaf"

    leaf_id: Mapped[int] = mapped_column(
        ForeignKey("minutes_leaf.id", ondelete="CASCADE"), primary_key=True
    )
    member_id: Mapped[int] = mapped_column(ForeignKey("forum_member.id"), index=True)

    leaf: Mapped[MinutesLeaf] = relationship(back_populates="named")


class MinutesErratum(PublicId, Base):
    """A correction of locked minutes, shown beside them. Its `root` stands on that
    of the minutes, or of the erratum before it."""

    __tablename__ = "minutes_erratum"
    __table_args__ = (
        UniqueConstraint("meeting_id", "number"),
        CheckConstraint("(value is null) = (salt is null)", name="withdrawn"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    digest: Mapped[str] = mapped_column(String(64))
    root: Mapped[str] = mapped_column(String(64))
    value: Mapped[str | None] = mapped_column(Text)
    salt: Mapped[str | None] = mapped_column(String(32))
