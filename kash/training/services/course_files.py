"""Bringing in a course that a file carries: what is new becomes a draft, what is here stays.
Versions that are made from others: the next one, and translations. Bringing and removing files of
materials, and deleting what no material has any more."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from kash.platform import storage
from kash.platform.catalogue import N_
from kash.platform.database import db, new_public_id, writing
from kash.platform.vault import Change, audited
from kash.platform.web import NotFound, Problem
from kash.platform.web.errors import get_or_404, one_or_404
from kash.policy import Actor
from kash.training.course_files import Beside, beside
from kash.training.material_files import (
    FOLDER,
    MaterialProblem,
    cleaned_material,
    files_of,
    key_in_store,
)
from kash.training.models import Course, CourseVersion, MaterialFile, Module, PlanRow, SessionPlan
from kash.training.queries import (
    CourseAddition,
    additions_written,
    lay_out,
    locked_version,
    tree_of,
)
from kash.training.rules.course_files import (
    MOST_COURSE_BYTES,
    CarriedFile,
    CourseFile,
    PlacedVersion,
    UnreadableFile,
    ValueFault,
    VersionStanding,
    files_used,
    unchecked,
)
from kash.training.rules.courses import MATERIAL, CourseNode, check_tree
from kash.training.rules.versions import translated
from kash.training.services.courses import CourseTaken, drafting, plan_in, refuse_taken

_NOT_AS_SHOWN = _l("The course changed here meanwhile. Look again, then bring the file in.")


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


def bring_course(file: CourseFile, wanted: BringingDecisions, *, by: Actor) -> CourseBrought:
    """Bring in a course with all that is new of it. Nothing is published, nothing here changed.

    Raises CourseTaken if a new course has the name of another, and Problem if what is here is no
    more what was shown.
    """
    additions = additions_written(by)
    with audited("training.course_brought_in", by) as change:
        course, before = beside(change.session, file, additions, locked=True)
        if wanted.code is not None and wanted.code != before.code:
            raise Problem(_NOT_AS_SHOWN, field="")
        if not _takes_anything(before, wanted):
            change.nothing()
            return CourseBrought(before.course, before)
        return _bring(change, course, before, additions, wanted, by)


def bring_library(
    files: Sequence[CourseFile], *, by: Actor
) -> tuple[list[CourseBrought], list[CourseFile], list[CourseFile]]:
    """Bring in courses of the library, in one go: what is new of each. Returns those that were
    brought in, those that were here already, and those that stay out as another course has the
    name."""
    additions = additions_written(by)
    brought: list[CourseBrought] = []
    here: list[CourseFile] = []
    taken: list[CourseFile] = []
    with audited("training.library_brought_in", by) as change:
        for file in files:
            course, before = beside(change.session, file, additions, locked=True)
            if course is not None and not _takes_anything(before, BringingDecisions()):
                here.append(file)
                continue
            try:
                brought.append(_bring(change, course, before, additions, BringingDecisions(), by))
            except CourseTaken:
                taken.append(file)
        if not brought:
            change.nothing()
    return brought, here, taken


def _takes_anything(before: Beside, wanted: BringingDecisions) -> bool:
    return (
        not before.course
        or any(_is_taken(placed, wanted) for placed in before.versions)
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
    drafts = _drafts(change, course, before, wanted)
    for addition in additions:
        if addition.name in file.additions:
            addition.store(
                change,
                course,
                file.additions[addition.name],
                differing=addition.name in wanted.additions,
                by=by,
            )
    change.about(*drafts)
    return CourseBrought(course.public_id, before, tuple(drafts))


def _drafts(change: Change, course: Course, before: Beside, wanted: BringingDecisions) -> list[str]:
    """Make a draft of each version that is taken; returns their public ids.

    What a translation is of is the draft that was made of it or, where there is none, what stood
    here before.
    """
    session = change.session
    keys = files_used([placed.version for placed in before.versions if _is_taken(placed, wanted)])
    if keys - set(files_of(keys, session)):
        # They were kept for a day, while the file was looked at.
        raise Problem(_NOT_AS_SHOWN, field="")
    last = session.scalar(
        select(func.max(CourseVersion.number)).where(CourseVersion.course_id == course.id)
    )
    number = last or 0
    drafts: dict[str, CourseVersion] = {}
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
        drafts[version.lineage] = draft
    session.flush()
    here = {
        placed.version.lineage: placed.here.public_id for placed in before.versions if placed.here
    }
    for placed in before.versions:
        source = placed.version.translates
        translation = drafts.get(placed.version.lineage)
        if translation is None or not source:
            continue
        source_draft = drafts.get(source)
        translation.translates_id = (
            source_draft.id
            if source_draft is not None
            else session.scalar(
                select(CourseVersion.id).where(CourseVersion.public_id == here[source])
            )
        )
    session.flush()
    return [draft.public_id for draft in drafts.values()]


_SAME_LANGUAGE = _l("This version is in that language already.")


def start_version(course_id: str, language: str, by: Actor) -> str:
    """Begin a new draft; returns its public id.

    It is a copy of the course's last version in that language or, where there is none, a
    translation of its last version, of which nothing is worded yet. Raises NotFound and Problem.
    """
    with audited("training.version_started", by) as change:
        session = change.session
        course = get_or_404(session, Course, course_id, lock=True)
        last = _last(session, course, language)
        source = last or _last(session, course)
        draft = _new_draft(session, course, language)
        if source is None:
            draft.public_title = course.name[:120]
        elif source is last:
            lay_out(draft, tree_of(source))
            draft.translates_id = source.translates_id
        else:
            lay_out(draft, translated(tree_of(source), None))
            draft.translates_id = source.id
        session.flush()
        change.about(course.public_id, draft.public_id)
        return draft.public_id


def translate(public_id: str, language: str, by: Actor) -> str:
    """Begin a draft that translates a version; returns its public id.

    What the course's last version in that language has for the same rows is taken from there, and
    shows as stale where the source says something else by now. Raises NotFound and Problem.
    """
    with audited("training.version_started", by) as change:
        session = change.session
        course = one_or_404(
            session.scalar(
                select(Course)
                .join(Course.versions)
                .where(CourseVersion.public_id == public_id)
                .with_for_update(of=Course)
            )
        )
        source = locked_version(session, public_id)
        if source.language == language:
            raise Problem(_SAME_LANGUAGE, field="language")
        last = _last(session, course, language)
        draft = _new_draft(session, course, language)
        lay_out(draft, translated(tree_of(source), tree_of(last) if last is not None else None))
        draft.translates_id = source.id
        session.flush()
        change.about(source.public_id, draft.public_id)
        return draft.public_id


def follow(public_id: str, source_id: str, row_version: int, by: Actor) -> None:
    """Lay a draft out anew after another version of its course, and keep its words.

    Rows that the source lacks go with their words. Raises NotFound, also if the source is of
    another course, NotADraft, Problem and ChangedMeanwhile.
    """
    with drafting("training.translation_moved_on", public_id, by, row_version) as (change, draft):
        source = locked_version(change.session, source_id)
        if source.course_id != draft.course_id:
            raise NotFound
        if source.language == draft.language:
            raise Problem(_SAME_LANGUAGE, field="language")
        lay_out(draft, translated(tree_of(source), tree_of(draft)))
        draft.translates_id = source.id
        draft.row_version += 1
        change.about(source.public_id)


def fill_draft(public_id: str, tree: CourseNode, by: Actor) -> None:
    """Give a draft all that a tree holds, in place of what it has.

    Raises NotFound, NotADraft, and ValueError if the tree is none of a version.
    """
    check_tree(tree)
    with drafting("training.version_written", public_id, by) as (_, draft):
        lay_out(draft, tree)
        draft.row_version += 1


def _last(session: Session, course: Course, language: str = "") -> CourseVersion | None:
    """The newest version of a course, or of those in a language."""
    statement = select(CourseVersion.public_id).where(CourseVersion.course_id == course.id)
    if language:
        statement = statement.where(CourseVersion.language == language)
    public_id = session.scalar(statement.order_by(CourseVersion.number.desc()).limit(1))
    return locked_version(session, public_id) if public_id is not None else None


def _new_draft(session: Session, course: Course, language: str) -> CourseVersion:
    of_course = CourseVersion.course_id == course.id
    open_draft = select(CourseVersion.id).where(
        of_course, CourseVersion.language == language, CourseVersion.state != "published"
    )
    if session.scalar(open_draft.limit(1)) is not None:
        raise Problem(_l("There is a draft in this language already. Go on with that one."))
    number = session.scalar(select(func.max(CourseVersion.number)).where(of_course)) or 0
    draft = CourseVersion(
        course_id=course.id, number=number + 1, language=language, public_title=""
    )
    session.add(draft)
    return draft


# Longer than anybody looks at a course file before bringing it in.
_SPARED = timedelta(days=1)
_AT_ONCE = 200


def attach_file(version_id: str, plan_id: str, row_id: str, content: bytes, *, by: Actor) -> None:
    """Give a material of a draft a file, in place of the one it has.

    Only the cleaned copy is kept, and once if another material has the same. Raises
    MaterialProblem, CleaningBusy, StorageError, NotFound and NotADraft.
    """
    kind, copy = cleaned_material(content)
    digest, key = hashlib.sha256(copy).hexdigest(), new_public_id()
    storage.put(key_in_store(key), copy)
    with drafting("training.file_added", version_id, by) as (change, version):
        session = change.session
        material = _material(version, plan_id, row_id)
        same = session.scalar(
            select(MaterialFile.public_id)
            .where(MaterialFile.sha256 == digest, MaterialFile.kind == kind.code)
            .with_for_update(read=True)
            .limit(1)
        )
        if same is None:
            _add(change, key, kind.code, copy)
        material.file = same or key
        session.flush()
        if _bytes_of_course(session, version.course_id) > MOST_COURSE_BYTES:
            sentence = _l("The files of this course would be larger than 12 MB together.")
            raise MaterialProblem(sentence)
        change.about(plan_id)


def remove_file(version_id: str, plan_id: str, row_id: str, *, by: Actor) -> None:
    """Take the file off a material of a draft; other versions keep theirs. Raises NotFound and
    NotADraft."""
    with drafting("training.file_removed", version_id, by) as (change, version):
        material = _material(version, plan_id, row_id)
        if not material.file:
            change.nothing()
        material.file = ""
        change.about(plan_id)


def keep_carried(files: Sequence[CarriedFile], *, by: Actor) -> None:
    """Keep what a course file carries and is not here yet, cleaned. What no material has a day
    later is deleted again.

    Raises UnreadableFile with the place of a file that cannot be kept, CleaningBusy and
    StorageError.
    """
    here = files_of(file.key for file in files)
    db.session.rollback()
    copies: list[tuple[str, str, bytes]] = []
    for at, file in enumerate(files, 1):
        if file.key in here:
            continue
        if file.content is None:
            raise UnreadableFile(ValueFault(("files", at, "content"), N_("This is missing.")))
        try:
            kind, content = cleaned_material(file.content)
        except MaterialProblem:
            raise UnreadableFile(
                ValueFault(
                    ("files", at),
                    N_("This is no file that a material can have, or no clean copy can be made."),
                )
            ) from None
        storage.put(key_in_store(file.key), content)
        copies.append((file.key, kind.code, content))
    if not copies:
        return
    with audited("training.files_brought", by) as change:
        there = files_of((key for key, _kind, _content in copies), change.session)
        for key, code, content in copies:
            if key not in there:
                _add(change, key, code, content)
                change.about(key)
        if set(there) == {key for key, _kind, _content in copies}:
            change.nothing()


def delete_unused_files(now: datetime) -> int:
    """Delete files that no material of any version has, a day after they came; how many went."""
    before = now - _SPARED
    with writing() as session:
        unused = ~exists().where(PlanRow.file == MaterialFile.public_id)
        old = session.scalars(
            select(MaterialFile.id)
            .where(MaterialFile.created_at < before, unused)
            .order_by(MaterialFile.id)
            .with_for_update()
        ).all()
        # Asked once more under lock: a material may have got one of them just now.
        gone = session.scalars(select(MaterialFile).where(MaterialFile.id.in_(old), unused)).all()
        keys = [file.public_id for file in gone]
        for file in gone:
            session.delete(file)
    for key in keys:
        storage.delete(key_in_store(key))
    _delete_orphans(before)
    return len(keys)


def _delete_orphans(before: datetime) -> None:
    """Delete bytes of which no row knows, left where something failed half-way."""
    old = (stored.key for stored in storage.list(FOLDER) if stored.changed_at < before)
    while some := list(islice(old, _AT_ONCE)):
        named = {key.rsplit("/", 1)[1]: key for key in some}
        there = files_of(named)
        db.session.rollback()
        for name, key in named.items():
            if name not in there:
                storage.delete(key)


def _add(change: Change, key: str, code: str, content: bytes) -> None:
    change.session.add(
        MaterialFile(
            public_id=key,
            kind=code,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            created_at=change.now,
        )
    )


def _material(version: CourseVersion, plan_id: str, row_id: str) -> PlanRow:
    materials = plan_in(version, plan_id).of(MATERIAL.name)
    return one_or_404({material.public_id: material for material in materials}.get(row_id))


def _bytes_of_course(session: Session, course_id: int) -> int:
    keys = (
        select(PlanRow.file)
        .join(SessionPlan, SessionPlan.id == PlanRow.plan_id)
        .join(Module, Module.id == SessionPlan.module_id)
        .join(CourseVersion, CourseVersion.id == Module.version_id)
        .where(CourseVersion.course_id == course_id, PlanRow.file != "")
    )
    return int(
        session.scalar(
            select(func.coalesce(func.sum(MaterialFile.size), 0)).where(
                MaterialFile.public_id.in_(keys)
            )
        )
        or 0
    )
