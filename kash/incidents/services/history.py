"""History that every save of a record leaves beside it: her first account, and what was changed
since.

Both are sealed documents of their own, which the record names: lists never open them. A first
account is written once and never again; changes are added to.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import ValidationError
from sqlalchemy.orm import Session

from kash.incidents.queries.cases import Case
from kash.incidents.rules import changes, first_account
from kash.incidents.rules.changes import RecordChange, differences, values_of
from kash.incidents.rules.first_account import FirstAccount, Source, source_of
from kash.incidents.rules.record import Record, as_bytes, from_bytes
from kash.platform.vault import (
    OpenVault,
    SealError,
    fetch,
    file_document,
    keep_keys,
    open_document,
    save_document,
)
from kash.policy import Actor


class History:
    """History of one case until it is saved: what is done to it, by whom and why."""

    def __init__(self, case: Case) -> None:
        self._case, self._state = case, case.state
        self._values = values_of(from_bytes(case.opened) if case.opened else case.record)
        self._changes: list[RecordChange] = []

    def note(self, by: str, at: datetime, why: str = "") -> None:
        """Take down what changed of the record since the last time, as done by this account (a
        public id; empty: it was only taken over)."""
        now = values_of(self._case.record)
        places = differences(self._values, now)
        if places:
            self._changes.append(RecordChange(by=by, at=at, why=why, places=places))
            self._values = now

    def begin_again(self) -> None:
        """Take the record as it stands now for what it was: what it says no more is nowhere."""
        self._values = values_of(self._case.record)

    def seal(self, session: Session, vault: OpenVault, by: Actor, at: datetime) -> None:
        """Seal what has to be kept, and name it in the record. Raises NobodyCanOpen, and
        SavedMeanwhile or NoSuchDocument if somebody else was first."""
        self._keep_first_account(session, vault, by, at)
        if self._changes:
            _add(session, vault, self._case.record, self._changes)
            self._changes = []

    def _keep_first_account(
        self, session: Session, vault: OpenVault, by: Actor, at: datetime
    ) -> None:
        case = self._case
        source = source_of(
            case.record,
            before=self._state,
            state=case.state,
            version=case.version,
            screens=bool(case.screens),
        )
        if source is None:
            return
        account = first_account.first_account(case.record, at, by.public_id)
        if source is Source.SCREENS:
            account.screens = _screens(vault, case)
        else:
            opened = source is Source.OPENED and case.opened
            account.written = (case.opened if opened else as_bytes(case.record)).decode()
        keep_first_account(session, vault, case.record, account)


def _screens(vault: OpenVault, case: Case) -> dict[str, str]:
    """Screens that a phone sent, letter for letter, but for what they were padded with."""
    named = from_bytes(open_document(vault, case.sealed)).filing.screens
    names = {document: name for name, document in named.items()}
    return {
        names[one.place.public_id]: open_document(vault, one).decode().rstrip(" ")
        for one in case.screens
    }


def keep_first_account(
    session: Session, vault: OpenVault, record: Record, account: FirstAccount
) -> None:
    """Seal a first account and name it in its record. Raises NobodyCanOpen."""
    plaintext = first_account.as_bytes(account)
    record.first_accounts.append(file_beside(session, vault, first_account.KIND, plaintext))


def _add(session: Session, vault: OpenVault, record: Record, new: list[RecordChange]) -> None:
    """Add to the newest document of changes, or to another where that is full or does not open."""
    last = record.sealed_changes[-1:]
    for sealed in fetch(session, *last, kind=changes.KIND) if last else ():
        try:
            plaintext = open_document(vault, sealed)
            kept = changes.changes_from(plaintext)
        except (SealError, ValidationError):
            break
        if len(plaintext) < changes.ENOUGH:
            save_document(session, vault, sealed, changes.as_bytes([*kept, *new]))
            return
    record.sealed_changes.append(file_beside(session, vault, changes.KIND, changes.as_bytes(new)))


def file_beside(session: Session, vault: OpenVault, kind: str, plaintext: bytes) -> str:
    """Seal a document that lies beside a record; its public id. Raises NobodyCanOpen."""
    # Its maker could open it, so that nothing is told by its key being kept at once; one that stays
    # as it was filed would have everything written anew each hour.
    document = file_document(session, kind, plaintext).public_id
    keep_keys(session, vault, fetch(session, document, kind=kind))
    return document
