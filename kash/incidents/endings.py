"""Endings of a case: what else ends when it is closed, what goes when it is shredded, and what was
made of it for others to read and ends with the consent to it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from kash.feature import Part, declared
from kash.incidents.rules.record import Record


@dataclass(frozen=True)
class Remains:
    """The remains of a case: ids of sealed documents, names of files in the store, and public
    ids of briefs."""

    documents: Sequence[str] = field(default=())
    files: Sequence[str] = field(default=())
    briefs: Sequence[str] = field(default=())


@dataclass(frozen=True)
class Closing(Part):
    """A step of closing: it runs in the transaction that closes the case, and alters the record."""

    step: Callable[[Session, Record], None]


@dataclass(frozen=True)
class Shredding(Part):
    """A step of shredding: it alters nothing and names what goes with the case. It is asked when a
    case is shredded, and whenever a member reads one that nothing keeps; files are deleted after
    the commit.

    The ids of a record's own screens, identities, evidence, first account and changes are known
    without it.
    """

    step: Callable[[Session, Record], Remains]


@dataclass(frozen=True)
class MadeOf(Part):
    """Something made of a case for others to read while everybody in it agrees to `purpose`. What
    was made is noted by its id (`services.made`); `end` ends it for good, in the transaction in
    which a consent is withdrawn or the case is shredded. It is given the ids, and those of them
    that stand under another consent still."""

    purpose: str
    end: Callable[[Session, Sequence[str], Collection[str]], None]


def end_with_closing(session: Session, record: Record) -> None:
    """Run all steps of closing."""
    for one in declared(Closing):
        one.step(session, record)


def remains_of(session: Session, record: Record) -> Remains:
    """Everything that goes with a record that is shredded, each once."""
    documents = dict.fromkeys(
        [
            *record.filing.screens.values(),
            *(document for one in record.persons for document in record.identities_of(one.id)),
            *(one.document for one in record.earlier_identities),
            *(one.document for one in record.proposals if one.document),
            *(piece.document for piece in record.evidence),
            *record.first_accounts,
            *record.sealed_changes,
            *([record.duty_note] if record.duty_note else []),
        ]
    )
    files: dict[str, None] = {}
    briefs: dict[str, None] = {}
    for one in declared(Shredding):
        found = one.step(session, record)
        documents.update(dict.fromkeys(found.documents))
        files.update(dict.fromkeys(found.files))
        briefs.update(dict.fromkeys(found.briefs))
    return Remains(list(documents), list(files), list(briefs))
