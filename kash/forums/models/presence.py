"""Presence in forums: terms of office, quorum, answers to invitations, times, conflicts, and
presence that is kept with each decision."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.platform.database import Base, PublicId, UtcDateTime, utc_now


class ForumTerm(PublicId, Base):
    """Term of office of a member: both days count; without `ends_on` until further notice."""

    __tablename__ = "forum_term"
    __table_args__ = (CheckConstraint("ends_on is null or ends_on >= begins_on", name="days"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(
        ForeignKey("forum_member.id", ondelete="CASCADE"), index=True
    )
    office: Mapped[str] = mapped_column(String(120), default="")
    begins_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date, index=True)


class ForumQuorum(PublicId, Base):
    """Quorum of a forum from a day on, until the next one holds."""

    __tablename__ = "forum_quorum"
    __table_args__ = (UniqueConstraint("forum_id", "holds_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forum.id", ondelete="CASCADE"))
    holds_from: Mapped[date] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    groups: Mapped[list[ForumQuorumGroup]] = relationship(
        order_by="ForumQuorumGroup.id", cascade="all, delete-orphan"
    )


class ForumQuorumGroup(Base):
    """Members of one group that it needs; `least` is for a number alone."""

    __tablename__ = "forum_quorum_group"
    __table_args__ = (
        UniqueConstraint("quorum_id", "group_id"),
        CheckConstraint(
            "share in ('number', 'third', 'half', 'over_half', 'two_thirds', 'all')", name="share"
        ),
        CheckConstraint("least between 0 and 500", name="least"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    quorum_id: Mapped[int] = mapped_column(ForeignKey("forum_quorum.id", ondelete="CASCADE"))
    group_id: Mapped[int] = mapped_column(ForeignKey("people_group.id"), index=True)
    share: Mapped[str] = mapped_column(String(12))
    least: Mapped[int] = mapped_column(SmallInteger, default=0)


class PresenceSpell(Base):
    """A time for which somebody on a meeting's register was there; open until it ends.

    `mark_before` is the register's mark before the tap that began it, so that it can be taken back.
    """

    __tablename__ = "presence_spell"
    __table_args__ = (CheckConstraint("left_at is null or left_at >= arrived_at", name="times"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(
        ForeignKey("roster_entry.id", ondelete="CASCADE"), index=True
    )
    arrived_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mark_before: Mapped[str | None] = mapped_column(String(16))
    noted_by: Mapped[str] = mapped_column(String(16))


class MeetingAnswer(Base):
    """A member's answer to whether she comes; `answered_by` is an account's public id."""

    __tablename__ = "meeting_answer"
    __table_args__ = (
        UniqueConstraint("meeting_id", "member_id"),
        CheckConstraint("answer in ('yes', 'no', 'unsure')", name="answer"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(
        ForeignKey("forum_member.id", ondelete="CASCADE"), index=True
    )
    answer: Mapped[str] = mapped_column(String(8))
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_by: Mapped[str] = mapped_column(String(16))


class ItemConflict(Base):
    """A conflict of interest that a member declared in an item. Why is not kept."""

    __tablename__ = "item_conflict"
    __table_args__ = (UniqueConstraint("item_id", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(
        ForeignKey("forum_member.id", ondelete="CASCADE"), index=True
    )
    declared_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DecisionPresence(Base):
    """One group when a decision was taken, and how it voted if votes were counted."""

    __tablename__ = "decision_presence"
    __table_args__ = (
        UniqueConstraint("decision_id", "group_id"),
        CheckConstraint("present + counted_out <= members", name="present"),
        CheckConstraint("votes_for + votes_against + abstained <= present", name="votes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id", ondelete="CASCADE"))
    group_id: Mapped[int] = mapped_column(ForeignKey("people_group.id"), index=True)
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    members: Mapped[int] = mapped_column(SmallInteger)
    present: Mapped[int] = mapped_column(SmallInteger)
    needed: Mapped[int] = mapped_column(SmallInteger)
    counted_out: Mapped[int] = mapped_column(SmallInteger, default=0)
    votes_for: Mapped[int | None] = mapped_column(SmallInteger)
    votes_against: Mapped[int | None] = mapped_column(SmallInteger)
    abstained: Mapped[int | None] = mapped_column(SmallInteger)
