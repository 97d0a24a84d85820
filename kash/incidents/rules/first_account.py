"""Her first account: what came in, exactly as it did, kept beside the record and never changed.

It is a sealed document of its own, made once, when a member first saves what a phone sent, or when
an officer hands in what she wrote. The record goes on; this does not.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, tzinfo
from enum import StrEnum

from pydantic import Field

from kash.incidents.rules.filing import compose
from kash.incidents.rules.parts import TakenOut
from kash.incidents.rules.record import Filing, Record, RecordPart, from_bytes
from kash.incidents.rules.taking import Taking

KIND = "incident.first_account"


class FirstAccount(RecordPart):
    """First account as it came in. `screens` are a phone's answers by the names of the screens, as
    JSON that is letter for letter what was sent; `written` is the record as an officer wrote it, as
    JSON.

    `author` wrote or filed it and `kept_by` saved it first, both accounts' public ids. `taken_out`:
    what two members took out since, each with the SHA-256 of what stood here before.
    """

    how: str = "form"
    author: str = ""
    language: str = ""
    filed_at: datetime | None = None
    kept_at: datetime
    kept_by: str = ""
    taking: Taking = Field(default_factory=Taking)
    screens: dict[str, str] = Field(default_factory=dict)
    written: str = ""
    taken_out: list[TakenOut] = Field(default_factory=list)

    def as_record(self, zone: tzinfo) -> Record:
        """Record of today with all that came in. Raises pydantic's ValidationError if it is
        none."""
        if not self.screens:
            return from_bytes(self.written.encode())
        filing = Filing(
            how="phone",
            author=self.author,
            language=self.language,
            filed_at=self.filed_at,
            screens={name: name for name in self.screens},
        )
        said = {name: text.encode() for name, text in self.screens.items()}
        return compose(Record(filing=filing), said, zone)


class Source(StrEnum):
    """From what a first account is made when a record is saved."""

    SCREENS = "screens"
    OPENED = "opened"
    WRITTEN = "written"


def source_of(
    record: Record, *, before: str, state: str, version: int, screens: bool
) -> Source | None:
    """From what a first account is made now, if one is: of `record` as it is about to be saved.

    `before` and `state` are what state the case was in and is in, `version` which the record had,
    `screens` whether it was put together from a phone's just now. A draft is still being written,
    and what was saved before first accounts were kept has none.
    """
    if screens:
        return Source.SCREENS
    if record.first_accounts or record.filing.screens or state == "draft":
        return None
    if before == "draft":
        return Source.WRITTEN
    return Source.OPENED if version == 1 else None


def first_account(record: Record, at: datetime, by: str) -> FirstAccount:
    """A first account that holds nothing yet, with how this record came in."""
    return FirstAccount(
        how=record.filing.how,
        author=record.filing.author,
        language=record.filing.language,
        filed_at=record.filing.filed_at,
        kept_at=at,
        kept_by=by,
        taking=record.taking.model_copy(deep=True),
    )


def as_bytes(account: FirstAccount) -> bytes:
    """A first account as it is sealed."""
    return account.model_dump_json(exclude_defaults=True).encode()


def account_from(plaintext: bytes) -> FirstAccount:
    """A first account as it was sealed. Raises pydantic's ValidationError if it is none."""
    return FirstAccount.model_validate_json(plaintext)


def fingerprint(plaintext: bytes) -> str:
    """SHA-256 of a first account, 64 letters and digits: who was told it can check the account."""
    return hashlib.sha256(plaintext).hexdigest()
