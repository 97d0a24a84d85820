"""Backups: making one, and putting it back."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import structlog
from flask import Flask
from sqlalchemy.exc import DBAPIError

from kash.platform import storage
from kash.platform.condition import (
    LONGEST_BACKUP,
    note_backup,
    note_damaged_backup,
    note_sound_backup,
)
from kash.platform.database import utc_now
from kash.platform.operations.archive import (
    DATABASE,
    FILES,
    HEAD,
    KEY,
    CannotWrite,
    DamagedBackup,
    DatabaseDamaged,
    Member,
    NotEmpty,
    OperationError,
    decrypted,
    encrypt,
    read_members,
    tar_pieces,
)
from kash.platform.operations.migrations import line_of, migrate_if_behind
from kash.platform.operations.snapshot import (
    check_backup,
    damaged_line,
    engine_of,
    kind_of,
    load_database,
    named_files,
    parts_of_database,
    refuse_lost,
    refuse_unless_empty,
)
from kash.platform.vault import audited, note_restore
from kash.platform.web.programme import days_backups_are_kept
from kash.policy import SYSTEM
from kash.settings import Settings

log = structlog.get_logger("kash.platform.operations")

# What jobs made is kept for a day and can be made again.
_NOT_KEPT = "jobs/"
_NOT_KEPT_EITHER = "This backup was not kept. Older ones were left as they are."
_OWN_NAME = re.compile(r"kash-\d{4}-\d\d-\d\dT\d{6}Z\.age")


@dataclass
class Written:
    """Contents of a backup; `size` in bytes."""

    path: Path
    files: int = 0
    size: int = 0
    deleted: int = 0


def path_of_backup(target: Path, now: datetime) -> Path:
    """Where a backup goes. Raises OperationError if there is a file, or no folder for one."""
    path = target / f"kash-{now:%Y-%m-%dT%H%M%SZ}.age" if target.is_dir() else target
    if path.exists():
        raise OperationError("There is a file of this name already.")
    if not path.parent.is_dir():
        raise CannotWrite(f"The backup cannot be written: there is no folder {path.parent}.")
    return path


def write_backup(
    app: Flask, target: Path, *, passphrase: str = "", without_lost_files: bool = False
) -> Written:
    """Write a backup into a new file, or under a name of its own into a folder.

    To `KASH_BACKUP_RECIPIENT` if there is one, else by the passphrase. It is read back and checked
    as a restore would before it gets its name; what does not pass is not kept. Only after that, in
    a folder, backups of ours older than `days_backups_are_kept` are deleted.

    One that lacks files which the database names does not pass, unless `without_lost_files` says
    that they are lost. Raises OperationError.
    """
    settings: Settings = app.config["SETTINGS"]
    now = utc_now()
    folder = target if target.is_dir() else None
    written = Written(path_of_backup(target, now))
    path = written.path
    _write(app, written, now, passphrase, without_lost_files)
    try:
        with app.app_context():
            days = days_backups_are_kept(settings)
            with audited("operations.backup_made", SYSTEM) as change:
                change.about("backup")
    except (DBAPIError, OSError) as error:
        why = line_of(error) or "Something else failed."
        raise OperationError(f"{path} is whole, but the audit trail lacks it. {why}") from None
    if folder:
        _clear_unfinished(folder, now - LONGEST_BACKUP)
        written.deleted = _delete_old(folder, now - timedelta(days=days))
    return written


@contextmanager
def trying_backup(settings: Settings, began: datetime) -> Iterator[None]:
    """Keep for `/healthz` and Today that a backup is tried, and how that ends; a failure is logged.

    What stops it on the machine's side becomes an OperationError: one line for those who run it.
    """
    note_backup(settings, began, ended=False)
    try:
        yield
    except BaseException as error:
        note_backup(settings, began, ended=True, failed=True)
        log.error("backup_failed", error=type(error).__name__)
        if isinstance(error, DatabaseDamaged):
            note_damaged_backup(settings, began)
        line = line_of(error)
        if line is None:
            raise
        raise OperationError(line) from None
    note_backup(settings, began, ended=True)
    note_sound_backup(settings)


def _write(
    app: Flask, written: Written, now: datetime, passphrase: str, without_lost_files: bool
) -> None:
    """Write it beside its place, check it there, and only then give it its name."""
    settings: Settings = app.config["SETTINGS"]
    path = written.path
    draft = path.with_name(f".{path.name}.part")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise CannotWrite(f"The backup cannot be written: {error.strerror}.") from None
    try:
        with os.fdopen(descriptor, "wb") as file, app.app_context():
            identities = encrypt(
                tar_pieces(_members(settings, written, without_lost_files), _head(settings, now)),
                file,
                recipient=settings.backup_recipient,
                passphrase=passphrase,
            )
            file.flush()
            os.fsync(file.fileno())
        written.size = draft.stat().st_size
        check_backup(settings, draft, identities)
        draft.rename(path)
    except DamagedBackup as problem:
        raise type(problem)(f"{problem} {_NOT_KEPT_EITHER}") from None
    except storage.FileDamaged as problem:
        raise DamagedBackup(f"{damaged_line(problem)} {_NOT_KEPT_EITHER}") from None
    finally:
        draft.unlink(missing_ok=True)


def _head(settings: Settings, now: datetime) -> dict[str, str]:
    return {"engine": engine_of(settings), "made_at": now.isoformat(timespec="seconds")}


def _members(settings: Settings, written: Written, without_lost_files: bool) -> Iterator[Member]:
    for number, part in enumerate(parts_of_database(settings)):
        yield Member.of(f"{DATABASE}{number:06}", part)
    # Not before: what is deleted until the database is read is in no backup.
    lacking = set() if without_lost_files else named_files()
    for file in storage.list():
        if file.key.startswith(_NOT_KEPT):
            continue
        try:
            read = storage.stream if without_lost_files else storage.stream_whole
            pieces = read(file.key)
        except storage.FileMissing:
            continue
        written.files += 1
        lacking.discard(file.key)
        yield Member(f"{FILES}{file.key}", file.size, pieces)
    refuse_lost(lacking)
    # Last, so that a key made meanwhile is in it.
    yield Member.of(KEY, settings.key_file.read_bytes())


def _clear_unfinished(folder: Path, before: datetime) -> None:
    """Delete what a backup that was killed left."""
    for path in folder.glob(".kash-*.age.part"):
        if path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)


def _delete_old(folder: Path, before: datetime) -> int:
    deleted = 0
    for path in folder.glob("kash-*.age"):
        if _OWN_NAME.fullmatch(path.name) and path.stat().st_mtime < before.timestamp():
            path.unlink()
            deleted += 1
    return deleted


@dataclass
class Restored:
    """Outcome of a restore."""

    made_at: str = ""
    files: int = 0
    migrated: bool = False
    old_key: Path | None = None


def restore_backup(settings: Settings, source: Path, identities: list[Any]) -> Restored:
    """Put a backup back into an empty database and an empty file store.

    The whole file is decrypted and checked before anything is written. A key file that is there
    already, and differs, is kept beside under another name. Raises OperationError.
    """
    from kash.application import create_app

    _refuse_unless_empty(settings)
    restored = Restored(made_at=check_backup(settings, source, identities))
    with decrypted(source, identities) as content:
        _put_back(settings, read_members(content), restored)
    restored.migrated = migrate_if_behind(settings)
    with create_app(settings).app_context():
        note_restore(SYSTEM)
    return restored


def _storage_only(settings: Settings) -> Flask:
    """An application that can do nothing but store: the real one would make a key."""
    app = Flask(__name__)
    storage.init_storage(app, settings.storage_address)
    return app


def _refuse_unless_empty(settings: Settings) -> None:
    refuse_unless_empty(settings)
    with _storage_only(settings).app_context():
        if next(iter(storage.list()), None) is not None:
            raise NotEmpty("The file store is not empty. A backup is put back into a new one only.")


def _put_back(
    settings: Settings, members: Iterator[tuple[str, Iterator[bytes]]], restored: Restored
) -> None:
    next_after_database: list[tuple[str, Iterator[bytes]]] = []

    def database() -> Iterator[bytes]:
        for name, pieces in members:
            if name == HEAD:
                continue
            if kind_of(name) != DATABASE:
                next_after_database.append((name, pieces))
                return
            yield from pieces

    load_database(settings, database())
    with _storage_only(settings).app_context():
        for name, pieces in chain(next_after_database, members):
            if name == KEY:
                restored.old_key = put_key(settings.key_file, b"".join(pieces))
            else:
                storage.put(name.removeprefix(FILES), pieces)
                restored.files += 1


def put_key(path: Path, content: bytes) -> Path | None:
    """Write the key file; where the one that was there went, if there was another."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    before = None
    if path.exists() and path.read_bytes() != content:
        before = path.with_name(f"{path.name}.before-restore")
        if before.exists():
            raise OperationError(f"{before} is in the way: move it away first.")
        path.rename(before)
    draft = path.with_name(f".{path.name}.restoring")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return before
