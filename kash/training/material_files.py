"""Files of materials: cleaned before they are kept, read out of the store, and joined for paper.

They are curriculum, which names nobody, and lie in the file store as they are, by their keys.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.platform import storage
from kash.platform.cleaning import (
    HEAD,
    KINDS,
    CannotClean,
    CleaningLimits,
    FileKind,
    cleaned,
    is_archive,
    kind_of,
    turn,
)
from kash.platform.confinement import NoAnswer, answer_of, ended, in_memory, start
from kash.platform.database import db
from kash.platform.web import Problem
from kash.training.models import MaterialFile
from kash.training.rules.course_files import MOST_FILE_BYTES, TAKEN_KINDS

FOLDER = "materials"
_CHILD = "kash.training.joining_child"
_LIMITS = CleaningLimits(seconds=60)


class MaterialProblem(Problem):
    """A file that no material can have."""

    status = 422
    field = "file"
    sentence = _l("This is no file that a material can have. Send a PDF, JPEG, PNG or WebP.")


_TOO_LARGE = _l("This file is larger than 5 MB. Make its pictures smaller, or split it.")


class NotJoined(Problem):
    """Files that cannot be put behind a hand-out."""

    sentence = _l(
        "The hand-out could not be put together with its files. Download them one by one on the"
        " pages of the sessions."
    )


def cleaned_material(content: bytes) -> tuple[FileKind, bytes]:
    """The kind and the bytes of a file's cleaned copy. Raises MaterialProblem and CleaningBusy."""
    if not content:
        raise MaterialProblem(_l("Choose a file first."))
    if len(content) > MOST_FILE_BYTES:
        raise MaterialProblem(_TOO_LARGE)
    head = content[:HEAD]
    if is_archive(head):
        raise MaterialProblem(
            _l(
                "Slides and office documents are not taken as they are. Save them as PDF, then"
                " bring that."
            )
        )
    kind = kind_of(head)
    if kind is None or kind.code not in TAKEN_KINDS:
        raise MaterialProblem
    try:
        with cleaned([content], kind) as (becomes, pieces):
            copy = b"".join(pieces)
    except CannotClean:
        raise MaterialProblem(
            _l(
                "No clean copy of this file can be made: it may be damaged, locked with a password,"
                " have more than 1,000 pages, or unpack to more than 200 MB."
            )
        ) from None
    if becomes.code not in TAKEN_KINDS:
        raise MaterialProblem
    if len(copy) > MOST_FILE_BYTES:
        raise MaterialProblem(_TOO_LARGE)
    return becomes, copy


def key_in_store(key: str) -> str:
    """Where the bytes of a file lie in the file store."""
    return f"{FOLDER}/{key}"


def named_keys() -> set[str]:
    """The keys in the file store of all files that a row names."""
    return {key_in_store(key) for key in db.session.scalars(select(MaterialFile.public_id))}


def files_of(keys: Iterable[str], session: Session | None = None) -> dict[str, MaterialFile]:
    """Files by their keys; one query, none if there are no keys."""
    wanted = {key for key in keys if key}
    if not wanted:
        return {}
    rows = (session or db.session()).scalars(
        select(MaterialFile).where(MaterialFile.public_id.in_(wanted))
    )
    return {file.public_id: file for file in rows}


def content_of(file: MaterialFile) -> bytes:
    """The bytes of a file. Raises StorageError."""
    return storage.get(key_in_store(file.public_id))


def type_of(file: MaterialFile) -> tuple[str, str]:
    """The media type and the ending of a file's name."""
    kind = KINDS[file.kind]
    return kind.type, kind.extension


def joined(pdfs: Sequence[bytes]) -> bytes:
    """Several PDFs one behind the other, as the first one. Raises NotJoined and CleaningBusy."""
    sizes = json.dumps([len(pdf) for pdf in pdfs]).encode() + b"\n"
    with turn(), in_memory([sizes, *pdfs]) as descriptor:
        try:
            child = start(
                _CHILD, (_LIMITS.megabytes, _LIMITS.seconds, descriptor), descriptors=[descriptor]
            )
        except NoAnswer:
            raise NotJoined from None
        try:
            return b"".join(answer_of(child, _LIMITS.seconds, 4 * sum(map(len, pdfs)) + 65536))
        except NoAnswer:
            raise NotJoined from None
        finally:
            ended(child)
