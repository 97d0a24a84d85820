"""Bringing in a course that a file carries: what is new becomes a draft, what is here stays."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from kash.platform.database import new_public_id
from kash.platform.vault import Change, audited
from kash.platform.web import Problem
from kash.policy import Actor
from kash.training.course_additions import CourseAddition, additions_written
from kash.training.course_files import Beside, beside
from kash.training.material_files import files_of
from kash.training.models import Course, CourseVersion
from kash.training.rules.bringing import PlacedVersion, VersionStanding, unchecked
from kash.training.rules.course_file import CourseFile, files_used
from kash.training.services.courses import CourseTaken, refuse_taken
from kash.training.trees import lay_out


class NotAsShown(Problem):
    """Somebody changed the course while the file was looked at."""

    field = ""
    sentence = _l("The course changed here meanwhile. Look again, then bring the file in.")


@dataclass(frozen=True)
class BringingDecisions:
    """Decisions about a file: its name here, and what of it is taken besides what is new.

    `name` is the name of a new course, that of the file if it is empty. `drafts` are the lineages
    of versions that differ and become another draft. `additions` are names of additions of which
    also what differs is taken. `code` is that of what was shown.
    """

    name: str = ""
    drafts: Collection[str] = ()
    additions: Collection[str] = ()
    code: str | None = None


@dataclass(frozen=True)
class CourseBrought:
    """A course that was brought in, with the public ids of the drafts that were made; `before` is
    how the file stood to what was here."""

    course: str
    before: Beside
    drafts: tuple[str, ...] = ()


@dataclass(frozen=True)
class LibraryBrought:
    """Courses of the library: those that were brought in, those that were here already, and
    names that other courses have."""

    brought: list[CourseBrought] = field(default_factory=list)
    here: list[CourseFile] = field(default_factory=list)
    taken: list[CourseFile] = field(default_factory=list)


def bring_course(file: CourseFile, wanted: BringingDecisions, *, by: Actor) -> CourseBrought:
    """Bring in a course with all that is new of it. Nothing is published, nothing here changed.

    Raises CourseTaken if a new course has the name of another, and NotAsShown if what is here is no
    more what was shown.
    """
    additions = additions_written(by)
    with audited("training.course_brought_in", by) as change:
        course, before = beside(change.session, file, additions, locked=True)
        if wanted.code is not None and wanted.code != before.code:
            raise NotAsShown
        if not _takes_anything(before, wanted):
            change.nothing()
            return CourseBrought(before.course, before)
        return _bring(change, course, before, additions, wanted, by)


def bring_library(files: Sequence[CourseFile], *, by: Actor) -> LibraryBrought:
    """Bring in courses of the library, in one go: what is new of each. A course whose name another
    has stays out."""
    additions = additions_written(by)
    done = LibraryBrought()
    with audited("training.library_brought_in", by) as change:
        for file in files:
            course, before = beside(change.session, file, additions, locked=True)
            if course is not None and not _takes_anything(before, BringingDecisions()):
                done.here.append(file)
                continue
            try:
                done.brought.append(
                    _bring(change, course, before, additions, BringingDecisions(), by)
                )
            except CourseTaken:
                done.taken.append(file)
        if not done.brought:
            change.nothing()
    return done


def _takes_anything(before: Beside, wanted: BringingDecisions) -> bool:
    return (
        not before.course
        or any(_is_taken(each, wanted) for each in before.versions)
        or any(
            counts.new or (counts.differs and addition.name in wanted.additions)
            for addition, counts in before.additions
        )
    )


def _is_taken(placed: PlacedVersion, wanted: BringingDecisions) -> bool:
    differing = (
        placed.standing is VersionStanding.DIFFERS and placed.version.lineage in wanted.drafts
    )
    return placed.standing is VersionStanding.NEW or differing


def _bring(
    change: Change,
    course: Course | None,
    before: Beside,
    additions: Sequence[CourseAddition],
    wanted: BringingDecisions,
    by: Actor,
) -> CourseBrought:
    session, file = change.session, before.file
    if course is None:
        name = wanted.name or file.name
        refuse_taken(session, name)
        course = Course(
            lineage=file.lineage,
            name=name,
            audience=file.audience,
            level=file.level,
            created_at=change.now,
        )
        session.add(course)
        session.flush()
    change.about(course.public_id)
    made = _drafts(change, course, before, wanted)
    for addition in additions:
        if addition.name in file.additions:
            addition.store(
                change,
                course,
                file.additions[addition.name],
                differing=addition.name in wanted.additions,
                by=by,
            )
    change.about(*made)
    return CourseBrought(course.public_id, before, tuple(made))


def _drafts(change: Change, course: Course, before: Beside, wanted: BringingDecisions) -> list[str]:
    """Make a draft of each version that is taken; returns their public ids.

    What a translation is of is the draft that was made of it or, where there is none, what stood
    here before.
    """
    session = change.session
    keys = files_used([each.version for each in before.versions if _is_taken(each, wanted)])
    if keys - set(files_of(keys, session)):
        # They were kept for a day, while the file was looked at.
        raise NotAsShown
    last = session.scalar(
        select(func.max(CourseVersion.number)).where(CourseVersion.course_id == course.id)
    )
    number = last or 0
    made: dict[str, CourseVersion] = {}
    for placed in sorted(before.versions, key=lambda each: each.version.number):
        if not _is_taken(placed, wanted):
            continue
        version = placed.version
        number = max(number + 1, version.number) if last is None else number + 1
        draft = CourseVersion(
            public_id=new_public_id(),
            lineage=version.lineage if placed.standing is VersionStanding.NEW else new_public_id(),
            course_id=course.id,
            number=number,
            language=version.language,
            public_title="",
            created_at=change.now,
        )
        lay_out(draft, unchecked(version.tree))
        session.add(draft)
        made[version.lineage] = draft
    session.flush()
    here = {each.version.lineage: each.here.public_id for each in before.versions if each.here}
    for placed in before.versions:
        source = placed.version.translates
        translation = made.get(placed.version.lineage)
        if translation is None or not source:
            continue
        found = made.get(source)
        translation.translates_id = (
            found.id
            if found is not None
            else session.scalar(
                select(CourseVersion.id).where(CourseVersion.public_id == here[source])
            )
        )
    session.flush()
    return [draft.public_id for draft in made.values()]
