"""Bringing and removing files of materials, and deleting what no material has any more."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from kash.platform import storage
from kash.platform.catalogue import N_
from kash.platform.database import db, new_public_id, writing
from kash.platform.vault import Change, audited
from kash.platform.web import NotFound
from kash.policy import Actor
from kash.training.material_files import (
    FOLDER,
    MaterialProblem,
    cleaned_material,
    files_of,
    key_in_store,
)
from kash.training.models import CourseVersion, MaterialFile, Module, PlanRow, SessionPlan
from kash.training.rules.carried_files import MOST_COURSE_BYTES, CarriedFile
from kash.training.rules.fields import MATERIAL
from kash.training.rules.plain_values import UnreadableFile, ValueFault
from kash.training.services.sessions import plan_in
from kash.training.services.versions import locked_draft

# Longer than anybody looks at a course file before bringing it in.
_SPARED = timedelta(days=1)
_AT_ONCE = 200


class CourseFilesFull(MaterialProblem):
    """More bytes than the files of a course may have together."""

    sentence = _l("The files of this course would be larger than 12 MB together.")


def attach_file(version_id: str, plan_id: str, row_id: str, content: bytes, *, by: Actor) -> None:
    """Give a material of a draft a file, in place of the one it has.

    Only the cleaned copy is kept, and once if another material has the same. Raises
    MaterialProblem, CleaningBusy, StorageError, NotFound and NotADraft.
    """
    kind, made = cleaned_material(content)
    digest, key = hashlib.sha256(made).hexdigest(), new_public_id()
    storage.put(key_in_store(key), made)
    with audited("training.file_added", by) as change:
        session = change.session
        version = locked_draft(session, version_id)
        row = _material(version, plan_id, row_id)
        same = session.scalar(
            select(MaterialFile.public_id)
            .where(MaterialFile.sha256 == digest, MaterialFile.kind == kind.code)
            .with_for_update(read=True)
            .limit(1)
        )
        if same is None:
            _add(change, key, kind.code, made)
        row.file = same or key
        session.flush()
        if _bytes_of_course(session, version.course_id) > MOST_COURSE_BYTES:
            raise CourseFilesFull
        change.about(version.public_id, plan_id)


def remove_file(version_id: str, plan_id: str, row_id: str, *, by: Actor) -> None:
    """Take the file off a material of a draft; other versions keep theirs. Raises NotFound and
    NotADraft."""
    with audited("training.file_removed", by) as change:
        version = locked_draft(change.session, version_id)
        row = _material(version, plan_id, row_id)
        if not row.file:
            change.nothing()
        row.file = ""
        change.about(version.public_id, plan_id)


def keep_carried(files: Sequence[CarriedFile], *, by: Actor) -> None:
    """Keep what a course file carries and is not here yet, cleaned. What no material has a day
    later is deleted again.

    Raises UnreadableFile with the place of a file that cannot be kept, CleaningBusy and
    StorageError.
    """
    here = files_of(one.key for one in files)
    db.session.rollback()
    made: list[tuple[str, str, bytes]] = []
    for at, one in enumerate(files, 1):
        if one.key in here:
            continue
        if one.content is None:
            raise UnreadableFile(ValueFault(("files", at, "content"), N_("This is missing.")))
        try:
            kind, content = cleaned_material(one.content)
        except MaterialProblem:
            raise UnreadableFile(
                ValueFault(
                    ("files", at),
                    N_("This is no file that a material can have, or no clean copy can be made."),
                )
            ) from None
        storage.put(key_in_store(one.key), content)
        made.append((one.key, kind.code, content))
    if not made:
        return
    with audited("training.files_brought", by) as change:
        there = files_of((key for key, _kind, _content in made), change.session)
        for key, code, content in made:
            if key not in there:
                _add(change, key, code, content)
                change.about(key)
        if set(there) == {key for key, _kind, _content in made}:
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
        keys = [one.public_id for one in gone]
        for one in gone:
            session.delete(one)
    for key in keys:
        storage.delete(key_in_store(key))
    _delete_orphans(before)
    return len(keys)


def _delete_orphans(before: datetime) -> None:
    """Delete bytes of which no row knows, left where something failed half-way."""
    old = (found.key for found in storage.list(FOLDER) if found.changed_at < before)
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
    for row in plan_in(version, plan_id).of(MATERIAL.name):
        if row.public_id == row_id:
            return row
    raise NotFound


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
