"""Files of forums: papers of an agenda, evidence of an action and signed minutes, cleaned and
sealed under the server's keys.

They may say who met, so they lie nowhere in clear.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, union_all

from kash.forums.models import ActionNote, AgendaPaper, SignedCopy
from kash.platform import storage
from kash.platform.cleaning import KINDS
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.vault import open_file, seal_file
from kash.training.material_files import MaterialProblem, cleaned_material
from kash.training.rules.course_files import MOST_FILE_BYTES

MOST_BYTES = MOST_FILE_BYTES
_KIND = "forums.file"
_FOLDER = "forum-files"
# Longer than any upload takes: its row is written at the end.
_SPARED = timedelta(days=1)
_AT_ONCE = 200


@dataclass(frozen=True)
class ForumFile:
    """A file that was cleaned and stored; the caller sets it down."""

    public_id: str
    kind: str
    size: int


def key_of(public_id: str) -> str:
    """Where a file lies in the file store."""
    return f"{_FOLDER}/{public_id}"


def store(content: bytes) -> ForumFile:
    """Clean a file and store it sealed. Raises MaterialProblem, CleaningBusy and StorageError."""
    try:
        kind, cleaned = cleaned_material(content)
    except MaterialProblem as problem:
        # That of materials speaks of them.
        if type(problem) is MaterialProblem:
            raise MaterialProblem(
                _l("This kind of file is not taken. Send a PDF, JPEG, PNG or WebP.")
            ) from None
        raise
    public_id = new_public_id()
    sealed = seal_file(io.BytesIO(cleaned), kind=_KIND, public_id=public_id)
    storage.put(key_of(public_id), b"".join(sealed))
    return ForumFile(public_id, kind.code, len(cleaned))


def content_of(public_id: str) -> bytes:
    """The bytes of a file. Raises StorageError and SealError."""
    sealed = io.BytesIO(storage.get(key_of(public_id)))
    return b"".join(open_file(sealed, kind=_KIND, public_id=public_id))


def type_of(kind: str) -> tuple[str, str]:
    """The media type and the ending of a file's name, by its kind."""
    return KINDS[kind].type, KINDS[kind].extension


def forget(public_id: str) -> None:
    """Delete a file."""
    storage.delete(key_of(public_id))


def named_keys() -> set[str]:
    """The keys of all files that a row names."""
    of_all = union_all(
        select(AgendaPaper.public_id),
        select(ActionNote.public_id).where(ActionNote.kind != ""),
        select(SignedCopy.public_id),
    )
    return {key_of(public_id) for public_id in db.session.scalars(of_all)}


def delete_orphans() -> None:
    """Delete files that no row names: those of an item that was taken off, or of an upload that
    failed half-way."""
    before = utc_now() - _SPARED
    old = (file.key for file in storage.list(_FOLDER) if file.changed_at < before)
    while keys := list(islice(old, _AT_ONCE)):
        named = {key.rsplit("/", 1)[1]: key for key in keys}
        there = set(
            db.session.scalars(
                union_all(
                    select(AgendaPaper.public_id).where(AgendaPaper.public_id.in_(named)),
                    select(ActionNote.public_id).where(ActionNote.public_id.in_(named)),
                    select(SignedCopy.public_id).where(SignedCopy.public_id.in_(named)),
                )
            )
        )
        db.session.rollback()
        for public_id, key in named.items():
            if public_id not in there:
                storage.delete(key)
