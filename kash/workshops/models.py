"""Workshops: when, where, from which course version, who is in it and who pays. Sealed texts of
this room: what trainers wrote of a session in their own words. Each reading function raises
SealError."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    Time,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.attendance.models import Register, RosterEntry, Slot
from kash.people.models import Person, Venue
from kash.platform.database import Base, Key, Now, PublicId, Short, utc_now
from kash.platform.vault import open_text, seal
from kash.training.models import CourseVersion, SessionPlan


class Funder(PublicId, Base):
    """Funder, who pays wholly or in part."""

    __tablename__ = "funder"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(120), unique=True)


class Workshop(PublicId, Base):
    """A course version held on certain days."""

    __tablename__ = "workshop"
    __table_args__ = (
        CheckConstraint("state in ('planned', 'cancelled')", name="state"),
        CheckConstraint("ends_on >= starts_on", name="days"),
        # Titles are looked through in the order of days without reading whole workshops.
        Index("ix_workshop_starts_on_id_title", "starts_on", "id", "title"),
        Index("ix_workshop_ends_on", "ends_on"),
        Index("ix_workshop_changed_at", "changed_at"),
    )

    id: Mapped[Key]
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), index=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"), unique=True)
    title: Mapped[str] = mapped_column(String(160))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    day_starts_at: Mapped[time] = mapped_column(Time, default=time(8, 30))
    day_ends_at: Mapped[time] = mapped_column(Time, default=time(16, 30))
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"), index=True)
    capacity: Mapped[int | None] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(String(12), default="planned")
    cancelled_reason: Mapped[str] = mapped_column(Text, default="")
    cancelled_at: Mapped[datetime | None]
    row_version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[Short] = mapped_column(index=True)
    created_at: Mapped[Now]
    changed_at: Mapped[Now] = mapped_column(onupdate=utc_now)

    version: Mapped[CourseVersion] = relationship()
    register: Mapped[Register] = relationship()
    venue: Mapped[Venue | None] = relationship()
    sessions: Mapped[list[WorkshopSession]] = relationship(
        back_populates="workshop", cascade="all, delete-orphan"
    )
    facilitators: Mapped[list[Facilitator]] = relationship(
        back_populates="workshop", cascade="all, delete-orphan"
    )
    funding: Mapped[list[Funding]] = relationship(
        back_populates="workshop", cascade="all, delete-orphan"
    )
    enrolments: Mapped[list[Enrolment]] = relationship(back_populates="workshop")


class WorkshopSession(PublicId, Base):
    """A scheduled session: its slot on the register, and the plan it follows, if any."""

    __tablename__ = "workshop_session"

    id: Mapped[Key]
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"), index=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"), unique=True)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("session_plan.id"), index=True)
    title: Mapped[str] = mapped_column(String(160))

    workshop: Mapped[Workshop] = relationship(back_populates="sessions")
    slot: Mapped[Slot] = relationship()
    plan: Mapped[SessionPlan | None] = relationship()
    record: Mapped[SessionRecord | None] = relationship(
        back_populates="taught", cascade="all, delete-orphan"
    )


class SessionRecord(PublicId, Base):
    """Record of a session as it was taught: what was left out, which objectives were reached, the
    trainer's notes of the day and what to change next time.

    Both texts are sealed, since they may hold a name; notes are forgotten after the time that the
    programme chose. `row_version` grows with each change.
    """

    __tablename__ = "session_record"

    id: Mapped[Key]
    session_id: Mapped[int] = mapped_column(ForeignKey("workshop_session.id"), unique=True)
    notes_sealed: Mapped[bytes | None]
    next_time_sealed: Mapped[bytes | None]
    row_version: Mapped[int] = mapped_column(default=1)
    written_by: Mapped[Short]
    written_at: Mapped[Now]

    taught: Mapped[WorkshopSession] = relationship(back_populates="record")
    left_out: Mapped[list[StepLeftOut]] = relationship(
        cascade="all, delete-orphan", order_by="StepLeftOut.id"
    )
    reached: Mapped[list[ObjectiveReached]] = relationship(
        cascade="all, delete-orphan", order_by="ObjectiveReached.id"
    )


class StepLeftOut(Base):
    """A step of the plan (its lineage) that was left out, and why; the words of it are sealed, and
    forgotten with the notes of the record."""

    __tablename__ = "step_left_out"
    __table_args__ = (
        UniqueConstraint("record_id", "lineage"),
        CheckConstraint(
            "reason in ('time', 'known', 'unsafe', 'missing', 'wishes', 'other')", name="reason"
        ),
    )

    id: Mapped[Key]
    record_id: Mapped[int] = mapped_column(ForeignKey("session_record.id"))
    lineage: Mapped[Short] = mapped_column(index=True)
    reason: Mapped[str] = mapped_column(String(12))
    words_sealed: Mapped[bytes | None]


class ObjectiveReached(Base):
    """How far an objective of the plan (its lineage) was reached."""

    __tablename__ = "objective_reached"
    __table_args__ = (
        UniqueConstraint("record_id", "lineage"),
        CheckConstraint("reached in ('reached', 'partly', 'not_taught')", name="reached"),
    )

    id: Mapped[Key]
    record_id: Mapped[int] = mapped_column(ForeignKey("session_record.id"))
    lineage: Mapped[Short] = mapped_column(index=True)
    reached: Mapped[str] = mapped_column(String(12))


class Facilitator(Base):
    """An account that teaches a workshop since it was added; those who facilitate a workshop run
    it."""

    __tablename__ = "facilitator"
    __table_args__ = (UniqueConstraint("workshop_id", "account_id"),)

    id: Mapped[Key]
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    lead: Mapped[bool] = mapped_column(default=False)
    added_at: Mapped[Now]

    workshop: Mapped[Workshop] = relationship(back_populates="facilitators")


class Funding(Base):
    """A funder's share of a workshop, in whole per cent."""

    __tablename__ = "funding"
    __table_args__ = (
        UniqueConstraint("workshop_id", "funder_id"),
        CheckConstraint("share between 1 and 100", name="share"),
    )

    id: Mapped[Key]
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"))
    funder_id: Mapped[int] = mapped_column(ForeignKey("funder.id"), index=True)
    share: Mapped[int] = mapped_column(SmallInteger)
    budget_code: Mapped[str] = mapped_column(String(40), default="")

    workshop: Mapped[Workshop] = relationship(back_populates="funding")
    funder: Mapped[Funder] = relationship()


class Enrolment(PublicId, Base):
    """A person in a workshop. A confirmed person stands on the roster. `answered_at` is when she
    said herself, with her own account, that she comes; empty if she did not, or said no after.
    `answered_by` is that account, which may be linked to another by now. `history` are the states
    that she had, each as [state, moment in ISO format], the present one last.

    While she waits, `offer_until` says until when a seat is held for her answer, and
    `offer_lapsed_at` when she let one lapse."""

    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("workshop_id", "person_id"),
        CheckConstraint("offer_until is null or state = 'waiting'", name="offer"),
        CheckConstraint(
            "state in ('invited', 'confirmed', 'waiting', 'declined', 'withdrawn')", name="state"
        ),
        # Whether somebody is in a workshop that a trainer runs is answered by the index alone.
        Index("ix_enrolment_person_id_workshop_id", "person_id", "workshop_id"),
    )

    id: Mapped[Key]
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    roster_entry_id: Mapped[int | None] = mapped_column(ForeignKey("roster_entry.id"), index=True)
    state: Mapped[str] = mapped_column(String(12), default="confirmed")
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[Short] = mapped_column(default="")
    queued_at: Mapped[Now]
    offer_until: Mapped[datetime | None]
    offer_lapsed_at: Mapped[datetime | None]
    changed_at: Mapped[Now]
    history: Mapped[list[list[str]]] = mapped_column(JSON, default=list)

    workshop: Mapped[Workshop] = relationship(back_populates="enrolments")
    person: Mapped[Person] = relationship()
    roster_entry: Mapped[RosterEntry | None] = relationship()


class AnswerLink(Base):
    """A link by which its holder answers for one enrolment without signing in. Only the hash
    of its token is kept. It opens nothing else: an answer by it never opens her contact, since the
    person who invited her may have held it too."""

    __tablename__ = "answer_link"

    id: Mapped[Key]
    enrolment_id: Mapped[int] = mapped_column(
        ForeignKey("enrolment.id", ondelete="CASCADE"), index=True
    )
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[Now]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class EarlierCourse(PublicId, Base):
    """A course that a person must have had before she is enrolled in another one."""

    __tablename__ = "earlier_course"
    __table_args__ = (
        UniqueConstraint("course_id", "needs_id"),
        CheckConstraint("course_id <> needs_id", name="another"),
    )

    id: Mapped[Key]
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    needs_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)


_NOTES, _NEXT_TIME, _LEFT_OUT = "session.notes", "session.next_time", "session.left_out"


def sealed_notes(text: str, public_id: str) -> bytes | None:
    """Notes of the day; None if there are none."""
    return seal(text, kind=_NOTES, public_id=public_id) if text else None


def notes_of(record: SessionRecord) -> str:
    """Notes of the day, empty if there are none, or none any more."""
    sealed = record.notes_sealed
    return open_text(sealed, kind=_NOTES, public_id=record.public_id) if sealed else ""


def sealed_next_time(text: str, public_id: str) -> bytes | None:
    """Wishes for the next time; None if there are none."""
    return seal(text, kind=_NEXT_TIME, public_id=public_id) if text else None


def next_time_of(record: SessionRecord) -> str:
    """Wishes for the next time, empty if there are none, or none any more."""
    sealed = record.next_time_sealed
    return open_text(sealed, kind=_NEXT_TIME, public_id=record.public_id) if sealed else ""


def sealed_words(text: str, public_id: str, lineage: str) -> bytes | None:
    """Words on why a step (its lineage) of a record was left out; None if there are none."""
    return seal(text, kind=_LEFT_OUT, public_id=f"{public_id}-{lineage}") if text else None


def words_of(record: SessionRecord, step: StepLeftOut) -> str:
    """Words on why a step was left out, empty if there are none, or none any more."""
    sealed, place = step.words_sealed, f"{record.public_id}-{step.lineage}"
    return open_text(sealed, kind=_LEFT_OUT, public_id=place) if sealed else ""
