"""Her first account and what was changed since, opened for the one page that shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pydantic import ValidationError

from kash.incidents.queries.cases import Case
from kash.incidents.rules import changes, first_account
from kash.incidents.rules.case_file import who_keeps_back
from kash.incidents.rules.changes import RecordChange
from kash.incidents.rules.first_account import FirstAccount, account_from, fingerprint
from kash.incidents.rules.her_choice import everybody
from kash.incidents.rules.record import Record
from kash.platform.database import db
from kash.platform.vault import OpenVault, SealError, fetch, open_document
from kash.platform.web.formats import zone


@dataclass(frozen=True)
class KeptAccount:
    """A first account with its SHA-256."""

    account: FirstAccount = field(repr=False)
    fingerprint: str
    plaintext: bytes = field(repr=False)


@dataclass(frozen=True)
class CaseHistory:
    """Everything that came in first, usually one account, and all changes, the newest first.
    `damaged` documents do not open."""

    accounts: list[KeptAccount]
    changes: list[RecordChange]
    damaged: int = 0


def history_of(vault: OpenVault, case: Case) -> CaseHistory:
    """History of how a case came to stand as it does; one query. Whoever shows it notes the
    opening."""
    accounts, changed = _opened(vault, case.record.first_accounts, case.record.sealed_changes)
    found, done, damaged = [], [], 0
    for plaintext in accounts:
        try:
            found.append(_kept(plaintext))
        except ValidationError:
            damaged += 1
    for plaintext in changed:
        try:
            done += changes.changes_from(plaintext or b"")
        except ValidationError:
            damaged += 1
    return CaseHistory(found, done[::-1], damaged)


def first_account_of(vault: OpenVault, case: Case) -> KeptAccount | None:
    """The first account of a case; None if none was kept, or it does not open. One query."""
    accounts, _changes = _opened(vault, case.record.first_accounts[:1], [])
    try:
        return _kept(accounts[0])
    except (IndexError, ValidationError):
        return None


def all_accounts_of(vault: OpenVault, record: Record) -> list[KeptAccount]:
    """Everything that came in first; none where one of them does not open. One query."""
    accounts, _changes = _opened(vault, record.first_accounts, [])
    try:
        return [_kept(one) for one in accounts]
    except ValidationError:
        return []


def _kept(plaintext: bytes | None) -> KeptAccount:
    plaintext = plaintext or b""
    return KeptAccount(account_from(plaintext), fingerprint(plaintext), plaintext)


def whom_accounts_tell_of(record: Record, accounts: Iterable[KeptAccount]) -> list[str]:
    """Everybody on record, and in what came in first (ids); an empty one where nobody is."""
    told = dict.fromkeys(everybody(record))
    for one in accounts:
        try:
            told |= dict.fromkeys(p.id for p in one.account.as_record(zone()).persons)
        except ValidationError:
            # Nobody knows of whom it tells.
            told["?"] = None
    return list(told)


def who_keeps_accounts(record: Record, accounts: Iterable[KeptAccount]) -> list[str]:
    """Those of them without whose consent first accounts stay here."""
    return who_keeps_back(record, whom_accounts_tell_of(record, accounts))


def _opened(
    vault: OpenVault, accounts: list[str], changed: list[str]
) -> tuple[list[bytes | None], list[bytes | None]]:
    """Contents of these documents, in this order; None for what is not there or does not open."""
    said: dict[str, bytes | None] = {}
    wanted = [*accounts, *changed]
    for sealed in fetch(db.session(), *wanted) if wanted else ():
        if sealed.place.kind in (first_account.KIND, changes.KIND):
            try:
                said[sealed.place.public_id] = open_document(vault, sealed)
            except SealError:
                continue
    return [said.get(one) for one in accounts], [said.get(one) for one in changed]
