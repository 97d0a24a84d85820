"""Sealed documents: filed, opened, saved anew, shredded, or opened for a while by two."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, delete, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from kash.feature import Part, declared
from kash.platform.database import after_commit, db, new_public_id, without_order
from kash.platform.vault import compartments as sealing
from kash.platform.vault.checks import NotCompared, check_current, check_members
from kash.platform.vault.compartments import CompartmentName, SealingPlace, Secret
from kash.platform.vault.envelope import SealError, UnknownKey
from kash.platform.vault.models import (
    Compartment,
    CompartmentWrap,
    DocumentKey,
    SealedDocument,
    Unsealing,
    VaultMember,
)
from kash.platform.vault.sealing import recall
from kash.platform.vault.sessions import OpenVault

# Seconds; and milliseconds for which one try may keep everybody from writing.
_PATIENCE = 3.0
_CHECKPOINT_PAUSE = 0.1
_CHECKPOINT_WAIT = 40
_REWRITE_TRIES = 3


def scrub_after_commit() -> None:
    """`scrub`, whatever it answers: what it leaves is tried for again every minute."""
    scrub()


def scrub(patience: float = _PATIENCE, *, pages: bool = True) -> bool:
    """Clear what was deleted out of the database's files; whether that is done.

    SQLite overwrites a row that it deletes, but not the copies that it made of it while it moved
    rows between pages. So all pages are written anew; without `pages` only if that could not be
    done before. Then its write-ahead log is emptied, which readers can hold up, so it is tried for
    `patience` seconds. A try that waits for a reader keeps everybody from writing, so each is short
    and others may write between two. What is not done by then is done by the next that succeeds,
    which is tried every minute (`incidents.services.letterbox`).

    On PostgreSQL the tables are vacuumed, that of the keys is written anew, since a page keeps the
    bytes of a row that is gone; its write-ahead log ages out.
    """
    session = db.session()
    session.rollback()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "postgresql":
            return _scrub_postgresql(connection)
        raw = connection.connection.driver_connection
        assert raw is not None  # noqa: S101 - for the type: the connection is open
        if raw.in_transaction:
            raw.rollback()
        return _pages_are_clean(raw, pages) and empty_log(raw, patience)


def _pages_are_clean(raw: Any, pages: bool) -> bool:
    """Write SQLite's pages anew if that is wanted or still due; False if writers kept it out."""
    try:
        if pages:
            # A number of the file's head that SQLite leaves to its users: 1 until it is done.
            raw.execute("PRAGMA user_version=1")
        if raw.execute("PRAGMA user_version").fetchone() == (1,):
            raw.execute("VACUUM")
            raw.execute("PRAGMA user_version=0")
    except sqlite3.OperationalError:
        return False
    return True


def empty_log(raw: Any, patience: float = _PATIENCE) -> bool:
    """Empty SQLite's write-ahead log, trying again while readers hold it up; whether it is done."""
    (usual,) = raw.execute("PRAGMA busy_timeout").fetchone()
    raw.execute(f"PRAGMA busy_timeout={_CHECKPOINT_WAIT}")
    until = time.monotonic() + patience
    try:
        while True:
            busy, _pages, _moved = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy or time.monotonic() >= until:
                return not busy
            time.sleep(_CHECKPOINT_PAUSE)
    finally:
        raw.execute(f"PRAGMA busy_timeout={usual}")


def _scrub_postgresql(connection: Connection) -> bool:
    connection.execute(text("VACUUM vault_document_key, vault_document"))
    connection.execute(text("SET lock_timeout = '2s'"))
    try:
        for _ in range(_REWRITE_TRIES):
            try:
                connection.execute(text("VACUUM (FULL) vault_document_key"))
            except OperationalError:
                # Somebody reads or writes keys all the while: `flask vault scrub` tries again.
                continue
            return True
    finally:
        connection.execute(text("RESET lock_timeout"))
    return False


class NobodyCanOpen(SealError):
    """The compartment has no member yet, so that nothing can be filed to it."""

    sentence = "Nobody holds keys of the vault yet, so nothing can be sealed for them."


class NoSuchDocument(SealError):
    """It was never there, or it was shredded."""

    sentence = "There is no such document, or it was shredded."


class SavedMeanwhile(SealError):
    """Somebody else saved another version since this one was opened."""

    sentence = "Somebody else saved this meanwhile."


class NeverChanged(SealError):
    """A document of this kind is written once."""

    sentence = "This document is kept as it was written first, and never changed."


@dataclass(frozen=True)
class WrittenOnce(Part):
    """A kind of documents that are never written over; they can only be shredded."""

    kind: str


def _is_written_once(kind: str) -> bool:
    return any(kind == part.kind for part in declared(WrittenOnce))


class Sealed(NamedTuple):
    """A document as it lies in the database, with its key as it is wrapped."""

    id: int
    place: SealingPlace
    version: int
    body: bytes
    form: str
    wrapped: bytes
    compartment_id: int
    generation: int

    def __repr__(self) -> str:
        return f"Sealed({self.place.kind} {self.place.public_id}, version {self.version})"

    def without_body(self) -> Sealed:
        """Only what keeping its key needs: for lists that hold thousands."""
        return self._replace(body=b"")


def _current(session: Session, name: str) -> Compartment:
    compartment = session.scalar(
        select(Compartment)
        .where(Compartment.name == name, Compartment.state == "current")
        .with_for_update(read=True)
    )
    if compartment is None:
        raise NobodyCanOpen
    return check_current(compartment)


def can_file(session: Session, compartment: str = CompartmentName.CASE) -> bool:
    """True if somebody holds the keys of a compartment, so that it takes documents. Raises
    KeyAltered if its key is not the one that was made."""
    current = session.scalar(
        select(Compartment).where(Compartment.name == compartment, Compartment.state == "current")
    )
    return current is not None and bool(check_current(current))


class Prepared(NamedTuple):
    """A document that is sealed to a compartment and does not lie in its table yet."""

    public_id: str
    compartment: str
    kind: str
    body: bytes
    wrapped: bytes
    compartment_id: int

    def __repr__(self) -> str:
        return f"Prepared({self.kind} {self.public_id})"


def prepare_document(
    session: Session,
    kind: str,
    plaintext: bytes,
    *,
    compartment: str = CompartmentName.CASE,
    public_id: str = "",
    key: bytes = b"",
) -> Prepared:
    """Seal a document that its author cannot open again, and add it nowhere yet. Raises
    NobodyCanOpen, and KeyAltered if the compartment's key is not the one that was made.

    `kind` is a fixed word; `key` is given only where something else (a file) is sealed under the
    same key.
    """
    current = _current(session, compartment)
    place = SealingPlace(compartment, kind, public_id or new_public_id())
    key = key or sealing.new_key()
    return Prepared(
        place.public_id,
        compartment,
        kind,
        sealing.seal_body(plaintext, key, place, 1),
        sealing.file_key(key, current.public_key, place, current.generation),
        current.id,
    )


def add_document(session: Session, prepared: Prepared) -> SealedDocument:
    """Add a document that was sealed before. Its generation must still be there
    (`SealedElsewhere`)."""
    document = SealedDocument(
        public_id=prepared.public_id,
        compartment=prepared.compartment,
        kind=prepared.kind,
        version=1,
        body=prepared.body,
    )
    session.add(document)
    session.flush()
    session.add(
        DocumentKey(
            document_id=document.id,
            compartment_id=prepared.compartment_id,
            form="filed",
            wrapped=prepared.wrapped,
        )
    )
    session.flush()
    without_order(session, SealedDocument, document.id)
    without_order(session, DocumentKey, document.id, "document_id")
    return document


def file_document(
    session: Session,
    kind: str,
    plaintext: bytes,
    *,
    compartment: str = CompartmentName.CASE,
    public_id: str = "",
    key: bytes = b"",
) -> SealedDocument:
    """Seal and add a document that its author cannot open again. Raises NobodyCanOpen and
    KeyAltered."""
    return add_document(
        session,
        prepare_document(
            session, kind, plaintext, compartment=compartment, public_id=public_id, key=key
        ),
    )


def refile_document(session: Session, document_id: int, plaintext: bytes) -> None:
    """Put another text in the place of a document, without being able to open it.

    It is sealed under a new key, as one that was just filed. Raises NobodyCanOpen, NoSuchDocument
    and NeverChanged.
    """
    document = session.get(
        SealedDocument, document_id, populate_existing=True, with_for_update=True
    )
    if document is None:
        raise NoSuchDocument
    if _is_written_once(document.kind):
        raise NeverChanged
    current = _current(session, document.compartment)
    place = SealingPlace(document.compartment, document.kind, document.public_id)
    key = sealing.new_key()
    document.version += 1
    document.body = sealing.seal_body(plaintext, key, place, document.version)
    session.execute(
        update(DocumentKey)
        .where(DocumentKey.document_id == document_id)
        .values(
            compartment_id=current.id,
            form="filed",
            wrapped=sealing.file_key(key, current.public_key, place, current.generation),
        )
        .execution_options(synchronize_session=False)
    )
    session.flush()


def sealed_documents(*public_ids: str, kind: str = "") -> Select[*tuple[Any, ...]]:
    """The question for documents with their keys: those of these ids, or all of a kind."""
    query: Select[*tuple[Any, ...]] = (
        select(
            SealedDocument.id,
            SealedDocument.compartment,
            SealedDocument.kind,
            SealedDocument.public_id,
            SealedDocument.version,
            SealedDocument.body,
            DocumentKey.form,
            DocumentKey.wrapped,
            DocumentKey.compartment_id,
            Compartment.generation,
        )
        .join(DocumentKey, DocumentKey.document_id == SealedDocument.id)
        .join(Compartment, Compartment.id == DocumentKey.compartment_id)
    )
    if kind:
        query = query.where(SealedDocument.kind == kind)
    if public_ids or not kind:
        query = query.where(SealedDocument.public_id.in_(public_ids))
    return query


def fetch(session: Session, *public_ids: str, kind: str = "") -> list[Sealed]:
    """Documents as they lie, in no particular order; those that are not there are left out."""
    return [
        Sealed(document[0], SealingPlace(document[1], document[2], document[3]), *document[4:])
        for document in session.execute(sealed_documents(*public_ids, kind=kind))
    ]


def fetch_each(session: Session, kind: str, *, at_once: int = 500) -> Iterator[Sealed]:
    """All documents of a kind, read in portions, so that they never lie in memory together.

    Nothing else may be asked of the session before the last one was read.
    """
    statement = sealed_documents(kind=kind).execution_options(yield_per=at_once)
    for portion in session.execute(statement).partitions():
        for document in portion:
            yield Sealed(
                document[0], SealingPlace(document[1], document[2], document[3]), *document[4:]
            )


def fetch_one(session: Session, public_id: str, kind: str) -> Sealed:
    """One document of this kind. Raises NoSuchDocument."""
    documents = fetch(session, public_id, kind=kind)
    if not documents:
        raise NoSuchDocument
    return documents[0]


def key_of(vault: OpenVault, sealed: Sealed) -> bytes:
    """A document's key. Raises SealError: UnknownKey if the compartment is not the member's."""
    secret = vault.secrets.get((sealed.place.compartment, sealed.generation))
    if secret is None:
        raise UnknownKey
    return _unwrapped(sealed, secret)


def _unwrapped(sealed: Sealed, secret: Secret) -> bytes:
    if sealed.form == "kept":
        return sealing.open_kept_key(sealed.wrapped, secret, sealed.place)
    return sealing.open_filed_key(sealed.wrapped, secret, sealed.place)


def open_document(vault: OpenVault, sealed: Sealed) -> bytes:
    """Open a document. Raises SealError."""
    return sealing.open_body(sealed.body, key_of(vault, sealed), sealed.place, sealed.version)


def open_each(
    vault: OpenVault, found: Iterable[Sealed]
) -> Iterator[tuple[Sealed, bytes | SealError]]:
    """Each document with what it says, or why it does not open: one damaged hides no other."""
    for sealed in found:
        try:
            yield sealed, open_document(vault, sealed)
        except SealError as error:
            yield sealed, error


def keep_keys(session: Session, vault: OpenVault, found: Iterable[Sealed]) -> int:
    """Keep the keys of documents that are still as they were filed; how many there were.

    To be called in the transaction that notes the opening. Who kept first has kept: the key is the
    same. A damaged document is left as it is.
    """
    moves = []
    for sealed in found:
        if sealed.form == "kept":
            continue
        secret = vault.newest(sealed.place.compartment)
        try:
            key = key_of(vault, sealed)
        except SealError:
            continue
        moves.append(move_of(vault, sealed, "kept", sealing.keep_key(key, secret, sealed.place)))
    return move_keys(session, moves)


_KEYS = DocumentKey.__table__
_MOVING: Any = (
    update(DocumentKey)
    .where(
        _KEYS.c.document_id == bindparam("number"),
        _KEYS.c.compartment_id == bindparam("was_in"),
        _KEYS.c.form == bindparam("was_form"),
    )
    .values(
        form=bindparam("new_form"),
        compartment_id=bindparam("new_in"),
        wrapped=bindparam("new_wrapped"),
    )
    .execution_options(synchronize_session=False)
)


def move_of(vault: OpenVault, sealed: Sealed, form: str, wrapped: bytes) -> dict[str, Any]:
    """A document's key as it is to lie from now on, under the newest secret of its compartment."""
    secret = vault.newest(sealed.place.compartment)
    return {
        "number": sealed.id,
        "was_in": sealed.compartment_id,
        "was_form": sealed.form,
        "new_form": form,
        "new_in": vault.compartment_ids[secret.compartment, secret.generation],
        "new_wrapped": wrapped,
    }


def move_keys(session: Session, moves: Sequence[dict[str, Any]]) -> int:
    """Put wrapped keys in place of others that are still as they were; how many were given.

    In one call however many: ten thousand keys take a moment.
    """
    if moves:
        session.connection().execute(_MOVING, moves)
    return len(moves)


def save_document(session: Session, vault: OpenVault, sealed: Sealed, plaintext: bytes) -> int:
    """Put a new version in place of the one that was opened; its number.

    Nothing of the old version is kept. Raises SavedMeanwhile, NoSuchDocument, NeverChanged and
    SealError.
    """
    if _is_written_once(sealed.place.kind):
        raise NeverChanged
    version = sealed.version + 1
    body = sealing.seal_body(plaintext, key_of(vault, sealed), sealed.place, version)
    done = session.execute(
        update(SealedDocument)
        .where(SealedDocument.id == sealed.id, SealedDocument.version == sealed.version)
        .values(version=version, body=body)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount == 1:  # type: ignore[attr-defined]
        return version
    there = session.scalar(select(SealedDocument.id).where(SealedDocument.id == sealed.id))
    raise NoSuchDocument if there is None else SavedMeanwhile


def shred(session: Session, public_ids: Sequence[str]) -> int:
    """End documents for good: their keys, then their ciphertext; how many there were.

    Why somebody asked to open one may say what it says, and goes with it. After the commit nothing
    of them is left in the database's own files, see `scrubbing.scrub`.
    """
    rows = select(SealedDocument.id).where(SealedDocument.public_id.in_(public_ids))
    named = set(session.scalars(rows))
    reasons = session.scalars(select(Unsealing.reason_id).where(Unsealing.document_id.in_(named)))
    ids = sorted(named | {reason for reason in reasons if reason is not None})
    session.execute(
        delete(DocumentKey)
        .where(DocumentKey.document_id.in_(ids))
        .execution_options(synchronize_session=False)
    )
    session.execute(
        delete(SealedDocument)
        .where(SealedDocument.id.in_(ids))
        .execution_options(synchronize_session=False)
    )
    if ids:
        after_commit(scrub_after_commit)
    return len(ids)


GRANTED_FOR = timedelta(hours=1)
REASON_KIND = "unsealing.reason"


def ask_to_unseal(
    session: Session, member_id: int, document: str, reason: str, now: datetime
) -> Unsealing:
    """Ask to open an `identity` document; the reason is sealed to `case`. Raises SealError."""
    sealed = session.scalar(
        select(SealedDocument.id).where(
            SealedDocument.public_id == document,
            SealedDocument.compartment == CompartmentName.IDENTITY,
        )
    )
    if sealed is None:
        raise NoSuchDocument
    unsealing = Unsealing(
        document_id=sealed,
        reason_id=file_document(session, REASON_KIND, reason.encode()).id,
        member_id=member_id,
        asked_at=now,
    )
    session.add(unsealing)
    session.flush()
    return unsealing


def grant_unsealing(
    session: Session, vault: OpenVault, row: Unsealing, sealed: Sealed, now: datetime
) -> None:
    """Give the asker the key of that one document for an hour.

    Raises SealError: KeyAltered, and NotCompared, if her key is not known to be hers.
    """
    asker = session.get_one(VaultMember, row.member_id)
    _check_asker(session, vault, asker)
    row.wrapped = sealing.grant_key(
        key_of(vault, sealed), asker.public_key, sealed.place, asker.public_id
    )
    row.granted, row.decided_by, row.decided_at = True, vault.holder, now
    row.runs_out_at = now + GRANTED_FOR


def _check_asker(session: Session, vault: OpenVault, asker: VaultMember) -> None:
    """Return if the asker's key is sealed under a secret that the deciding vault holds too."""
    places = {number: place for place, number in vault.compartment_ids.items()}
    wraps = session.execute(
        select(CompartmentWrap.compartment_id, CompartmentWrap.seal).where(
            CompartmentWrap.member_id == asker.id, CompartmentWrap.compartment_id.in_(places)
        )
    ).all()
    if not wraps:
        raise NotCompared(asker.public_id)
    for number, seal in wraps:
        check_members(vault.secrets[places[number]], [(asker, seal)], recall())


def refuse_unsealing(row: Unsealing, decided_by: str, now: datetime) -> None:
    """Give nothing."""
    row.granted, row.decided_by, row.decided_at = False, decided_by, now


def open_granted(
    session: Session, vault: OpenVault, public_id: str, kind: str, now: datetime
) -> bytes:
    """Open an `identity` document by a grant that still holds. Raises SealError."""
    sealed = fetch_one(session, public_id, kind)
    wrapped = session.scalar(
        select(Unsealing.wrapped).where(
            Unsealing.document_id == sealed.id,
            Unsealing.member_id == vault.member_id,
            Unsealing.granted.is_(True),
            Unsealing.runs_out_at > now,
        )
    )
    if wrapped is None:
        raise UnknownKey
    key = sealing.open_granted_key(wrapped, vault.private, sealed.place, vault.member)
    return sealing.open_body(sealed.body, key, sealed.place, sealed.version)


def forget_run_out(session: Session, now: datetime) -> int:
    """Delete the keys of grants that ran out; how many."""
    done = session.execute(
        update(Unsealing)
        .where(Unsealing.runs_out_at <= now, Unsealing.wrapped.is_not(None))
        .values(wrapped=None)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]
