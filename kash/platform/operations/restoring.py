"""Putting a backup back: read wholly first, then into an empty place, then said in the audit."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from flask import Flask

from kash.platform import storage
from kash.platform.operations.archive import DATABASE, FILES, HEAD, KEY, read_members
from kash.platform.operations.backup_check import check_backup, kind_of
from kash.platform.operations.encryption import decrypted
from kash.platform.operations.errors import NotEmpty, OperationError
from kash.platform.operations.migrations import migrate_if_behind
from kash.platform.operations.snapshot import load_database, refuse_unless_empty
from kash.platform.vault import note_restore
from kash.policy import SYSTEM
from kash.settings import Settings


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
    kept = None
    if path.exists() and path.read_bytes() != content:
        kept = path.with_name(f"{path.name}.before-restore")
        if kept.exists():
            raise OperationError(f"{kept} is in the way: move it away first.")
        path.rename(kept)
    draft = path.with_name(f".{path.name}.restoring")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return kept
