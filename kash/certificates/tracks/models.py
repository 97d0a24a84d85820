"""Tracks, their versions, who is enrolled on them, and what the programme saw people do. Approval
of tracks: a version is published by a second person. Notes of visits, sealed under the server's
keys: somebody may have written a name."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.people.models import Organisation, Person, Venue
from kash.platform.approvals.approval import Approval
from kash.platform.database import Base, Key, Now, PublicId, Short, only_where
from kash.platform.vault import open_text, seal
from kash.training.models import Course


class Track(PublicId, Base):
    """A way to something that a person can become, whatever its present requirements.

    `name_sw` is its name in Kiswahili, empty if it is the same. Certificates of `course_id` are
    those that a renewal is about. They need this track if it `certifies`; the one that certifies
    and has no course is needed by the certificates of all courses that ask for no other.
    """

    __tablename__ = "track"
    __table_args__ = (
        Index("uq_track_course_id_certifies", "course_id", unique=True, **only_where("certifies")),
        Index(
            "uq_track_certifies",
            "certifies",
            unique=True,
            **only_where("certifies and course_id is null"),
        ),
    )

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(120), unique=True)
    name_sw: Mapped[str] = mapped_column(String(120), default="")
    purpose: Mapped[str] = mapped_column(String(300), default="")
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"), index=True)
    certifies: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Now]

    course: Mapped[Course | None] = relationship()
    versions: Mapped[list[TrackVersion]] = relationship(
        back_populates="track", order_by="TrackVersion.number.desc()"
    )

    @property
    def standard(self) -> bool:
        """True for the one that all certificates need whose courses ask for no other."""
        return self.certifies and self.course_id is None


class TrackVersion(PublicId, Base):
    """The requirements of a track and the checklist of visits, as JSON (`rules/tree.py`,
    `rules/visits.py`). Once published they never change.

    `row_version` grows with each change. `published_for` is the account that its publisher stood
    in for, if any; `returned_because` is what was said when it was sent back.
    """

    __tablename__ = "track_version"
    __table_args__ = (
        UniqueConstraint("track_id", "number"),
        CheckConstraint("state in ('draft', 'proposed', 'published')", name="state"),
    )

    id: Mapped[Key]
    track_id: Mapped[int] = mapped_column(ForeignKey("track.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    tree: Mapped[dict[str, Any]]
    renewal: Mapped[dict[str, Any] | None]
    checklist: Mapped[list[Any]] = mapped_column(JSON, default=list, server_default="[]")
    state: Mapped[str] = mapped_column(String(12), default="draft")
    row_version: Mapped[int] = mapped_column(default=1)
    returned_because: Mapped[str] = mapped_column(String(500), default="")
    proposed_by: Mapped[Short | None]
    published_by: Mapped[Short | None]
    published_for: Mapped[Short | None]
    published_at: Mapped[datetime | None]
    created_at: Mapped[Now]

    track: Mapped[Track] = relationship(back_populates="versions")


class TrackEnrolment(PublicId, Base):
    """A person on a track, by the version that she began or was moved to. A person who was put on
    it together with others shares a `batch` with them."""

    __tablename__ = "track_enrolment"
    __table_args__ = (
        UniqueConstraint("track_id", "person_id"),
        # What was put on a track together of late, and who of it may still be taken off.
        Index(
            "ix_track_enrolment_track_id_enrolled_at",
            "track_id",
            "enrolled_at",
            "batch",
            "enrolled_by",
            **only_where("batch <> ''"),
        ),
        Index(
            "ix_track_enrolment_track_id_batch",
            "track_id",
            "batch",
            "enrolled_at",
            "enrolled_by",
            **only_where("batch <> ''"),
        ),
    )

    id: Mapped[Key]
    track_id: Mapped[int] = mapped_column(ForeignKey("track.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("track_version.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    enrolled_by: Mapped[Short]
    enrolled_at: Mapped[Now]
    batch: Mapped[Short] = mapped_column(default="", server_default="")

    track: Mapped[Track] = relationship()
    version: Mapped[TrackVersion] = relationship()
    person: Mapped[Person] = relationship()
    moves: Mapped[list[TrackMove]] = relationship(
        order_by="TrackMove.id.desc()", cascade="all, delete-orphan"
    )


class TrackMove(Base):
    """A move of somebody from one version of her track to another, and why. Only added to."""

    __tablename__ = "track_move"

    id: Mapped[Key]
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("track_enrolment.id"), index=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("track_version.id"), index=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("track_version.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    moved_by: Mapped[Short]
    moved_at: Mapped[Now]


class TrackBadge(Base):
    """A badge of somebody who fulfilled a track on a day, by one of its versions. It is never taken
    away: neither by what is withdrawn later, nor by moving to another version or off the track."""

    __tablename__ = "track_badge"
    __table_args__ = (UniqueConstraint("track_id", "person_id"),)

    id: Mapped[Key]
    track_id: Mapped[int] = mapped_column(ForeignKey("track.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("track_version.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    earned_on: Mapped[date]
    given_at: Mapped[Now]

    track: Mapped[Track] = relationship()


class SeenFact(PublicId, Base):
    """Something that the programme saw a person do, on a day; one of a kind a day.

    `about` says what it was about, for kinds that need it: a course (public id), a document with
    its version, a role. `amount` is a score of a hundred for an oral test, else 1. `until` is the
    last day of a role that ended. `seen_by` is the account of who saw it.
    """

    __tablename__ = "seen_fact"
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "about", "day"),
        CheckConstraint(
            "kind in ('practicum', 'outreach', 'oral_test', 'document', 'role')", name="kind"
        ),
        CheckConstraint("amount between 0 and 100", name="amount"),
        CheckConstraint("until is null or until >= day", name="days"),
        # All that is asked about everybody is answered by the index alone.
        Index(
            "ix_seen_fact_kind_about_person_id",
            "kind",
            "about",
            "person_id",
            "day",
            "withdrawn_at",
            "amount",
            "until",
        ),
    )

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(12))
    about: Mapped[str] = mapped_column(String(170), default="")
    day: Mapped[date]
    until: Mapped[date | None]
    amount: Mapped[int] = mapped_column(SmallInteger, default=1)
    seen_by: Mapped[Short]
    entered_by: Mapped[Short]
    entered_at: Mapped[Now]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[Short | None]
    withdrawn_because: Mapped[str] = mapped_column(String(300), default="")

    person: Mapped[Person] = relationship()


class SupervisionVisit(PublicId, Base):
    """A visit to somebody on a track by another who saw her at work.

    `observed` is what was seen of the checklist of `version`, {key: "yes" or "not_yet"}. `fact` is
    the practice or outreach that came of it; it is none if that was entered before. `next_by` is
    the account that goes there next, on `next_on`: the person who was there, or entered it. A note
    is sealed, since it may hold a name, and ends after a time.
    """

    __tablename__ = "supervision_visit"
    __table_args__ = (
        CheckConstraint("kind in ('outreach', 'practicum', 'visit')", name="kind"),
        CheckConstraint("next_on is null or next_on > day", name="days"),
        Index("ix_supervision_visit_track_id_person_id", "track_id", "person_id", "day"),
        Index(
            "ix_supervision_visit_next_on",
            "next_on",
            **only_where("next_on is not null and withdrawn_at is null"),
        ),
    )

    id: Mapped[Key]
    track_id: Mapped[int] = mapped_column(ForeignKey("track.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("track_version.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    day: Mapped[date]
    supervisor: Mapped[Short]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"), index=True)
    observed: Mapped[dict[str, str]] = mapped_column(JSON)
    note_sealed: Mapped[bytes | None]
    next_on: Mapped[date | None]
    next_by: Mapped[Short] = mapped_column(default="")
    fact_id: Mapped[int | None] = mapped_column(ForeignKey("seen_fact.id"), index=True)
    entered_by: Mapped[Short]
    entered_at: Mapped[Now]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[Short | None]
    withdrawn_because: Mapped[str] = mapped_column(String(300), default="")

    track: Mapped[Track] = relationship()
    version: Mapped[TrackVersion] = relationship()
    person: Mapped[Person] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    venue: Mapped[Venue | None] = relationship()
    fact: Mapped[SeenFact | None] = relationship()


_ANOTHER = _l("You proposed this version, or stand in for who did: another must decide.")

APPROVAL = Approval(
    "tracks",
    TrackVersion,
    proposes="tracks.edit",
    approves="tracks.approve",
    label=_l("Tracks: publish or send back"),
    waiting=_l("Tracks proposed, not published"),
    own=_ANOTHER,
    stands_in=_ANOTHER,
)


_NOTE = "supervision_visit.note"


def sealed_note(text: str, public_id: str) -> bytes | None:
    """The note of the visit with this public id, sealed; None if there is none."""
    return seal(text, kind=_NOTE, public_id=public_id) if text else None


def note_of(visit: SupervisionVisit) -> str:
    """The note of a visit; empty if there is none."""
    if visit.note_sealed is None:
        return ""
    return open_text(visit.note_sealed, kind=_NOTE, public_id=visit.public_id)
