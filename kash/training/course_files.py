"""Course files out of what is stored, and beside it. The starting library: courses that come with
Kash, each a course file of the folder `library`. A course is changed like any other: brought in,
written, and taken away as a file in place of the one that lies here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.feature import declared
from kash.platform.database import db
from kash.platform.storage import StorageError
from kash.platform.web import Problem
from kash.policy import Actor
from kash.training.material_files import content_of, files_of
from kash.training.models import Course, CourseVersion
from kash.training.queries import CourseAddition, PieceCounts, additions_seen, loaded, tree_of
from kash.training.rules.course_files import (
    MOST_BYTES,
    MOST_TEXT_BYTES,
    CarriedFile,
    CourseFile,
    FileVersion,
    HereVersion,
    PlacedVersion,
    VersionStanding,
    files_used,
    place_versions,
    read_file,
    shown_code,
    written_file,
)

_COURSE_TOO_LARGE = _l("This course is so large that no file can carry it.")


_FILE_GONE = _l("A file of this course cannot be read just now. Try again later.")


@dataclass(frozen=True)
class Beside:
    """A course file beside what is here: `course` is the public id of the course that it carries,
    empty if that is new; `additions` how those of it stand, by their label."""

    file: CourseFile
    course: str
    name: str
    versions: tuple[PlacedVersion, ...]
    additions: tuple[tuple[CourseAddition, PieceCounts], ...]

    @property
    def new(self) -> int:
        """Number of versions that are new."""
        return sum(placed.standing is VersionStanding.NEW for placed in self.versions)

    @property
    def brings_nothing_new(self) -> bool:
        """True if there is nothing in it that is not here, though some of it may differ."""
        return (
            bool(self.course)
            and not self.new
            and not any(counts.new for _addition, counts in self.additions)
        )

    @property
    def differs(self) -> bool:
        """True if something of it is here, but says something else."""
        return any(placed.standing is VersionStanding.DIFFERS for placed in self.versions) or any(
            counts.differs for _addition, counts in self.additions
        )

    @property
    def code(self) -> str:
        """16 digits by which it is known whether this still holds."""
        counted = [(addition.name, counts) for addition, counts in self.additions]
        return shown_code(self.versions, self.course, counted)


def course_file(course: Course, actor: Actor) -> bytes:
    """A course as a file: all its versions, and of what other rooms add all that the actor sees.

    Raises Problem.
    """
    versions = _versions(db.session(), course)
    lineages = {version.id: version.lineage for version in versions}
    carried = CourseFile(
        course.lineage,
        course.name,
        course.audience,
        course.level,
        tuple(
            FileVersion(
                version.lineage,
                version.number,
                version.language,
                tree_of(version),
                lineages.get(version.translates_id or 0, ""),
                version.published_at.date() if version.published_at is not None else None,
            )
            for version in versions
        ),
    )
    plain = {
        addition.name: content
        for addition in additions_seen(actor)
        if (content := addition.plain(course))
    }
    if len(written_file(carried, plain)) > MOST_TEXT_BYTES:
        raise Problem(_COURSE_TOO_LARGE)
    content = written_file(replace(carried, files=_carried(carried)), plain)
    if len(content) > MOST_BYTES:
        raise Problem(_COURSE_TOO_LARGE)
    return content


def _carried(course: CourseFile) -> tuple[CarriedFile, ...]:
    """The files of its materials, each once. Raises Problem."""
    keys = files_used(course.versions)
    files = files_of(keys)
    if keys - set(files):
        raise Problem(_FILE_GONE)
    try:
        return tuple(
            CarriedFile(key, files[key].kind, files[key].sha256, content_of(files[key]))
            for key in sorted(keys)
        )
    except StorageError:
        raise Problem(_FILE_GONE) from None


def _versions(session: Session, course: Course) -> Sequence[CourseVersion]:
    return session.scalars(
        loaded(select(CourseVersion).where(CourseVersion.course_id == course.id)).order_by(
            CourseVersion.number
        )
    ).all()


def beside(
    session: Session, file: CourseFile, additions: Sequence[CourseAddition], *, locked: bool = False
) -> tuple[Course | None, Beside]:
    """The course here that a file carries, None if it is new, and how both stand to each other."""
    statement = select(Course).where(Course.lineage == file.lineage)
    course = session.scalar(statement.with_for_update() if locked else statement)
    here = [
        HereVersion(
            version.public_id,
            version.lineage,
            version.number,
            version.language,
            version.state,
            tree_of(version),
        )
        for version in (_versions(session, course) if course is not None else ())
    ]
    counted = tuple(
        (addition, addition.compare(session, course, file.additions[addition.name]))
        for addition in additions
        if addition.name in file.additions
    )
    return course, Beside(
        file,
        course.public_id if course is not None else "",
        course.name if course is not None else "",
        place_versions(file.versions, here),
        counted,
    )


FOLDER = Path(__file__).parent / "library"


def library() -> list[CourseFile]:
    """The courses of the library, by the names of their files."""
    return list(_library(tuple(addition.name for addition in declared(CourseAddition))))


@cache
def _library(_additions: tuple[str, ...]) -> tuple[CourseFile, ...]:
    files = sorted(FOLDER.glob("*.json"))
    additions = declared(CourseAddition)
    return tuple(read_file(file.read_bytes(), additions) for file in files)
