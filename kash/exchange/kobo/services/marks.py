"""Attendance that came by forms: kept until whoever runs the workshop has looked at it, and taken
over by the service by which a phone's marks are. Nothing of it is a mark before that. What stands
on a register is replaced only where both were shown and somebody chose. Encrypted submissions,
opened in the memory of one request and filed as reports. The file comes as a phone's tool saved
it, and everything of it is sealed when the request ends: neither what was encrypted nor what was
opened is written anywhere."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.attendance.register import lock_register
from kash.attendance.rules.marking import Operation, Reply
from kash.attendance.services.marking import apply_in
from kash.attendance.sources import MarkSource
from kash.exchange.kobo.models import ATTENDANCE, KoboForm, KoboMark, SubmissionKey
from kash.exchange.kobo.queries import (
    FORM_KNOWN,
    MARKS,
    NOT_RUNNING,
    OtherFile,
    attendance_form_of,
    said_by,
    suggested,
)
from kash.exchange.kobo.rules.forms import (
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
from kash.exchange.kobo.rules.marks import (
    MOST_TICKED,
    OPEN,
    MarksState,
    RowProblem,
    SaidSession,
    Submitted,
    SuggestedMark,
    Suggestions,
    answers_of,
    brought,
    newest,
    refuse_other_forms,
    row_of_export,
    submissions_of,
)
from kash.incidents.queries.cases import marks_told
from kash.incidents.rules.record import Record
from kash.incidents.services.documentation import SentPage, add_case
from kash.incidents.services.evidence import Received, add_evidence
from kash.incidents.services.saved_views import NobodyHoldsKeys
from kash.people.connections.queries import connection_on
from kash.people.lists.services import read_file
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
    seal,
)
from kash.platform.vault.audit import Change
from kash.platform.web.errors import Problem, one_or_404
from kash.policy import Actor
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import may_mark_register
from kash.workshops.services.timetable import WorkshopCancelled

MOST_BYTES = 2 * 1024 * 1024
SOURCE = MarkSource("kobo", _l("from KoboToolbox, typed on a phone at %(time)s"))
# Fixed for ever: the same marks, taken over twice, are the same operations.
_TAKEN = uuid.UUID("6f0c2a4e-4f1e-4a6b-9a0e-6d2c7b1b8f35")
_TITLE = 120


def name_form(workshop: str, connection: str, asset: str, by: Actor) -> str:
    """Say which form of a connection that is on holds the attendance of a workshop; the form's
    public id. Raises NotFound, NotRunning, NotOn and FormKnown."""
    try:
        with audited("kobo.form_added", by) as change:
            session = change.session
            found = _run_by(session, workshop, by)
            server = connection_on("kobo", connection, session)
            form = _form_for(change, found, by)
            form.connection_id, form.asset, form.columns = server.id, asset, []
            session.flush()
            change.about(form.public_id, server.public_id, workshop)
            return form.public_id
    except IntegrityError:
        raise Problem(FORM_KNOWN, field="asset", status=422) from None


def bring_file(workshop: str, content: bytes, by: Actor) -> Submitted:
    """Keep what an export of a workshop's form says, beside what came before. Raises NotFound,
    NotRunning, OtherFile and FileUnreadable."""
    sessions = _sessions_in(content)
    with audited("kobo.rows_brought", by) as change:
        found = _run_by(change.session, workshop, by)
        form = _form_for(change, found, by)
        return _keep(change, form, sessions, whole=False)


def _sessions_in(content: bytes) -> list[SaidSession]:
    sheet = max(read_file(content).sheets, key=lambda one: len(one.rows))
    lines = [[_cell(cell) for cell in cells] for _number, cells in sheet.rows]
    rows = [row_of_export(lines[0], line, at) for at, line in enumerate(lines[1:], 1)]
    try:
        answered, _copies = newest(answers_of(row, MOST_TICKED) for row in rows)
        sessions = submissions_of(rows, answered)
        refuse_other_forms(sessions)
    except RowProblem:
        raise OtherFile from None
    if not sessions:
        raise OtherFile
    return sessions


def _cell(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() else str(cell)
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def keep_sessions(
    form: KoboForm,
    sessions: Sequence[SaidSession],
    columns: Sequence[str],
    by: Actor,
    *,
    whole: bool,
) -> Submitted:
    """Keep what the rows of a form say. Raises NotRunning."""
    with audited("kobo.rows_brought", by) as change:
        kept = one_or_404(
            change.session.scalar(
                select(KoboForm).where(KoboForm.public_id == form.public_id).with_for_update()
            )
        )
        workshop = one_or_404(kept.workshop)
        _run_by(change.session, workshop.public_id, by)
        kept.columns = list(columns)
        return _keep(change, kept, sessions, whole=whole)


def _keep(
    change: Change, form: KoboForm, sessions: Sequence[SaidSession], *, whole: bool
) -> Submitted:
    came = brought(said_by(form), sessions, whole=whole)
    text = json.dumps([one.as_data() for one in came.sessions], ensure_ascii=False)
    form.marks_sealed = seal(text, kind=MARKS, public_id=form.public_id)
    form.rows_count, form.new_count, form.edited_count = len(came.sessions), came.new, came.edited
    form.fetched_at = change.now
    _count_waiting(change.session, form)
    change.about(form.public_id)
    return came


def _count_waiting(session: Session, form: KoboForm) -> None:
    session.flush()
    found = suggested(form, one_or_404(form.workshop), session)
    form.waiting = len(found.open) + found.counts.get(MarksState.BLOCKED, 0)


def _run_by(session: Session, workshop: str, by: Actor) -> Workshop:
    """A workshop that this actor runs and that was not cancelled."""
    found = one_or_404(session.scalar(select(Workshop).where(Workshop.public_id == workshop)))
    if may_mark_register(session, found.register_id, by) is None:
        raise Problem(NOT_RUNNING)
    if found.state == "cancelled":
        raise WorkshopCancelled
    return found


def _form_for(change: Change, workshop: Workshop, by: Actor) -> KoboForm:
    """The form of a workshop's attendance, made if there is none."""
    session = change.session
    found = attendance_form_of(workshop.id, session)
    if found is None:
        found = KoboForm(
            purpose=ATTENDANCE,
            asset="",
            title=workshop.title[:_TITLE],
            workshop_id=workshop.id,
            created_by=by.public_id,
            created_at=change.now,
        )
        session.add(found)
        session.flush()
    return found


def choose_marks(workshop: str, choices: Mapping[str, str], by: Actor) -> None:
    """Keep what was chosen for places (by key): a status that is said there, "" to leave it out.
    Nothing of it is a mark. Raises NotFound, NotRunning, WorkshopCancelled."""
    with audited("kobo.marks_chosen", by) as change:
        session = change.session
        found = _run_by(session, workshop, by)
        form = _locked(session, found)
        decisions = _Decisions(session, form)
        offered = {
            one.key: one
            for one in suggested(form, found, session).marks
            if one.state in OPEN or one.state is MarksState.OUT
        }
        changed = False
        for key, choice in choices.items():
            one = offered.get(key)
            if one is None or (choice and choice not in one.said):
                continue
            row = decisions.on(one)
            told = " ".join(one.said)
            changed = changed or (row.draft, row.draft_said) != (choice, told)
            row.draft, row.draft_said = choice, told
        if not changed:
            change.nothing()
        change.about(form.public_id)


class _Decisions:
    """The decisions on what a form says, by place; one is made where there was none."""

    def __init__(self, session: Session, form: KoboForm) -> None:
        self._session, self._form = session, form
        rows = session.scalars(select(KoboMark).where(KoboMark.form_id == form.id))
        self._rows = {(row.slot, row.entry): row for row in rows}

    def on(self, one: SuggestedMark) -> KoboMark:
        """The decision on one place."""
        place = (one.slot, one.entry)
        if place not in self._rows:
            self._rows[place] = KoboMark(
                form_id=self._form.id, slot=one.slot, entry=one.entry, draft_said=""
            )
            self._session.add(self._rows[place])
        return self._rows[place]


def _locked(session: Session, workshop: Workshop) -> KoboForm:
    """The form of a workshop's attendance, held until the transaction ends. Raises NotFound."""
    asked = select(KoboForm).where(KoboForm.workshop_id == workshop.id).with_for_update()
    return one_or_404(session.scalar(asked))


@dataclass(frozen=True)
class Taken:
    """How many marks were taken over, left out, and refused by the register."""

    taken: int
    left: int
    refused: int


def digest_of(found: Suggestions) -> str:
    """Digest of what would be taken over and left out, and of what stands there."""
    told = [
        [one.slot, one.entry, list(one.said), one.choice, one.standing.version, one.state]
        for one in found.open
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def take_marks(workshop: str, seen: str, by: Actor) -> Taken:
    """Take over what was shown under a digest, and leave the rest of it out.

    Raises NotFound, NotRunning, WorkshopCancelled, MarksChanged and NothingToTake.
    """
    with audited("kobo.marks_taken", by) as change:
        session = change.session
        found = _run_by(session, workshop, by)
        held = lock_register(session, found.register.public_id)
        form = _locked(session, found)
        shown = suggested(form, found, session)
        if digest_of(shown) != seen:
            raise Problem(
                _l(
                    "Rows came, or somebody marked the register, since this was"
                    " shown. Nothing was saved: look"
                    " at it again."
                )
            )
        if not shown.open:
            raise Problem(_l("Nothing waits here. Nothing was saved."))
        chosen = [one for one in shown.open if one.choice]
        operations = [
            Operation(
                op_id=str(uuid.uuid5(_TAKEN, _name_of(form, one))),
                slot=one.slot,
                entry=one.entry,
                status=one.choice,
                expected_version=one.standing.version,
                device_time=one.at or change.now,
                device=SOURCE.device(form.public_id),
            )
            for one in chosen
        ]
        answers = apply_in(change, held, operations, by).answers
        made = {
            (answer.slot, answer.entry)
            for answer in answers
            if answer.answer in (Reply.APPLIED, Reply.DUPLICATE)
        }
        left = [one for one in shown.open if not one.choice]
        decisions = _Decisions(session, form)
        for one in [*left, *(one for one in chosen if (one.slot, one.entry) in made)]:
            row = decisions.on(one)
            row.state = "accepted" if one.choice else "out"
            row.said, row.choice = " ".join(one.said), one.choice
            row.draft, row.draft_said = None, ""
            row.decided_by, row.decided_at = by.public_id, change.now
        _count_waiting(session, form)
        change.about(held.public_id, form.public_id)
        return Taken(len(made), len(left), len(chosen) - len(made))


def _name_of(form: KoboForm, one: SuggestedMark) -> str:
    return f"{form.public_id}:{one.slot}:{one.entry}:{one.choice}:{one.standing.version}"


KIND = "submission_key"
SUBMISSIONS_MOST_BYTES = 32 * 1024 * 1024
_CHILD = "kash.exchange.kobo.submissions_child"
_MEGABYTES, _SECONDS, _MOST_ANSWERED = 1024, 30, 128 * 1024 * 1024
_MOST_TOLD = 18_000


_NO_SUBMISSIONS = _l(
    "This is no ZIP file of encrypted submissions, or one of more than 200. Nothing was brought in."
)


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
        raise Problem(
            _l("Make a key first, and put it into the settings of the form."),
            field="file",
            status=422,
        )
    found = _asked(content, "unpack")
    if not found:
        raise Problem(_NO_SUBMISSIONS, field="file", status=422)
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
        raise Problem(_NO_SUBMISSIONS, field="file", status=422) from None


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
        add_evidence(by, vault, reference, said, io.BytesIO(plain), SUBMISSIONS_MOST_BYTES)
    except Problem:
        return False
    return True
