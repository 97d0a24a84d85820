"""Files of evidence that belong to nothing: left by a process that was killed, or by a store that
could not delete. They hold ciphertext whose key is gone. Files of evidence on their way into the
store and out of it: piece by piece, and always sealed. Of an original no more than a few pieces
are in memory; a copy is cleaned in memory, one at a time. Nothing here writes to the database, or
to a disk in clear. Evidence: adding it, opening it, noting through whose hands it goes, and
removing it. A file streams into the store first, under a key that exists only in memory; one
transaction at the end files the document that holds the key and names it in the case. Whatever
goes wrong before leaves nothing but ciphertext without a key, which is deleted at once or by an
hourly chore."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import chain, groupby, islice
from typing import IO, Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from kash.incidents.models import Remains
from kash.incidents.queries.cases import Case, open_case
from kash.incidents.queries.mediation import KIND, OpenEvidence, documents_there, open_evidence
from kash.incidents.rules.case_file import CourtPaper, who_keeps_it, whom_it_shows
from kash.incidents.rules.casework import REMOVE
from kash.incidents.rules.parts import CustodyEvent, Evidence, RemovedEvidence, StoredCopy
from kash.incidents.rules.record import Record
from kash.incidents.rules.totals import (
    CLEANED,
    ORIGINAL,
    EvidenceFile,
    as_bytes,
    file_key,
    file_keys,
    next_number,
)
from kash.incidents.services.cases import changing, locked_incident, save_record
from kash.incidents.services.consents import refuse_unasked
from kash.incidents.services.saved_views import (
    STAYS_HERE,
    CaseChangedMeanwhile,
    EvidenceDamaged,
    NotNow,
)
from kash.incidents.services.second_member import agreed
from kash.platform import storage
from kash.platform.cleaning import HEAD, KINDS, CannotClean, FileKind, cleaned, is_archive, kind_of
from kash.platform.database import after_commit, db, new_public_id, utc_now
from kash.platform.vault import (
    Change,
    CompartmentName,
    NoSuchDocument,
    OpenVault,
    SavedMeanwhile,
    SealError,
    SealingPlace,
    audited,
    file_document,
    keep_keys,
    key_of,
    new_key,
    open_file_under,
    save_document,
    seal_file_under,
    shred,
)
from kash.platform.web.bodies import too_large
from kash.platform.web.errors import NotFound, Problem
from kash.policy import Actor

# Longer than the slowest upload: its document is filed only at its end.
_SPARED = timedelta(days=1)
_AT_ONCE = 200


def delete_orphans() -> None:
    """Delete files whose document does not exist, and what was never written to its end."""
    before = utc_now() - _SPARED
    storage.clear_unfinished(before)
    old = (stored.key for stored in storage.list("evidence") if stored.changed_at < before)
    while keys := list(islice(old, _AT_ONCE)):
        by_document = groupby(sorted(keys), key=_document_of)
        belonging = {document: list(files) for document, files in by_document}
        there = documents_there(belonging)
        db.session.rollback()
        for document, files in belonging.items():
            if document not in there:
                for key in files:
                    storage.delete(key)


def _document_of(key: str) -> str:
    return key.split("/")[1]


_PIECE = 64 * 1024


class _Measured:
    """Pieces that are counted and hashed as they pass."""

    def __init__(self, pieces: Iterable[bytes], most: int | None = None) -> None:
        self._pieces = pieces
        self._most = most
        self._hash = hashlib.sha256()
        self._size = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self._size += len(piece)
            if self._most is not None and self._size > self._most:
                raise too_large(self._most)
            self._hash.update(piece)
            yield piece

    def copy(self, code: str) -> StoredCopy:
        """Copy as it was measured, once all has passed."""
        return StoredCopy(code=code, size=self._size, sha256=self._hash.hexdigest())


def _read(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.read(_PIECE):
        yield piece


def _beginning(pieces: Iterator[bytes]) -> bytes:
    read = b""
    while len(read) < HEAD and (piece := next(pieces, b"")):
        read += piece
    return read


def _kind_taken(head: bytes) -> FileKind:
    if not head:
        raise Problem(_l("This file is empty. Nothing was kept."), field="file", status=422)
    if is_archive(head):
        raise Problem(
            _l(
                "This is a zip or another archive. Take the files out of it and add them one by "
                "one. Nothing was kept."
            ),
            field="file",
            status=415,
        )
    kind = kind_of(head)
    if kind is None:
        raise Problem(
            _l(
                "Photos, scans, sound, video and PDF can be added. This file is something else. "
                "Nothing was kept."
            ),
            field="file",
            status=415,
        )
    return kind


def keep_original(
    place: SealingPlace, key: bytes, stream: IO[bytes], most: int
) -> tuple[FileKind, StoredCopy]:
    """Seal a file into the store while it arrives; its kind, by its content, and its measure.

    Raises Problem before anything is stored, BodyTooLarge past `most` bytes, and StorageError.
    """
    pieces = _read(stream)
    head = _beginning(pieces)
    kind = _kind_taken(head)
    measured = _Measured(chain([head], pieces), most)
    _put(place, key, ORIGINAL, measured)
    return kind, measured.copy(kind.code)


def keep_cleaned(place: SealingPlace, key: bytes, kind: FileKind) -> StoredCopy | None:
    """Make and seal the cleaned copy of the original as it lies in the store.

    None if that kind or that file cannot be cleaned. Raises StorageError, EvidenceDamaged and
    CleaningBusy.
    """
    if not kind.cleaner:
        return None
    stored = storage.stream(file_key(place.public_id, ORIGINAL))
    original = open_file_under(key, place, ORIGINAL, stored)
    try:
        with cleaned(original, kind) as (becomes, pieces):
            measured = _Measured(pieces)
            _put(place, key, CLEANED, measured)
    except CannotClean:
        return None
    except SealError:
        raise EvidenceDamaged from None
    return measured.copy(becomes.code)


def _put(place: SealingPlace, key: bytes, part: str, pieces: Iterable[bytes]) -> None:
    sealed = seal_file_under(key, place, part, pieces)
    storage.put(file_key(place.public_id, part), sealed)


def opened(place: SealingPlace, key: bytes, part: str) -> Iterator[bytes]:
    """The pieces of a copy; what is wrong with its beginning is said before the first is used.

    Raises EvidenceDamaged and StorageError. What is cut off is missed only at the end: tell the
    receiver how long it must be.
    """
    try:
        pieces = open_file_under(key, place, part, storage.stream(file_key(place.public_id, part)))
        first = next(pieces, b"")
    except (SealError, storage.FileMissing):
        raise EvidenceDamaged from None
    return chain([first], pieces)


def delete_files(document: str) -> None:
    """Delete what lies in the store of a piece of evidence. What cannot be deleted now is without
    a key, and goes with the next chore."""
    for key in file_keys(document):
        with suppress(storage.StorageError):
            storage.delete(key)


@dataclass(frozen=True)
class Received:
    """Receipt of a file as the member tells it who adds it: what it shows, who she has it from and
    when she got it, and what its file was called."""

    label: str = ""
    note: str = ""
    received_from: str = ""
    received_on: datetime | None = None
    uploaded_name: str = ""


@dataclass(frozen=True)
class Handed:
    """One copy on its way to a member: what it is, how long, and its pieces."""

    number: int
    kind: FileKind
    size: int
    pieces: Iterator[bytes] = field(repr=False)


# --- Adding -----------------------------------------------------------------------------------


def add_evidence(
    by: Actor, vault: OpenVault, reference: str, said: Received, stream: IO[bytes], most: int
) -> str:
    """Take in a file of at most `most` bytes; the public id of its document.

    Raises NotFound, NotNow, Problem, BodyTooLarge, StorageError and CleaningBusy; then nothing was
    kept.
    """
    _refuse_if_over(open_case(by, vault, reference))
    # No transaction stays open for as long as a slow line takes.
    db.session.rollback()
    place = SealingPlace(CompartmentName.CASE, KIND, new_public_id())
    key = new_key()
    try:
        kind, original = keep_original(place, key, stream, most)
        cleaned = keep_cleaned(place, key, kind)
        file = EvidenceFile(
            label=said.label,
            note=said.note,
            uploaded_name=said.uploaded_name,
            original=original,
            cleaned=cleaned,
        )
        _file(by, vault, reference, said, file, kind, key, place.public_id)
    except BaseException:
        _forget(place.public_id)
        raise
    return place.public_id


def _refuse_if_over(case: Case) -> None:
    if case.state in ("closed", "shredded"):
        raise NotNow


def _file(
    by: Actor,
    vault: OpenVault,
    reference: str,
    said: Received,
    file: EvidenceFile,
    kind: FileKind,
    key: bytes,
    document: str,
) -> None:
    with changing("incidents.evidence_added", by, vault, reference) as case:
        _refuse_if_over(case.case)
        now = case.now
        if said.received_from or said.received_on:
            file.custody.append(
                CustodyEvent(
                    what="received",
                    by=by.public_id,
                    at=now,
                    on=said.received_on,
                    who=said.received_from,
                )
            )
        file.custody.append(CustodyEvent(what="added", by=by.public_id, at=now))
        case.record.evidence.append(
            Evidence(
                document=document,
                number=next_number(case.record),
                label=file.label,
                kind=kind.family,
                size=file.original.size,
                added_at=now,
                added_by=by.public_id,
            )
        )
        case.happened("evidence_added", about=document)
        file_document(case.session, KIND, as_bytes(file), public_id=document, key=key)


def _forget(document: str) -> None:
    """Delete the files of what was not filed; of what was filed after all, nothing."""
    db.session.rollback()
    if not documents_there([document]):
        delete_files(document)
    db.session.rollback()


# --- Opening and changing ---------------------------------------------------------------------


def note_evidence_opening(by: Actor, vault: OpenVault, found: OpenEvidence) -> None:
    """Note that a piece of evidence was shown: one entry that names its case."""
    with audited("incidents.evidence_opened", by) as change:
        keep_keys(change.session, vault, [found.case.sealed, found.sealed])
        change.about(found.case.reference)


@dataclass
class EvidenceChange:
    """A piece of evidence that is being changed: alter `file`; it is saved when the block ends."""

    change: Change
    found: OpenEvidence
    by: Actor

    @property
    def file(self) -> EvidenceFile:
        """File as it is sealed."""
        return self.found.file

    def noted(self, what: str, **more: Any) -> None:
        """Add a step of custody by the actor, now."""
        self.file.custody.append(
            CustodyEvent(what=what, by=self.by.public_id, at=self.change.now, **more)
        )


@contextmanager
def _changing(
    action: str, by: Actor, vault: OpenVault, reference: str, document: str
) -> Iterator[EvidenceChange]:
    with audited(action, by) as change:
        locked_incident(change.session, reference)
        case = open_case(by, vault, reference, change.session)
        evidence = open_evidence(vault, case, document, change.session)
        keep_keys(change.session, vault, [case.sealed, evidence.sealed])
        yield EvidenceChange(change, evidence, by)
        _save(change.session, vault, evidence)
        change.about(reference)


def _save(session: Session, vault: OpenVault, found: OpenEvidence) -> None:
    try:
        save_document(session, vault, found.sealed, as_bytes(found.file))
    except SavedMeanwhile:
        raise CaseChangedMeanwhile from None
    except NoSuchDocument:
        raise NotFound from None


def note_custody(
    by: Actor,
    vault: OpenVault,
    reference: str,
    document: str,
    what: str,
    *,
    who: str = "",
    on: datetime | None = None,
    note: str = "",
) -> None:
    """Note a step of custody that happened outside Kash; sent twice within a minute, once, as none
    is ever taken away. Raises NotFound and EvidenceDamaged."""
    action = "incidents.evidence_custody"
    with _changing(action, by, vault, reference, document) as changed:
        changed.noted(what, who=who, on=on, note=note)
        *older, noted = changed.file.custody
        for before in older[-1:]:
            same = before.model_copy(update={"at": noted.at}) == noted
            if same and noted.at - before.at < timedelta(minutes=1):
                changed.change.nothing()


def note_sheet(
    by: Actor, vault: OpenVault, reference: str, document: str, paper: CourtPaper
) -> OpenEvidence:
    """Note that a custody sheet is made; what it then says. Raises Problem, NotFound and
    EvidenceDamaged."""
    action = "incidents.evidence_printed"
    with _changing(action, by, vault, reference, document) as changed:
        _refuse_to_leave(changed, paper, whole=False)
        changed.noted("printed")
        case = changed.found.case
        if not case.record.paper_reference:
            save_record(changed.change, by, vault, case)
    return changed.found


def words_shown(evidence: OpenEvidence) -> str:
    """Digest of label, note and who it shows, to know whether somebody else changed them since."""
    shows = ",".join(evidence.listed.shows)
    words = f"{evidence.file.label}\n{evidence.file.note}\n{shows}"
    return sha256(words.encode()).hexdigest()[:16]


def label_evidence(
    by: Actor,
    vault: OpenVault,
    reference: str,
    document: str,
    label: str,
    note: str,
    *,
    seen: str | None = None,
    shows: Sequence[str] | None = None,
) -> None:
    """Say anew what a piece of evidence shows; with `seen`, only if its words are still those.
    `shows` are the persons (ids) that it shows or names, none: everybody; None leaves that.

    Raises NotFound, EvidenceDamaged and CaseChangedMeanwhile."""
    with changing("incidents.evidence_labelled", by, vault, reference) as case:
        evidence = open_evidence(vault, case.case, document, case.session)
        there = set(case.record.codes)
        # A person who was taken off the record is shown by it all the same.
        gone = [person for person in evidence.listed.shows if person not in there]
        people = evidence.listed.shows if shows is None else [*gone, *shows]
        if not there.issuperset(shows or ()):
            raise NotFound
        words = (evidence.file.label, evidence.file.note)
        if (*words, evidence.listed.shows) == (label, note, people):
            # The same was sent twice.
            case.nothing()
            return
        if seen is not None and seen != words_shown(evidence):
            raise CaseChangedMeanwhile
        evidence.listed.label = evidence.file.label = label
        evidence.file.note = note
        codes = case.record.codes
        told = (
            ""
            if people == evidence.listed.shows
            else ", ".join(codes.get(person, "–") for person in people)
        )
        evidence.listed.shows = list(people)
        evidence.file.custody.append(
            CustodyEvent(what="labelled", by=by.public_id, at=case.now, note=told)
        )
        _save(case.session, vault, evidence)


# --- Files ------------------------------------------------------------------------------------


def show_copy(by: Actor, vault: OpenVault, reference: str, document: str) -> Handed:
    """The cleaned copy, to be looked at. Raises NotFound, Problem and EvidenceDamaged."""
    handed = _handed(by, vault, reference, document, CLEANED)
    action = "incidents.evidence_viewed"
    with _changing(action, by, vault, reference, document) as changed:
        changed.noted("viewed")
    return handed


def export_original(
    by: Actor, vault: OpenVault, reference: str, document: str, paper: CourtPaper, note: str
) -> Handed:
    """The original, to leave the vault; who gets it and why is noted. Raises Problem and
    NotFound."""
    handed = _handed(by, vault, reference, document, ORIGINAL)
    action = "incidents.evidence_exported"
    with _changing(action, by, vault, reference, document) as changed:
        _refuse_to_leave(changed, paper, whole=True)
        changed.noted("exported", who=paper.receiver, note=note)
    return handed


def _refuse_to_leave(changed: EvidenceChange, paper: CourtPaper, *, whole: bool) -> None:
    record, piece = changed.found.case.record, changed.found.listed
    if who_keeps_it(record, piece, whole=whole):
        raise Problem(STAYS_HERE)
    refuse_unasked(record, paper, whom_it_shows(record, piece), changed.change.now)


def _handed(by: Actor, vault: OpenVault, reference: str, document: str, part: str) -> Handed:
    """A copy whose beginning opens already, so that only what can be shown is noted as shown."""
    evidence = open_evidence(vault, open_case(by, vault, reference), document)
    copy = evidence.file.original if part == ORIGINAL else evidence.file.cleaned
    if copy is None:
        raise Problem(
            _l("There is no cleaned copy of this file. Its original can be downloaded."), status=404
        )
    pieces = opened(evidence.sealed.place, key_of(vault, evidence.sealed), part)
    return Handed(evidence.listed.number, KINDS[copy.code], copy.size, pieces)


# --- Removing ---------------------------------------------------------------------------------


def remove_evidence(by: Actor, vault: OpenVault, reference: str, proposal: str) -> None:
    """Agree that one piece of evidence is removed: its keys go at once, its files after the commit.
    Its hashes and its custody stay in the record.

    One that is damaged can be removed too. Raises NotFound, Problem and OnHold.
    """
    with changing("incidents.evidence_removed", by, vault, reference) as case:
        session, record = case.session, case.record
        proposed = agreed(session, by, case.case, proposal, REMOVE)
        document = proposed.about
        (listed,) = (piece for piece in record.evidence if piece.document == document)
        gone = RemovedEvidence(
            number=listed.number,
            kind=listed.kind,
            at=case.now,
            by=proposed.by,
            second=by.public_id,
            reason=proposed.reason,
        )
        with suppress(EvidenceDamaged):
            file = open_evidence(vault, case.case, document, session).file
            gone.copies = [file.original, *([file.cleaned] if file.cleaned else [])]
            gone.custody = file.custody
        record.removed_evidence.append(gone)
        record.evidence.remove(listed)
        case.happened("evidence_removed", reason=proposed.reason)
        after_commit(lambda: delete_files(document))
        shred(session, [document])


def shred_evidence(_session: Session, record: Record) -> Remains:
    """Shred the evidence of a case with it: each piece's document, and its files."""
    documents = [piece.document for piece in record.evidence]
    return Remains(documents, [key for document in documents for key in file_keys(document)])
