"""Consents that were taken back by a receipt and wait to be read, put into records in memory."""

from __future__ import annotations

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.incidents.models import Incident
from kash.incidents.queries.letterbox import opened_box
from kash.incidents.rules.consents import PURPOSES
from kash.incidents.rules.letterbox import Letter, TakenBack, in_bytes
from kash.incidents.rules.record import Record, as_bytes, from_bytes
from kash.incidents.rules.retention import what_keeps
from kash.incidents.rules.withdrawing import (
    Notes,
    Withdrawal,
    notes_as_bytes,
    notes_from_bytes,
    take_back,
)
from kash.incidents.rules.withdrawing import from_bytes as withdrawal_from
from kash.platform.database import utc_now
from kash.platform.vault import (
    Compartment,
    CompartmentName,
    OpenVault,
    Sealed,
    SealError,
    SealingPlace,
    open_body,
    open_document,
    seal_body,
)

KIND = "incident.withdrawal"
_NOTES = "incident.receipt_notes"


class Withdrawals:
    """All that waits, of every case: one query, and one more if anything waits."""

    def __init__(self, session: Session, vault: OpenVault) -> None:
        box = opened_box(session)
        waiting = box.taken_back
        # The last days of cases that nothing keeps, by reference: the same look tells both.
        self.last_days = {key: one.until for key, one in box.fates.items()}
        # And which reports were sent after another, and which of those that were shredded were for
        # officers.
        self.additions, self.for_officers = box.additions, box.for_officers
        self.shredded_for = box.shredded_for
        self._vault = vault
        self._generations: dict[int, int] = {}
        self._of: dict[int, TakenBack] = {}
        if not waiting:
            return
        rows = session.execute(
            select(Incident.document_id, Incident.receipt_hash).where(
                Incident.receipt_hash.in_(waiting), Incident.document_id.is_not(None)
            )
        )
        self._of = {row[0]: waiting[row[1]] for row in rows if row[0] and row[1]}
        self._generations = {
            row[0]: row[1]
            for row in session.execute(select(Compartment.id, Compartment.generation))
        }

    def waits(self, document_id: int) -> bool:
        """True if something was taken back of a case that no member has read yet."""
        return document_id in self._of

    def begins_days(self, document_id: int, reference: str, state: str, plaintext: bytes) -> bool:
        """True if nothing keeps a case (as `put_into_bytes` returns it) since something was taken
        back of it that nobody has read, and its days are not noted. Raises ValidationError."""
        if document_id not in self._of or reference in self.last_days:
            return False
        return what_keeps(from_bytes(plaintext), state) is None

    def put_into(self, document_id: int, record: Record) -> TakenBack | None:
        """Put into a record what was taken back of it, and what that is; None if nothing waits.

        A withdrawal that does not open takes back everything: nobody acts on a consent of which it
        is not known whether it still holds.
        """
        found = self._of.get(document_id)
        if found is None:
            return None
        for one in found.withdrawals:
            take_back(record, self._read(one))
        return found

    def put_into_bytes(self, document_id: int, plaintext: bytes) -> bytes:
        """The same for a record as it is sealed, which is read only if something waits."""
        if document_id not in self._of:
            return plaintext
        try:
            record = from_bytes(plaintext)
        except ValidationError:
            return plaintext
        self.put_into(document_id, record)
        return as_bytes(record)

    def _read(self, letter: Letter) -> Withdrawal:
        try:
            sealed = Sealed(
                0,
                SealingPlace(CompartmentName.CASE, letter.kind, letter.public_id),
                1,
                in_bytes(letter.body),
                letter.form,
                in_bytes(letter.wrapped),
                letter.compartment_id,
                self._generations.get(letter.compartment_id, 0),
            )
            return withdrawal_from(open_document(self._vault, sealed))
        except (SealError, ValidationError):
            now = utc_now().replace(minute=0, second=0, microsecond=0)
            return Withdrawal(purposes=list(PURPOSES), at=now)


def sealed_notes(notes: Notes, key: bytes) -> bytes:
    """Notes under what a receipt makes."""
    return seal_body(notes_as_bytes(notes), key, _place(), 1)


def notes_in(sealed: bytes | None, key: bytes) -> Notes:
    """Notes in a sealed text; none if there are none or they do not open."""
    try:
        return notes_from_bytes(open_body(sealed, key, _place(), 1)) if sealed else Notes()
    except (SealError, ValidationError):
        return Notes()


def _place() -> SealingPlace:
    return SealingPlace(CompartmentName.CASE, _NOTES, "receipt")
