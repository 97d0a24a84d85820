"""Reading an archive in: checked wholly first, then put into an empty programme, whole or not at
all, and compared with what the archive says of itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import (
    Column,
    Connection,
    Table,
    create_engine,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from kash.exchange.archive.services import DamagedArchive
from kash.exchange.archive.writing_out import (
    CONTENTS,
    KIND,
    TABLES,
    Contents,
    TableContents,
    kept_tables,
    key_check,
    lines_of,
    values_of,
)
from kash.platform import storage
from kash.platform.database import Base, db
from kash.platform.operations.archive import (
    FILES,
    KEY,
    DamagedBackup,
    NotEmpty,
    OperationError,
    decrypted,
    read_head,
    read_members,
)
from kash.platform.operations.backup import put_key
from kash.platform.operations.migrations import line_of, migrate_if_behind, newest_revisions
from kash.platform.vault import note_restore
from kash.platform.vault.keys import keys_in
from kash.policy import SYSTEM
from kash.settings import Settings

_AT_A_TIME = 500
_ALTERED = "The archive is not whole, or was altered. Nothing was brought in."
_NO_ARCHIVE = "This file is no archive of ours. Nothing was brought in."


def import_archive(
    settings: Settings, source: Path, identities: list[Any]
) -> tuple[str, Contents, Path | None]:
    """Put an archive into an empty programme; when it was made, what it holds, and where a key file
    that was in the way went. Raises OperationError; nothing stays behind then but
    empty tables and, if it was in the archive, the key file.

    What is sealed opens only with the key file under which it was sealed: it is in the archive, or
    lies where the settings say already.
    """
    from kash.application import all_features, create_app

    all_features()
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    _refuse_unless_empty(settings)
    try:
        head, contents, key = _checked(source, identities)
    except DamagedArchive:
        raise
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DamagedArchive(_ALTERED) from None
    except DamagedBackup as problem:
        if "backup" in str(problem):
            raise DamagedArchive(_ALTERED) from None
        raise
    if head["revision"] != "".join(sorted(newest_revisions())):
        raise OperationError(
            "This archive was made by another version of Kash. Bring it in with that version, and "
            "update then."
        )
    old_key = _with_key(settings, head, key)
    migrate_if_behind(settings)
    app = create_app(settings)
    with app.app_context():
        stored: list[str] = []
        try:
            with decrypted(source, identities) as content, db.engine.connect() as connection:
                _put_in(connection, read_members(content), stored)
                _compare(connection, contents)
                connection.commit()
        except BaseException as error:
            for name in stored:
                storage.delete(name)
            if isinstance(error, SQLAlchemyError):
                raise OperationError(line_of(error) or _refused(error, "a change")) from None
            if isinstance(error, ValueError | KeyError | TypeError):
                raise DamagedArchive(_ALTERED) from None
            raise
        note_restore(SYSTEM)
    return str(head["made_at"]), contents, old_key


def _refuse_unless_empty(settings: Settings) -> None:
    engine = create_engine(settings.database_uri)
    with engine.connect() as connection:
        if inspect(connection).has_table("account") and connection.scalar(
            text("SELECT count(*) FROM account")
        ):
            raise NotEmpty(
                "There is a programme already. An archive is brought into a new one only."
            )
    engine.dispose()
    app = Flask(__name__)
    storage.init_storage(app, settings.storage_address)
    with app.app_context():
        if next(iter(storage.list()), None) is not None:
            raise NotEmpty(
                "The file store is not empty. An archive is brought into a new one only."
            )


def _checked(source: Path, identities: list[Any]) -> tuple[dict[str, Any], Contents, bytes]:
    """Everything read once and held against what the archive says of itself: its head, what it
    holds, and its key file."""
    head: dict[str, Any] = {}
    tables: dict[str, Any] = {}
    rows: dict[str, int] = {}
    files: dict[str, str] = {}
    stated, key = b"", b""
    with decrypted(source, identities) as content:
        for name, pieces in read_members(content):
            if not head:
                head = read_head(name, pieces)
                if head.get("kind") != KIND:
                    raise DamagedArchive(_NO_ARCHIVE)
            elif name.startswith(TABLES):
                table = name.split("/")[1]
                digest = tables.setdefault(table, sha256())
                for piece in pieces:
                    digest.update(piece)
                    rows[table] = rows.get(table, 0) + piece.count(b"\n")
            elif name.startswith(FILES):
                whole = sha256()
                for piece in pieces:
                    whole.update(piece)
                files[name.removeprefix(FILES)] = whole.hexdigest()
            elif name == KEY:
                key = b"".join(pieces)
            elif name == CONTENTS:
                stated = b"".join(pieces)
            else:
                raise DamagedArchive(_NO_ARCHIVE)
    contents = Contents(
        {
            name: TableContents(rows.get(name, 0), value.hexdigest())
            for name, value in tables.items()
        },
        files,
    )
    if not stated or json.loads(stated) != json.loads(contents.as_json()):
        raise DamagedArchive(_ALTERED)
    if set(contents.tables) != {table.name for table in kept_tables()}:
        raise DamagedArchive(_ALTERED)
    if not all(name in head for name in ("revision", "keys", "root", "made_at")):
        raise DamagedArchive(_ALTERED)
    return head, contents, key


def _with_key(settings: Settings, head: Mapping[str, Any], key: bytes) -> Path | None:
    """Make sure that the key file opens what is sealed; where one that was in the way went."""
    wanted = {name: head[name] for name in ("keys", "root")}
    if key:
        keys = keys_in(key)
        if keys is None or key_check(keys) != wanted:
            raise DamagedArchive(_ALTERED)
        return put_key(settings.key_file, key)
    try:
        keys = keys_in(settings.key_file.read_bytes())
    except OSError:
        keys = None
    has = key_check(keys) if keys is not None else {"keys": [], "root": ""}
    if has["root"] != wanted["root"] or not set(wanted["keys"]) <= set(has["keys"]):
        raise OperationError(
            f"What is sealed in this archive opens with another key file. Put the programme's own "
            f"at {settings.key_file} (chmod 600), or make the archive with its key."
        )
    return None


def _put_in(
    connection: Connection, members: Iterator[tuple[str, Iterator[bytes]]], stored: list[str]
) -> None:
    tables = {table.name: table for table in kept_tables()}
    # What migrations put there is in the archive as well, as it is by now.
    for table in reversed(Base.metadata.sorted_tables):
        if connection.scalar(select(func.count()).select_from(table)):
            connection.execute(table.delete())
    later: list[tuple[Table, dict[str, Any], dict[str, Any]]] = []
    for name, pieces in members:
        if name.startswith(TABLES):
            table = tables[name.split("/")[1]]
            _insert(connection, table, b"".join(pieces).splitlines(), later)
        elif name.startswith(FILES):
            key = name.removeprefix(FILES)
            storage.put(key, pieces)
            stored.append(key)
    for table, place, values in later:
        where = [table.columns[column] == value for column, value in place.items()]
        connection.execute(update(table).where(*where).values(values))
    if connection.dialect.name == "postgresql":
        _go_on_counting(connection, tables.values())


def _insert(
    connection: Connection,
    table: Table,
    lines: Sequence[bytes],
    later: list[tuple[Table, dict[str, Any], dict[str, Any]]],
) -> None:
    """Insert the rows of a part; what refers to another row of the same table is set at the end."""
    own = [key.parent.name for key in table.foreign_keys if key.column.table is table]
    keys = [column.name for column in table.primary_key.columns]
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for line in lines:
        values = values_of(table, line)
        referring = {name: values.pop(name) for name in own if name in values}
        if referring:
            later.append((table, {name: values[name] for name in keys}, referring))
        alike.setdefault(tuple(sorted(values)), []).append(values)
    try:
        for rows in alike.values():
            for start in range(0, len(rows), _AT_A_TIME):
                connection.execute(_exactly(table, rows[start]), rows[start : start + _AT_A_TIME])
    except DBAPIError as error:
        if line_of(error) is not None:
            raise
        raise OperationError(_refused(error, f"rows of the table {table.name}")) from None


def _refused(error: SQLAlchemyError, what: str) -> str:
    """A line that tells what the database refused and why, without any value."""
    reason = getattr(getattr(error, "orig", None), "diag", None)
    cause = getattr(reason, "message_primary", None) or type(error).__name__
    return f"The database refused {what} ({cause}). Nothing was brought in."


def _exactly(table: Table, row: Mapping[str, Any]) -> Any:
    """An insert of these columns alone: a default would fill what was empty."""
    empty = {
        column.name: None
        for column in table.columns
        if column.name not in row and _fills_itself(column)
    }
    return insert(table).values(empty) if empty else insert(table)


def _fills_itself(column: Column[Any]) -> bool:
    return column.default is not None or column.server_default is not None


def _go_on_counting(connection: Connection, tables: Any) -> None:
    for table in tables:
        column = table.autoincrement_column
        if column is None:
            continue
        sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
        if sequence is not None:
            last = connection.scalar(select(func.max(column)))
            if last is not None:
                connection.execute(
                    text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last}
                )
    connection.execute(text("ANALYZE"))


def _compare(connection: Connection, wanted: Contents) -> None:
    """Raise DamagedArchive unless every table is now, line by line, what the archive holds."""
    for table in kept_tables():
        whole, rows = sha256(), 0
        for line in lines_of(connection, table):
            whole.update(line + b"\n")
            rows += 1
        if wanted.tables[table.name] != TableContents(rows, whole.hexdigest()):
            raise DamagedArchive(_ALTERED)
