"""Files of evidence that belong to nothing: left by a process that was killed, or by a store that
could not delete. They hold ciphertext whose key is gone."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby, islice

from kash.incidents.queries.evidence import documents_there
from kash.platform import storage
from kash.platform.database import db, utc_now

# Longer than the slowest upload: its document is filed only at its end.
_SPARED = timedelta(days=1)
_AT_ONCE = 200


def delete_orphans() -> None:
    """Delete files whose document does not exist, and what was never written to its end."""
    before = utc_now() - _SPARED
    storage.clear_unfinished(before)
    old = (found.key for found in storage.list("evidence") if found.changed_at < before)
    while keys := list(islice(old, _AT_ONCE)):
        by_document = groupby(sorted(keys), key=_document_of)
        belonging = {document: list(found) for document, found in by_document}
        there = documents_there(belonging)
        db.session.rollback()
        for document, files in belonging.items():
            if document not in there:
                for key in files:
                    storage.delete(key)


def _document_of(key: str) -> str:
    return key.split("/")[1]
