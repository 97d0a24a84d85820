"""Forums and their meetings: agenda, attendance, minutes, decisions and actions."""

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

from kash.attendance.models import Register
from kash.people.models import Person
from kash.platform.database import Base, PublicId, UtcDateTime, utc_now


class AgendaTemplate(PublicId, Base):
    """An agenda with a name, from which meetings begin. `language` is empty if it fits any."""

    __tablename__ = "agenda_template"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    language: Mapped[str] = mapped_column(String(8), default="")
    row_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    items: Mapped[list[AgendaTemplateItem]] = relationship(
        back_populates="template",
        order_by="AgendaTemplateItem.position",
        cascade="all, delete-orphan",
    )


class AgendaTemplateItem(Base):
    """A point of such an agenda; `minutes` is how long it should take."""

    __tablename__ = "agenda_template_item"
    __table_args__ = (CheckConstraint("kind in ('plain', 'arising')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("agenda_template.id"), index=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str] = mapped_column(String(8), default="plain")
    title: Mapped[str] = mapped_column(String(200), default="")
    minutes: Mapped[int | None] = mapped_column(SmallInteger)

    template: Mapped[AgendaTemplate] = relationship(back_populates="items")


class Forum(PublicId, Base):
    """A series of meetings, such as the monthly review. The secretary runs it."""

    __tablename__ = "forum"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(160), unique=True)
    secretary_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    # The agenda that its meetings begin with, unless another is chosen.
    template_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_template.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    template: Mapped[AgendaTemplate | None] = relationship()
    members: Mapped[list[ForumMember]] = relationship(
        back_populates="forum", cascade="all, delete-orphan"
    )
    meetings: Mapped[list[Meeting]] = relationship(
        back_populates="forum", order_by="Meeting.starts_at.desc()"
    )


class ForumMember(PublicId, Base):
    """A person's seat in a forum, and how she chose to appear on paper.

    `appears` is name, alias, office or counted. For community members counted is the default.
    """

    __tablename__ = "forum_member"
    __table_args__ = (
        UniqueConstraint("forum_id", "person_id"),
        CheckConstraint("appears in ('name', 'alias', 'office', 'counted')", name="appears"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forum.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    appears: Mapped[str] = mapped_column(String(8), default="counted")
    shown_as: Mapped[str] = mapped_column(String(120), default="")
    left_on: Mapped[date | None] = mapped_column(Date)

    forum: Mapped[Forum] = relationship(back_populates="members")
    person: Mapped[Person] = relationship()


class Meeting(PublicId, Base):
    """One meeting of a forum. Its register has one slot.

    `letter` tells two meetings of one forum in one month apart in the numbers of their minutes
    (see `numbering.month_letter`). `held_at` is when it was recorded as held: what was open then is
    what its minutes list as open.
    """

    __tablename__ = "meeting"
    __table_args__ = (
        CheckConstraint("state in ('planned', 'held', 'cancelled')", name="state"),
        UniqueConstraint("forum_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forum.id"), index=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"), unique=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    place: Mapped[str] = mapped_column(String(160), default="")
    letter: Mapped[str] = mapped_column(String(1), default="")
    state: Mapped[str] = mapped_column(String(12), default="planned")
    cancelled_reason: Mapped[str] = mapped_column(Text, default="")
    held_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    row_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    forum: Mapped[Forum] = relationship(back_populates="meetings")
    register: Mapped[Register] = relationship()
    items: Mapped[list[AgendaItem]] = relationship(
        back_populates="meeting", order_by="AgendaItem.position", cascade="all, delete-orphan"
    )


class AgendaItem(PublicId, Base):
    """A point of the agenda; its minute; `row_version` catches two people writing at once.

    The item of kind `arising` lists the actions of earlier meetings; while its title is empty it
    goes by its usual name in the reader's language.
    """

    __tablename__ = "agenda_item"
    __table_args__ = (CheckConstraint("kind in ('plain', 'arising')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str] = mapped_column(String(8), default="plain")
    title: Mapped[str] = mapped_column(String(200), default="")
    minutes: Mapped[int | None] = mapped_column(SmallInteger)
    minute: Mapped[str] = mapped_column(Text, default="")
    row_version: Mapped[int] = mapped_column(default=1)
    changed_by: Mapped[str | None] = mapped_column(String(16))

    meeting: Mapped[Meeting] = relationship(back_populates="items")
    decisions: Mapped[list[Decision]] = relationship(
        back_populates="item", order_by="Decision.id", cascade="all, delete-orphan"
    )
    actions: Mapped[list[Action]] = relationship(
        back_populates="item", order_by="Action.id", cascade="all, delete-orphan"
    )
    internal_lines: Mapped[list[InternalLine]] = relationship(
        back_populates="item", order_by="InternalLine.id", cascade="all, delete-orphan"
    )

    @property
    def kept_internal(self) -> frozenset[str]:
        """The digests of the lines that only those who run the forum read."""
        return frozenset(line.digest for line in self.internal_lines if line.released_by is None)


class InternalLine(PublicId, Base):
    """A line under an item that holds a figure beside a station or a case: `digest` is
    `telling.line_digest` of it. Only those who run the forum, and the owner of the action in which
    it stands, read it until one of them asked for its release and another gave it (both are
    accounts' public ids)."""

    __tablename__ = "internal_line"
    __table_args__ = (
        UniqueConstraint("item_id", "digest"),
        CheckConstraint("released_by is null or released_by <> asked_by", name="two_people"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(String(64))
    asked_by: Mapped[str | None] = mapped_column(String(16))
    released_by: Mapped[str | None] = mapped_column(String(16))

    item: Mapped[AgendaItem] = relationship(back_populates="internal_lines")


class Decision(PublicId, Base):
    """Decision of the meeting under an item."""

    __tablename__ = "decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    text: Mapped[str] = mapped_column(Text)

    item: Mapped[AgendaItem] = relationship(back_populates="decisions")


class Action(PublicId, Base):
    """Something a member took on, until a day. Open ones come up in the next meeting."""

    __tablename__ = "action"
    __table_args__ = (CheckConstraint("state in ('open', 'done', 'dropped')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("forum_member.id"), index=True)
    due_on: Mapped[date | None] = mapped_column(Date, index=True)
    state: Mapped[str] = mapped_column(String(8), default="open")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(Text, default="")

    item: Mapped[AgendaItem] = relationship(back_populates="actions")
    owner: Mapped[ForumMember | None] = relationship()
