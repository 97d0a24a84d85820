"""Writing a backup: the database, then the files, then the server's key, encrypted as one."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask

from kash import storage
from kash.database import utc_now
from kash.operations.archive import DATABASE, FILES, KEY, Member, tar_pieces
from kash.operations.encryption import encrypt
from kash.operations.errors import OperationError
from kash.operations.snapshot import engine_of, parts_of_database
from kash.policy import SYSTEM
from kash.settings import Settings
from kash.vault import audited

# What jobs made is kept for a day and can be made again.
_NOT_KEPT = "jobs/"
_OWN_NAME = re.compile(r"kash-\d{4}-\d\d-\d\dT\d{6}Z\.age")


@dataclass
class Written:
    """What a backup holds; `size` in bytes."""

    path: Path
    files: int = 0
    size: int = 0
    deleted: int = 0


def write_backup(app: Flask, target: Path, *, passphrase: str = "") -> Written:
    """Write a backup into a new file, or under a name of its own into a folder.

    In a folder, backups of ours older than `KASH_BACKUP_KEEP_DAYS` are deleted afterwards. To
    `KASH_BACKUP_RECIPIENT` if there is one, else by the passphrase. Raises OperationError.
    """
    settings: Settings = app.config["SETTINGS"]
    now = utc_now()
    folder = target if target.is_dir() else None
    path = folder / f"kash-{now:%Y-%m-%dT%H%M%SZ}.age" if folder else target
    written = Written(path)
    if path.exists():
        raise OperationError("There is a file of this name already.")
    draft = path.with_name(f".{path.name}.part")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise OperationError(f"The backup cannot be written: {error.strerror}.") from None
    try:
        with os.fdopen(descriptor, "wb") as file, app.app_context():
            encrypt(
                tar_pieces(_members(settings, written), _head(settings, now)),
                file,
                recipient=settings.backup_recipient,
                passphrase=passphrase,
            )
            file.flush()
            os.fsync(file.fileno())
        written.size = draft.stat().st_size
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    with app.app_context(), audited("operations.backup_made", SYSTEM) as change:
        change.about("backup")
    if folder:
        written.deleted = _delete_old(folder, now - timedelta(days=settings.backup_keep_days))
    return written


def _head(settings: Settings, now: datetime) -> dict[str, str]:
    return {"engine": engine_of(settings), "made_at": now.isoformat(timespec="seconds")}


def _members(settings: Settings, written: Written) -> Iterator[Member]:
    for number, part in enumerate(parts_of_database(settings)):
        yield Member.of(f"{DATABASE}{number:06}", part)
    for found in storage.list():
        if found.key.startswith(_NOT_KEPT):
            continue
        try:
            pieces = storage.stream(found.key)
        except storage.FileMissing:
            continue
        written.files += 1
        yield Member(f"{FILES}{found.key}", found.size, pieces)
    # Last, so that a key made meanwhile is in it.
    yield Member.of(KEY, settings.key_file.read_bytes())


def _delete_old(folder: Path, before: datetime) -> int:
    deleted = 0
    for path in folder.glob("kash-*.age"):
        if _OWN_NAME.fullmatch(path.name) and path.stat().st_mtime < before.timestamp():
            path.unlink()
            deleted += 1
    return deleted
