"""The ledger: which cases have entered which tables, in one sealed document of the vault.

It says of each case that it was counted, so it lies nowhere in clear. Once anything was printed it
must be there: an empty one would count every case again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.platform.vault import (
    OpenVault,
    Sealed,
    SealError,
    fetch,
    file_document,
    keep_keys,
    open_document,
    save_document,
)
from kash.releases.errors import LedgerNotOpen
from kash.releases.models import Release
from kash.releases.rules.counting import Entered

KIND = "release_ledger"


@dataclass(frozen=True)
class Ledger:
    """Ledger as it was opened; `sealed` is None before anything was printed."""

    entered: Entered = field(repr=False)
    sealed: Sealed | None = field(default=None, repr=False)


def open_ledger(session: Session, vault: OpenVault) -> Ledger:
    """Open the ledger. Raises LedgerNotOpen."""
    found = fetch(session, kind=KIND)
    if not found and session.scalar(select(Release.id).limit(1)) is None:
        return Ledger({})
    if len(found) != 1:
        raise LedgerNotOpen
    try:
        return Ledger(_read(open_document(vault, found[0])), found[0])
    except (SealError, ValueError, AttributeError, TypeError):
        raise LedgerNotOpen from None


def save_ledger(session: Session, vault: OpenVault, ledger: Ledger, entered: Entered) -> None:
    """Seal the ledger as it is afterwards, within the transaction that prints."""
    plaintext = _written(entered)
    if ledger.sealed is None:
        file_document(session, KIND, plaintext)
        return
    keep_keys(session, vault, [ledger.sealed])
    save_document(session, vault, ledger.sealed, plaintext)


def _written(entered: Entered) -> bytes:
    ordered = {reference: sorted(keys) for reference, keys in sorted(entered.items())}
    return json.dumps(ordered, separators=(",", ":")).encode()


def _read(plaintext: bytes) -> dict[str, frozenset[str]]:
    said: Mapping[str, Iterable[str]] = json.loads(plaintext)
    return {reference: frozenset(keys) for reference, keys in said.items()}
