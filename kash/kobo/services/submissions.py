"""Encrypted submissions, opened in the memory of one request and filed as reports.

The file comes as a phone's tool saved it, and everything of it is sealed when the request ends:
neither what was encrypted nor what was opened is written anywhere.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.incidents.errors import NobodyHoldsKeys
from kash.incidents.queries.cases import marks_told
from kash.incidents.rules.record import Record
from kash.incidents.services.documentation import SentPage, add_case
from kash.incidents.services.evidence import Received, add_evidence
from kash.kobo.models import SubmissionKey
from kash.kobo.rules.encrypted import (
    Altered,
    EncryptedProblem,
    Manifest,
    OpenedFiles,
    OtherKey,
    PartMissing,
    new_private_key,
    open_submission,
    public_key_of,
)
from kash.platform.confinement import NoAnswer, answered
from kash.platform.database import db
from kash.platform.vault import (
    NobodyCanOpen,
    OpenVault,
    SealedDocument,
    audited,
    fetch,
    file_document,
    open_document,
)
from kash.platform.web.errors import Problem
from kash.policy import Actor

KIND = "submission_key"
MOST_BYTES = 32 * 1024 * 1024
_CHILD = "kash.kobo.submissions_child"
_MEGABYTES, _SECONDS, _MOST_ANSWERED = 1024, 30, 128 * 1024 * 1024
_MOST_TOLD = 18_000


class NoSubmissions(Problem):
    """The file holds no encrypted submissions."""

    field = "file"
    status = 422
    sentence = _l(
        "This is no ZIP file of encrypted submissions, or one of more than 200. Nothing was"
        " brought in."
    )


class NoKeyYet(Problem):
    """There is no key to which anything could have been encrypted."""

    field = "file"
    status = 422
    sentence = _l("Make a key first, and put it into the settings of the form.")


class StaysShut(StrEnum):
    """Reasons why one submission was not opened."""

    UNREADABLE = "unreadable"
    OTHER_KEY = "other_key"
    PART_MISSING = "part_missing"
    ALTERED = "altered"
    EMPTY = "empty"


@dataclass
class BroughtSubmissions:
    """Outcome of a file: the references of reports that were filed, how many were here already,
    how many attachments came along as evidence and how many were refused, and which submissions
    were not opened, by their place."""

    filed: list[str] = field(default_factory=list)
    known: int = 0
    attached: int = 0
    refused: int = 0
    closed: list[tuple[int, StaysShut]] = field(default_factory=list)


def make_key(by: Actor) -> str:
    """Make a key to which phones encrypt from now on; its public half. Raises NobodyHoldsKeys."""
    private = new_private_key()
    public = public_key_of(private)
    try:
        with audited("kobo.key_made", by) as change:
            document = file_document(change.session, KIND, private)
            made = SubmissionKey(
                public_key=public,
                document_id=document.id,
                made_by=by.public_id,
                made_at=change.now,
            )
            change.session.add(made)
            change.session.flush()
            change.about(made.public_id)
    except NobodyCanOpen:
        raise NobodyHoldsKeys from None
    return public


def present_key() -> SubmissionKey | None:
    """The key to which phones encrypt now."""
    return db.session.scalar(select(SubmissionKey).order_by(SubmissionKey.id.desc()).limit(1))


def _private_keys(vault: OpenVault) -> list[bytes]:
    """The private halves of all keys, the newest first."""
    documents = db.session.scalars(
        select(SealedDocument.public_id)
        .join(SubmissionKey, SubmissionKey.document_id == SealedDocument.id)
        .order_by(SubmissionKey.id.desc())
    ).all()
    sealed = {one.place.public_id: one for one in fetch(db.session(), *documents, kind=KIND)}
    return [open_document(vault, sealed[name]) for name in documents if name in sealed]


def bring_submissions(
    content: bytes, by: Actor, vault: OpenVault, language: str
) -> BroughtSubmissions:
    """File each submission of an archive as a report, unless it is here already.

    One that cannot be opened stops none of the others. Raises NoSubmissions, NoKeyYet,
    NobodyHoldsKeys.
    """
    keys = _private_keys(vault)
    if not keys:
        raise NoKeyYet
    found = _asked(content, "unpack")
    if not found:
        raise NoSubmissions
    outcome = BroughtSubmissions()
    opened: list[tuple[int, Manifest, OpenedFiles]] = []
    for place, one in enumerate(found, 1):
        if one["manifest"] is None:
            outcome.closed.append((place, StaysShut.UNREADABLE))
            continue
        manifest = Manifest(**{**one["manifest"], "media": tuple(one["manifest"]["media"])})
        parts = {name: base64.b64decode(sealed) for name, sealed in one["files"].items()}
        try:
            opened.append((place, manifest, _opened(manifest, parts, keys)))
        except EncryptedProblem as problem:
            outcome.closed.append((place, _reason(problem)))
    answers = [base64.b64encode(files.answers).decode() for _at, _manifest, files in opened]
    read = _asked(json.dumps(answers).encode(), "answers") if answers else []
    known = marks_told(vault, {_mark(manifest) for _at, manifest, _files in opened})
    for (place, manifest, files), said in zip(opened, read or [None] * len(opened), strict=True):
        mark = _mark(manifest)
        if said is None or (said["instance"] or manifest.instance_id) != manifest.instance_id:
            outcome.closed.append((place, StaysShut.ALTERED if said else StaysShut.UNREADABLE))
        elif not said["answers"]:
            outcome.closed.append((place, StaysShut.EMPTY))
        elif mark in known:
            outcome.known += 1
        else:
            known.add(mark)
            reference = _filed(said["answers"], mark, by, vault, language)
            outcome.filed.append(reference)
            for name, plain in files.media.items():
                if _attached(reference, name, plain, by, vault):
                    outcome.attached += 1
                else:
                    outcome.refused += 1
    outcome.closed.sort()
    return outcome


def _asked(content: bytes, step: str) -> Any:
    try:
        return json.loads(
            answered(
                _CHILD,
                [_MEGABYTES, _SECONDS, step],
                content,
                seconds=_SECONDS,
                most=_MOST_ANSWERED,
            )
        )
    except (NoAnswer, ValueError):
        raise NoSubmissions from None


def _opened(manifest: Manifest, files: Mapping[str, bytes], keys: Sequence[bytes]) -> OpenedFiles:
    for key in keys:
        try:
            return open_submission(manifest, files, key)
        except OtherKey:
            continue
    raise OtherKey


def _reason(problem: EncryptedProblem) -> StaysShut:
    if isinstance(problem, OtherKey):
        return StaysShut.OTHER_KEY
    if isinstance(problem, PartMissing):
        return StaysShut.PART_MISSING
    return StaysShut.ALTERED if isinstance(problem, Altered) else StaysShut.UNREADABLE


def _mark(manifest: Manifest) -> str:
    """By what a submission is known again within a report."""
    return f"[{manifest.instance_id}]"


def _filed(
    answers: Sequence[Sequence[str]], mark: str, by: Actor, vault: OpenVault, language: str
) -> str:
    told = "\n".join(f"{question}: {said}" for question, said in answers)[:_MOST_TOLD]
    token = hashlib.sha256(f"submission:{mark}".encode()).hexdigest()[:32]
    written = SentPage(Record(narrative=f"{told}\n{mark}"), token, submit=True)
    return add_case(by, vault, written, language)


def _attached(reference: str, name: str, plain: bytes, by: Actor, vault: OpenVault) -> bool:
    """Keep an attachment as evidence; False if it is of a kind that is never taken."""
    said = Received(label=name[:80], uploaded_name=name[:120])
    try:
        add_evidence(by, vault, reference, said, io.BytesIO(plain), MOST_BYTES)
    except Problem:
        return False
    return True
