"""Lists of people that were brought in, or wait to be confirmed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.people.models.persons import Group, Person
from kash.platform.database import Base, PublicId, UtcDateTime, utc_now


class PeopleList(PublicId, Base):
    """A list. While it waits, its file and what was read of it lie sealed in the file store, and
    what was chosen for it is sealed in `choices`; all go when it is confirmed, cancelled, or older
    than the programme keeps such lists.

    `organisations` are the public ids of those that were added with it, `job` is the work that
    reads or saves it, or did last.
    """

    __tablename__ = "people_list"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'added', 'undone')", name="state"),
        Index("ix_people_list_state_created_at", "state", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    group_id: Mapped[int | None] = mapped_column(ForeignKey("people_group.id"), index=True)
    format: Mapped[str] = mapped_column(String(8))
    row_version: Mapped[int] = mapped_column(default=1)
    choices: Mapped[bytes | None] = mapped_column(LargeBinary)
    job: Mapped[str] = mapped_column(String(16), default="", server_default="")
    new_count: Mapped[int] = mapped_column(default=0)
    same_count: Mapped[int] = mapped_column(default=0)
    changed_count: Mapped[int] = mapped_column(default=0)
    left_count: Mapped[int] = mapped_column(default=0)
    organisations: Mapped[list[str]] = mapped_column(JSON, default=list)
    has_report: Mapped[bool] = mapped_column(default=False)
    created_by: Mapped[str] = mapped_column(String(16), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    added_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[str] = mapped_column(String(16), default="")

    group: Mapped[Group | None] = relationship()


class PeopleListPerson(Base):
    """Someone whom a list added or changed. `row_version` is hers right after; `before`, sealed, is
    what a change replaced."""

    __tablename__ = "people_list_person"
    __table_args__ = (UniqueConstraint("list_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("people_list.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    row: Mapped[int] = mapped_column()
    added: Mapped[bool] = mapped_column()
    row_version: Mapped[int] = mapped_column(default=1)
    before: Mapped[bytes | None] = mapped_column(LargeBinary)

    person: Mapped[Person] = relationship()


class PeopleListMapping(PublicId, Base):
    """How somebody matched the columns and stations of a list, for the next one with the same
    headings. `shape` is a keyed look-up of the headings; what was matched is sealed, because what
    was taken for headings may be someone's row."""

    __tablename__ = "people_list_mapping"
    __table_args__ = (UniqueConstraint("shape", "created_by"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    shape: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_by: Mapped[str] = mapped_column(String(16), index=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
