"""Evidence on both engines: all of it or nothing, and every step of it noted."""

import hashlib
import io
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from kash.incidents.models import Incident, remains_of
from kash.incidents.queries.cases import open_case
from kash.incidents.queries.mediation import open_evidence
from kash.incidents.rules.parts import Evidence, StoredCopy
from kash.incidents.rules.totals import EvidenceFile, as_bytes
from kash.incidents.services import evidence as evidence_files
from kash.incidents.services.evidence import (
    Received,
    add_evidence,
    export_original,
    label_evidence,
    note_custody,
    note_sheet,
    show_copy,
)
from kash.incidents.services.saved_views import EvidenceDamaged, NotNow
from kash.platform import storage
from kash.platform.database import db, new_public_id
from kash.platform.vault import AuditEntry, SealedDocument, file_document
from kash.platform.web.bodies import BodyTooLarge
from kash.platform.web.errors import NotFound
from tests.conftest import AMember
from tests.incidents.filed_cases import PAPER, filed, may_leave, removed, shredded
from tests.platform.cleaning import samples
from tests.refusals import refuses

MOST = 4 * 1024 * 1024
SAID = Received(
    label="Bruises-on-arm",
    note="taken-behind-the-market",
    received_from="Auntie-Njeri",
    uploaded_name="IMG_Achieng_0712.jpg",
)


def added(member: AMember, reference: str, content: bytes, said: Received = SAID) -> str:
    return add_evidence(member.actor, member.vault(), reference, said, io.BytesIO(content), MOST)


def file_of(member: AMember, reference: str, document: str) -> EvidenceFile:
    vault = member.vault()
    case = open_case(member.actor, vault, reference)
    found = open_evidence(vault, case, document)
    db.session.rollback()
    return found.file


def stored() -> list[str]:
    return sorted(found.key for found in storage.list())


def documents() -> int:
    found = len(db.session.scalars(select(SealedDocument.id).filter_by(kind="evidence")).all())
    db.session.rollback()
    return found


def entries() -> list[tuple[str, list[str]]]:
    rows = db.session.execute(
        select(AuditEntry.action, AuditEntry.subjects).order_by(AuditEntry.seq)
    ).all()
    db.session.rollback()
    return [(action, list(subjects)) for action, subjects in rows]


@pytest.mark.any_engine
def test_a_file_is_sealed_whole_and_so_is_what_is_said_of_it(member):
    content, reference = samples.jpeg(), filed(may_leave())
    document = added(member, reference, content)
    file = file_of(member, reference, document)
    assert (file.label, file.note, file.uploaded_name) == (
        SAID.label,
        SAID.note,
        SAID.uploaded_name,
    )
    assert file.original.model_dump() == {
        "code": "jpeg",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    assert [(event.what, event.who) for event in file.custody] == [
        ("received", "Auntie-Njeri"),
        ("added", ""),
    ]
    handed = export_original(member.actor, member.vault(), reference, document, PAPER, "")
    assert b"".join(handed.pieces) == content
    shown = show_copy(member.actor, member.vault(), reference, document)
    copy = b"".join(shown.pieces)
    assert file.cleaned is not None
    assert (len(copy), hashlib.sha256(copy).hexdigest()) == (file.cleaned.size, file.cleaned.sha256)
    assert b"Exif" not in copy
    assert b"Exif" in content
    after = file_of(member, reference, document)
    assert [event.what for event in after.custody] == ["received", "added", "exported", "viewed"]
    assert {event.by for event in after.custody} == {member.actor.public_id}


def test_the_case_names_it_by_number_and_no_number_comes_twice(member):
    reference = filed(may_leave())
    first, second = (added(member, reference, samples.png(), Received(label=w)) for w in "ab")
    removed(reference, member, second)
    third = added(member, reference, samples.pdf(), Received(label="c"))
    case = open_case(member.actor, member.vault(), reference)
    listed = [(e.document, e.number, e.label, e.kind) for e in case.record.evidence]
    assert listed == [(first, 1, "a", "photo"), (third, 3, "c", "paper")]
    assert {e.added_by for e in case.record.evidence} == {member.actor.public_id}
    sizes = [len(samples.png()), len(samples.pdf())]
    assert [(e.size, e.added_at is not None) for e in case.record.evidence] == [
        (size, True) for size in sizes
    ]
    assert [event.what for event in case.record.timeline] == [
        "evidence_added",
        "evidence_added",
        "asked_remove_evidence",
        "evidence_removed",
        "evidence_added",
    ]


@pytest.mark.any_engine
def test_the_audit_names_the_case_and_nothing_of_the_file(member):
    reference = filed(may_leave())
    document = added(member, reference, samples.jpeg())
    member_vault = member.vault()
    by = member.actor
    note_custody(by, member_vault, reference, document, "handed_over", who="Lawyer-Odhiambo")
    note_sheet(by, member.vault(), reference, document, PAPER)
    label_evidence(by, member.vault(), reference, document, "Other-words", "")
    removed(reference, member, document)
    of_evidence = [entry for entry in entries() if entry[0].startswith("incidents.")]
    whats = ("added", "custody", "printed", "labelled", "removed")
    expected = [(f"incidents.evidence_{what}", [reference]) for what in whats]
    expected.insert(4, ("incidents.second_asked", [reference]))
    assert of_evidence == expected


@pytest.mark.any_engine
def test_a_custody_sheet_bears_a_reference_by_which_its_case_is_found_again(member):
    # As an earlier version left a case: without a reference for papers.
    document = new_public_id()
    record = may_leave()
    record.evidence = [Evidence(document=document, number=1)]
    reference = filed(record)
    original = StoredCopy(code="jpeg", size=1, sha256="0" * 64)
    file_document(
        db.session(), "evidence", as_bytes(EvidenceFile(original=original)), public_id=document
    )
    db.session.commit()
    sheets = [
        note_sheet(member.actor, member.vault(), reference, document, PAPER) for _each in range(2)
    ]
    printed = [sheet.case.record.paper_reference for sheet in sheets]
    kept = open_case(member.actor, member.vault(), reference).record.paper_reference
    assert (len(kept), printed) == (12, [kept, kept])


REFUSED = {
    "a zip that claims to be a photo": (samples.zipped(), "a zip or another archive"),
    "a page": (b"<html><script>alert(1)</script></html>", "This file is something else"),
    "a programme": (b"\x7fELF" + bytes(9000), "This file is something else"),
    "nothing": (b"", "This file is empty"),
    "too much": (samples.jpeg() + bytes(MOST), BodyTooLarge),
}


@pytest.mark.any_engine
@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_leaves_nothing(member, what):
    content, refusal = REFUSED[what]
    reference = filed(may_leave())
    before = entries()
    with refuses(refusal) if isinstance(refusal, str) else pytest.raises(refusal):
        added(member, reference, content)
    assert stored() == []
    assert documents() == 0
    assert entries() == before


class Endless(io.RawIOBase):
    """A body that says of itself nothing, and does not end."""

    def __init__(self) -> None:
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        head = samples.jpeg() if self.given == 0 else b""
        self.given += size
        return (head + bytes(size))[:size]


@pytest.mark.any_engine
def test_a_body_without_end_is_cut_at_its_limit(member):
    body = Endless()
    with pytest.raises(BodyTooLarge):
        add_evidence(
            member.actor,
            member.vault(),
            filed(may_leave()),
            SAID,
            body,  # type: ignore[arg-type]
            MOST,
        )
    assert body.given < 2 * MOST
    assert stored() == []


@pytest.mark.parametrize("part", ["original", "cleaned"])
def test_a_full_disk_leaves_nothing(member, monkeypatch, part):
    real = storage.put

    def put(key: str, pieces: Iterator[bytes]) -> None:
        def until_full() -> Iterator[bytes]:
            yield next(iter(pieces))
            raise storage.StorageUnavailable

        real(key, until_full() if key.endswith(part) else pieces)

    monkeypatch.setattr(evidence_files.storage, "put", put)
    with pytest.raises(storage.StorageUnavailable):
        added(member, filed(may_leave()), samples.jpeg())
    assert stored() == []
    assert documents() == 0


@pytest.mark.any_engine
def test_a_line_that_breaks_leaves_nothing(member):
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            found = super().read(size)
            if not found:
                raise ConnectionResetError
            return found

    with pytest.raises((ConnectionResetError, storage.StorageError)):
        add_evidence(
            member.actor, member.vault(), filed(may_leave()), SAID, Broken(samples.jpeg()), MOST
        )
    assert stored() == []
    assert documents() == 0


def test_what_cannot_be_filed_leaves_no_file(member, monkeypatch):
    def breaks(*_given: Any, **_more: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("kash.incidents.services.evidence.file_document", breaks)
    reference = filed(may_leave())
    with pytest.raises(RuntimeError):
        added(member, reference, samples.jpeg())
    assert stored() == []
    assert open_case(member.actor, member.vault(), reference).record.evidence == []


@pytest.mark.any_engine
def test_a_case_that_is_closed_takes_none(member):
    with pytest.raises(NotNow):
        added(member, filed(state="closed"), samples.jpeg())
    with pytest.raises(NotFound):
        added(member, "nothing", samples.jpeg())
    assert stored() == []


def test_what_cannot_be_cleaned_is_kept_as_it_came(member):
    broken = samples.jpeg()[:-300]
    heic = b"\0\0\0\x18ftypheic" + bytes(3000)
    reference = filed(may_leave())
    for content, code in ((broken, "jpeg"), (heic, "heic")):
        document = added(member, reference, content)
        file = file_of(member, reference, document)
        assert (file.original.code, file.cleaned) == (code, None)
        handed = export_original(member.actor, member.vault(), reference, document, PAPER, "")
        assert b"".join(handed.pieces) == content
        with refuses("There is no cleaned copy of this file."):
            show_copy(member.actor, member.vault(), reference, document)
    assert all(key.endswith("/original") for key in stored())


def test_nothing_that_lies_in_the_store_says_anything(member):
    reference = filed(may_leave())
    document = added(member, reference, samples.jpeg())
    assert stored() == [f"evidence/{document}/cleaned", f"evidence/{document}/original"]
    for key in stored():
        kept = storage.get(key)
        for word in (samples.PLANTED, "Exif", "JFIF", *SAID.__dict__.values()):
            assert not word or str(word).encode() not in kept


@pytest.mark.parametrize("damage", ["flipped", "cut", "swapped", "gone", "of another"])
def test_a_damaged_file_is_told_and_others_open(member, damage):
    reference = filed(may_leave())
    large = samples.recorded("wav", "pcm_s16le", seconds=8)
    document, other = (added(member, reference, large) for _ in range(2))
    key = f"evidence/{document}/original"
    kept = storage.get(key)
    if damage == "flipped":
        storage.put(key, kept[:100] + bytes([kept[100] ^ 1]) + kept[101:])
    elif damage == "cut":
        storage.put(key, kept[:20])
    elif damage == "swapped":
        storage.put(key, storage.get(f"evidence/{document}/cleaned"))
    elif damage == "of another":
        storage.put(key, storage.get(f"evidence/{other}/original"))
    else:
        storage.delete(key)
    before = file_of(member, reference, document).custody
    with pytest.raises(EvidenceDamaged):
        export_original(member.actor, member.vault(), reference, document, PAPER, "")
    assert file_of(member, reference, document).custody == before
    handed = export_original(member.actor, member.vault(), reference, other, PAPER, "")
    assert b"".join(handed.pieces) == large


def test_removing_deletes_keys_and_files(member):
    reference = filed(may_leave())
    document, other = (added(member, reference, samples.jpeg()) for _ in range(2))
    removed(reference, member, document)
    assert stored() == [f"evidence/{other}/cleaned", f"evidence/{other}/original"]
    assert documents() == 1
    case = open_case(member.actor, member.vault(), reference)
    with pytest.raises(NotFound):
        open_evidence(member.vault(), case, document)
    with pytest.raises(NotFound):
        removed(reference, member, document)


def test_a_shredded_case_names_all_that_goes_with_it(member):
    reference = filed(may_leave())
    document = added(member, reference, samples.jpeg())
    case = open_case(member.actor, member.vault(), reference)
    remains = remains_of(db.session(), case.record)
    kept_beside = [*case.record.first_accounts, *case.record.sealed_changes]
    assert (list(remains.documents), len(kept_beside)) == ([document, *kept_beside], 2)
    assert sorted(remains.files) == stored()


def test_shredding_a_case_deletes_its_evidence_and_no_other(member):
    reference, other = filed(may_leave()), filed(may_leave())
    added(member, reference, samples.jpeg())
    kept = added(member, other, samples.jpeg())
    db.session.query(Incident).filter_by(public_id=reference).one().state = "closed"
    db.session.commit()
    shredded(reference, member)
    assert stored() == [f"evidence/{kept}/cleaned", f"evidence/{kept}/original"]
    assert documents() == 1


def test_evidence_of_one_case_is_not_found_under_another(member):
    document = added(member, filed(may_leave()), samples.jpeg())
    other = filed(may_leave())
    by = member.actor
    for call in (
        lambda: show_copy(by, member.vault(), other, document),
        lambda: note_sheet(by, member.vault(), other, document, PAPER),
        lambda: removed(other, member, document),
        lambda: note_custody(by, member.vault(), other, document, "other"),
    ):
        with pytest.raises(NotFound):
            call()


def test_another_member_opens_it_too(member, a_member):
    reference = filed(may_leave())
    document = added(member, reference, samples.jpeg())
    director = a_member("director")
    shown = show_copy(director.actor, director.vault(), reference, document)
    assert b"".join(shown.pieces)
    assert file_of(member, reference, document).custody[-1].by == director.actor.public_id
