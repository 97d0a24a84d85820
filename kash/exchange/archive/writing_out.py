"""Rows of tables as lines of JSON, and back: the same line from each engine. A line holds the
columns by name. What the database holds nothing in is left out, so that a JSON `null` in a column
of JSON stays apart from it. Moments, days and hours are in ISO 8601, moments in UTC; bytes in
base64; fractions as text. Writing an archive out: a tar of open files, encrypted as a backup is.
In this order: `backup.json` (format, that it is an archive, revision of the database, ids of the
keys that open what is sealed), `tables/<name>/000000.jsonl` and on, `files/<key>`, `server.key`
where that is wanted, `contents.json` (rows and SHA-256 of each table, SHA-256 of each file), and
`end.json`."""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import JSON, Column, Connection, LargeBinary, Table, select

from kash.platform import storage
from kash.platform.database import Base, UtcDateTime, db, utc_now
from kash.platform.operations.archive import (
    FILES,
    KEY,
    CannotWrite,
    FilesMissing,
    Lock,
    Member,
    OperationError,
    encrypt,
    tar_pieces,
)
from kash.platform.operations.migrations import newest_revisions
from kash.platform.operations.snapshot import NEVER_KEPT, damaged_line, named_files, refuse_lost
from kash.platform.vault.keys import Keys
from kash.platform.vault.sealing import vault_of
from kash.settings import Settings

_AT_A_TIME = 500


def kept_tables() -> list[Table]:
    """The tables of an archive, each after those that its rows refer to."""
    return [table for table in Base.metadata.sorted_tables if table.name not in NEVER_KEPT]


def lines_of(connection: Connection, table: Table) -> Iterator[bytes]:
    """The rows of a table in the order of their keys, each a line."""
    columns = list(table.columns)
    # A JSON null and nothing at all are read as the same.
    apart = [column for column in columns if isinstance(column.type, JSON) and column.nullable]
    statement = select(*columns, *(column.is_(None) for column in apart))
    rows = connection.execute(
        statement.order_by(*table.primary_key.columns).execution_options(yield_per=_AT_A_TIME)
    )
    for record in rows:
        values = record[: len(columns)]
        missing = {
            column.name
            for column, empty in zip(apart, record[len(columns) :], strict=True)
            if empty
        }
        line = {
            column.name: _as_json(value)
            for column, value in zip(columns, values, strict=True)
            if value is not None or (column in apart and column.name not in missing)
        }
        yield json.dumps(line, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        # Engines write the same number with more or fewer noughts at its end.
        return format(value.normalize(), "f")
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return value


def values_of(table: Table, line: bytes) -> dict[str, Any]:
    """The values of a row by column, as they are to be stored. Raises ValueError, KeyError."""
    read: Mapping[str, Any] = json.loads(line)
    if not isinstance(read, dict) or not set(read) <= {column.name for column in table.columns}:
        raise ValueError("a line that is no row of this table")
    return {
        name: JSON.NULL if value is None else _reader(table.columns[name])(value)
        for name, value in read.items()
    }


def _reader(column: Column[Any]) -> Callable[[Any], Any]:
    kind = column.type
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat
    if isinstance(kind, LargeBinary):
        return lambda text: b64decode(text, validate=True)
    python = None if isinstance(kind, JSON) else kind.python_type
    if python is Decimal:
        return Decimal
    if python is date:
        return date.fromisoformat
    if python is time:
        return time.fromisoformat
    return lambda value: value


TABLES, CONTENTS, KIND = "tables/", "contents.json", "archive"
_PART = 4 * 1024 * 1024
# What jobs made is kept for a day and can be made again.
_NOT_KEPT = "jobs/"


@dataclass(frozen=True)
class TableContents:
    """Rows of a table, and the SHA-256 of all of its lines."""

    rows: int
    sha256: str


@dataclass
class Contents:
    """Contents of an archive: tables by name, and the SHA-256 of each stored file by its key."""

    tables: dict[str, TableContents] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables.values())

    def as_json(self) -> bytes:
        """The file in which an archive says what it holds."""
        tables = {name: asdict(value) for name, value in self.tables.items()}
        return json.dumps({"tables": tables, "files": self.files}, sort_keys=True).encode()


def key_check(keys: Keys) -> dict[str, Any]:
    """Marks that tell the key file which opens what is sealed from any other, and open nothing."""
    return {
        "keys": sorted(key_id.hex() for key_id in keys.sealing),
        "root": sha256(keys.derived("archive check")).hexdigest(),
    }


def write_archive(
    target: Path,
    *,
    passphrase: str = "",
    lock: Lock | None = None,
    with_key: bool = False,
    only_whole: bool = False,
    report: Callable[[int], object] = lambda _rows: None,
) -> Contents:
    """Write the whole programme into a new file, by a lock, a passphrase, or to
    `KASH_BACKUP_RECIPIENT`.

    All tables are of one moment. `only_whole` refuses if files that the database names are lost;
    `report` is told how many rows are written. Raises OperationError
    and whatever `report` raises; no half a file stays behind.
    """
    settings: Settings = current_app.config["SETTINGS"]
    if target.exists():
        raise OperationError("There is a file of this name already.")
    draft = target.with_name(f".{target.name}.part")
    contents = Contents()
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise CannotWrite(f"The archive cannot be written: {error.strerror}.") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            encrypt(
                tar_pieces(
                    _members(settings, contents, with_key, only_whole, report), _head(utc_now())
                ),
                file,
                recipient="" if passphrase else settings.backup_recipient,
                passphrase=passphrase,
                lock=lock,
            )
            file.flush()
            os.fsync(file.fileno())
        draft.rename(target)
    except storage.FileDamaged as problem:
        raise FilesMissing(damaged_line(problem)) from None
    finally:
        draft.unlink(missing_ok=True)
    return contents


def _head(now: datetime) -> dict[str, Any]:
    return {
        "kind": KIND,
        "revision": "".join(sorted(newest_revisions())),
        "made_at": now.isoformat(timespec="seconds"),
        **key_check(vault_of(current_app).keys),
    }


def _members(
    settings: Settings,
    contents: Contents,
    with_key: bool,
    only_whole: bool,
    report: Callable[[int], object],
) -> Iterator[Member]:
    with _one_moment() as connection:
        for table in kept_tables():
            yield from _parts_of(connection, table, contents, report)
    # Not before: what is deleted until the tables are read is in none of them.
    lacking = named_files() if only_whole else set()
    for file in storage.list():
        if file.key.startswith(_NOT_KEPT):
            continue
        try:
            pieces = (storage.stream_whole if only_whole else storage.stream)(file.key)
        except storage.FileMissing:
            continue
        lacking.discard(file.key)
        yield Member(f"{FILES}{file.key}", file.size, _digested(file.key, pieces, contents.files))
    refuse_lost(lacking)
    if with_key:
        yield Member.of(KEY, settings.key_file.read_bytes())
    yield Member.of(CONTENTS, contents.as_json())


def _one_moment() -> Connection:
    """A connection that reads all tables as they are at its first look."""
    engine = db.engine
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    return engine.connect()


def _parts_of(
    connection: Connection, table: Table, contents: Contents, report: Callable[[int], object]
) -> Iterator[Member]:
    whole, rows, part, number = sha256(), 0, bytearray(), 0
    before = contents.rows
    for line in lines_of(connection, table):
        part += line
        part += b"\n"
        rows += 1
        if len(part) >= _PART:
            whole.update(part)
            yield Member.of(f"{TABLES}{table.name}/{number:06}.jsonl", bytes(part))
            report(before + rows)
            number += 1
            part.clear()
    whole.update(part)
    contents.tables[table.name] = TableContents(rows, whole.hexdigest())
    # An empty table is a file too: the person who reads the archive sees that it is.
    if part or number == 0:
        yield Member.of(f"{TABLES}{table.name}/{number:06}.jsonl", bytes(part))
    report(before + rows)


def _digested(key: str, pieces: Iterator[bytes], digests: dict[str, str]) -> Iterator[bytes]:
    whole = sha256()
    for piece in pieces:
        whole.update(piece)
        yield piece
    digests[key] = whole.hexdigest()
