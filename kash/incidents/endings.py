"""The register of what else ends when a case is closed or shredded: each noun adds its own.

A step of closing runs in the transaction that closes the case, and alters the record. One of
shredding alters nothing and names what goes with the case: it is asked when a case is shredded, and
whenever a member reads one that nothing keeps. Files are deleted after the commit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from kash.incidents.rules.record import Record


@dataclass(frozen=True)
class Remains:
    """The remains of a case: ids of sealed documents, names of files in the store, and public
    ids of briefs."""

    documents: Sequence[str] = field(default=())
    files: Sequence[str] = field(default=())
    briefs: Sequence[str] = field(default=())


Closing = Callable[[Session, Record], None]
Shredding = Callable[[Session, Record], Remains]

_closing: dict[Closing, None] = {}
_shredding: dict[Shredding, None] = {}


def register_closing(step: Closing) -> None:
    """Have something end with every case that is closed."""
    _closing[step] = None


def register_shredding(step: Shredding) -> None:
    """Have something be shredded with every case. The ids of a record's own screens, identities,
    evidence, first account and changes are known without it."""
    _shredding[step] = None


def end_with_closing(session: Session, record: Record) -> None:
    """Run what was registered for closing."""
    for step in _closing:
        step(session, record)


def remains_of(session: Session, record: Record) -> Remains:
    """Everything that goes with a record that is shredded, each once."""
    documents = dict.fromkeys(
        [
            *record.filing.screens.values(),
            *(person.identity for person in record.persons if person.identity),
            *(piece.document for piece in record.evidence),
            *record.first_accounts,
            *record.sealed_changes,
            *([record.duty_note] if record.duty_note else []),
        ]
    )
    files: dict[str, None] = {}
    briefs: dict[str, None] = {}
    for step in _shredding:
        found = step(session, record)
        documents.update(dict.fromkeys(found.documents))
        files.update(dict.fromkeys(found.files))
        briefs.update(dict.fromkeys(found.briefs))
    return Remains(list(documents), list(files), list(briefs))
