"""Evidence as it is sealed: its copies, their hashes, and through whose hands it went.

This is what the vault's document of kind `evidence` holds, as JSON. The files themselves lie sealed
under the same document's key. Sizes are bytes, hashes 64 hex characters of SHA-256.
"""

from __future__ import annotations

from pydantic import Field

from kash.incidents.rules.parts import CustodyEvent, StoredCopy
from kash.incidents.rules.record import Record, RecordPart

ORIGINAL, CLEANED = "original", "cleaned"
# What Kash notes by itself, and what a member notes.
NOTED_BY_ITSELF = ("added", "viewed", "exported", "printed", "labelled")
NOTED_BY_HAND = ("received", "handed_over", "returned", "examined", "printed_out", "other")
CUSTODY = NOTED_BY_ITSELF + NOTED_BY_HAND


class EvidenceFile(RecordPart):
    """A piece of evidence. `uploaded_name` is what its file was called, and stands nowhere else."""

    edition: int = 1
    label: str = ""
    note: str = ""
    uploaded_name: str = ""
    original: StoredCopy
    cleaned: StoredCopy | None = None
    custody: list[CustodyEvent] = Field(default_factory=list)


def next_number(record: Record) -> int:
    """A number that no piece of evidence of this case has or had."""
    added = sum(1 for event in record.timeline if event.what == "evidence_added")
    numbers = [piece.number for piece in record.evidence]
    numbers += [piece.number for piece in record.removed_evidence]
    return 1 + max([added, len(numbers), *numbers])


def file_key(document: str, part: str) -> str:
    """Where a copy lies in the file store."""
    return f"evidence/{document}/{part}"


def file_keys(document: str) -> list[str]:
    """Where all that belongs to a piece of evidence lies."""
    return [file_key(document, part) for part in (ORIGINAL, CLEANED)]


def as_bytes(file: EvidenceFile) -> bytes:
    """Bytes that are sealed."""
    return file.model_dump_json(exclude_defaults=True).encode()


def from_bytes(plaintext: bytes) -> EvidenceFile:
    """File that was sealed. Raises pydantic's ValidationError if it is none."""
    return EvidenceFile.model_validate_json(plaintext)
