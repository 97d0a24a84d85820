"""Proposals for a quarter, and their lines."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, SmallInteger, String, Time
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.people.models import Group, Venue
from kash.platform.database import Base, Key, Now, PublicId, Short
from kash.training.models import CourseVersion
from kash.workshops.models import Workshop


class QuarterProposal(PublicId, Base):
    """A proposal for the days from `first` to `last`, with what holds for all its workshops: the
    programme's weekdays (0 is Monday), the hours of a day, how many trainers teach, and how long
    anybody's way to it may take, in minutes.

    `row_version` grows with each change of it and of its lines, since they hang together.
    """

    __tablename__ = "quarter_proposal"
    __table_args__ = (
        CheckConstraint("last >= first", name="days"),
        CheckConstraint("day_ends_at > day_starts_at", name="hours"),
        CheckConstraint("trainers between 1 and 9", name="trainers"),
    )

    id: Mapped[Key]
    first: Mapped[date]
    last: Mapped[date]
    weekdays: Mapped[list[int]] = mapped_column(JSON)
    day_starts_at: Mapped[time] = mapped_column(Time)
    day_ends_at: Mapped[time] = mapped_column(Time)
    trainers: Mapped[int] = mapped_column(SmallInteger)
    most_minutes: Mapped[int] = mapped_column(SmallInteger)
    row_version: Mapped[int] = mapped_column(default=1)
    made_by: Mapped[Short]
    made_at: Mapped[Now]
    planned_at: Mapped[Now]


class QuarterLine(PublicId, Base):
    """A workshop of a proposal: the course version, whose people come, and how many from which
    station (`stations`: pairs of its public id and a number).

    `first`, `venue` and `team` (accounts by public id, who leads first) are its place, none while
    it has none; what a planner fixed of it is pinned. `hindrances` is what stands in its way, as
    `kash/planning/quarters/queries.py` reads it, `possible_from` the day on which it could be held
    if all that were gone. `workshop` is what was planned of it.
    """

    __tablename__ = "quarter_line"
    __table_args__ = (
        CheckConstraint("state in ('open', 'rejected', 'accepted')", name="state"),
        CheckConstraint("days between 1 and 60", name="days"),
        CheckConstraint("people > 0", name="people"),
        Index("ix_quarter_line_proposal_id_first", "proposal_id", "first"),
    )

    id: Mapped[Key]
    proposal_id: Mapped[int] = mapped_column(ForeignKey("quarter_proposal.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), index=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("people_group.id"))
    days: Mapped[int] = mapped_column(SmallInteger)
    people: Mapped[int] = mapped_column(SmallInteger)
    stations: Mapped[list[list[Any]]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(12), default="open")
    first: Mapped[date | None]
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"), index=True)
    team: Mapped[list[str]] = mapped_column(default=list)
    pinned_day: Mapped[bool] = mapped_column(default=False)
    pinned_venue: Mapped[bool] = mapped_column(default=False)
    pinned_team: Mapped[bool] = mapped_column(default=False)
    hindrances: Mapped[list[list[Any]]] = mapped_column(JSON, default=list)
    possible_from: Mapped[date | None]
    workshop_id: Mapped[int | None] = mapped_column(ForeignKey("workshop.id"), unique=True)

    proposal: Mapped[QuarterProposal] = relationship()
    version: Mapped[CourseVersion] = relationship()
    group: Mapped[Group] = relationship()
    venue: Mapped[Venue | None] = relationship()
    workshop: Mapped[Workshop | None] = relationship()

    @property
    def has_place(self) -> bool:
        """True if it has a day, a venue and a team."""
        return self.first is not None and self.venue_id is not None and bool(self.team)
