"""Consents taken back by whoever holds a receipt: they wait sealed until a member opens the case,
and hold for whatever reads its record from the moment they were said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, Field

from kash.incidents.rules.consents import PURPOSES, CaseConsent
from kash.incidents.rules.record import Event, Record

TAKEN_BACK = "taken_back"
_LATER = timedelta(microseconds=1)
_PADDED_TO = 600


class Withdrawal(BaseModel):
    """Purposes that were taken back; `at` is to the hour."""

    purposes: list[str] = Field(default_factory=list)
    at: datetime


def as_bytes(said: Withdrawal) -> bytes:
    """A withdrawal as it is sealed: its size does not tell how much was taken back."""
    return said.model_dump_json().encode().ljust(_PADDED_TO)


def from_bytes(plaintext: bytes) -> Withdrawal:
    """A withdrawal as it was sealed. Raises pydantic's ValidationError if it is none."""
    return Withdrawal.model_validate_json(plaintext)


def take_back(record: Record, said: Withdrawal) -> None:
    """Put a withdrawal into a record, for everybody in it.

    It waited since the record was last saved, so it is newer than every answer there, whatever the
    rounded hour says.
    """
    purposes = [purpose for purpose in PURPOSES if purpose in said.purposes]
    for purpose in purposes:
        before = [one.at for one in record.consents if one.purpose == purpose]
        at = max([said.at, *(moment + _LATER for moment in before)])
        record.consents.append(CaseConsent(purpose=purpose, given=False, at=at, by=""))
    if purposes:
        event = Event(what=TAKEN_BACK, by="", at=said.at, about=",".join(purposes))
        record.timeline.append(event)


def moments(record: Record) -> list[tuple[datetime, Event]]:
    """Events of a record, each with the moment by which it is ordered. A withdrawal is known to the
    hour only, and came after whatever stood there before it."""
    last = datetime.min.replace(tzinfo=UTC)
    found = []
    for event in record.timeline:
        at = max(event.at, last) if event.what == TAKEN_BACK else event.at
        last = max(last, at)
        found.append((at, event))
    return found


def taken_back_at(record: Record, purpose: str) -> datetime | None:
    """The hour in which whoever holds the receipt took a purpose back, if hers is the newest answer
    to it; else None."""
    answers = [one for one in record.consents if one.purpose == purpose]
    newest = max(answers, key=lambda one: one.at, default=None)
    return None if newest is None or newest.given or newest.by else newest.at


def is_taken_back(record: Record, purpose: str) -> bool:
    """True if the newest answer for a purpose is that of whoever holds the receipt."""
    return taken_back_at(record, purpose) is not None


# --- What she is shown of it herself ----------------------------------------------------------


class Notes(BaseModel):
    """Notes of what was taken back by a receipt, purpose by purpose with the document that says
    so."""

    taken_back: dict[str, str] = Field(default_factory=dict)


def notes_as_bytes(notes: Notes) -> bytes:
    """Notes as they are sealed under what the receipt makes."""
    return notes.model_dump_json().encode().ljust(_PADDED_TO)


def notes_from_bytes(plaintext: bytes) -> Notes:
    """Notes as they were sealed. Raises pydantic's ValidationError if they are none."""
    return Notes.model_validate_json(plaintext)


def still_to_say(notes: Notes, purposes: Sequence[str], waiting: Sequence[str]) -> list[str]:
    """Of these purposes those of which no withdrawal waits already."""
    return [
        purpose
        for purpose in PURPOSES
        if purpose in purposes and notes.taken_back.get(purpose) not in waiting
    ]
