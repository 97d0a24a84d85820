"""Check of a backup: whether it can be put back, found out without putting it anywhere.

A backup that was just made counts only if it passes, and a restore begins with the same.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kash.platform.operations.archive import DATABASE, FILES, HEAD, KEY, read_head, read_members
from kash.platform.operations.encryption import decrypted
from kash.platform.operations.errors import DamagedBackup, OperationError
from kash.platform.operations.snapshot import engine_of, trial_of_database
from kash.platform.vault.keys import keys_in
from kash.settings import Settings


def check_backup(settings: Settings, path: Path, identities: list[Any]) -> str:
    """Read everything once, and open the database and the keys in it; when it was made.

    Nothing is written, and nothing of it lies on the disk in clear. Raises OperationError.
    """
    head: dict[str, Any] = {}
    seen: set[str] = set()
    keys = b""
    with decrypted(path, identities) as content, trial_of_database(settings) as try_part:
        for name, pieces in read_members(content):
            if not head:
                head = read_head(name, pieces)
                _refuse_other_engine(settings, head)
            kind = kind_of(name)
            seen.add(kind)
            for piece in pieces:
                if kind == DATABASE:
                    try_part(piece)
                elif kind == KEY:
                    keys += piece
        if not {DATABASE, KEY} <= seen:
            raise DamagedBackup("The backup is not whole.")
    if keys_in(keys) is None:
        raise DamagedBackup("The key file in this backup is damaged.")
    return str(head["made_at"])


def _refuse_other_engine(settings: Settings, head: dict[str, Any]) -> None:
    if head["engine"] != engine_of(settings):
        raise OperationError(
            f"This backup is of a {head['engine']} database: set KASH_DATABASE_URL to one."
        )


def kind_of(name: str) -> str:
    """Part of a backup to which a member belongs. Raises Damaged for what belongs to none."""
    for kind in (DATABASE, FILES):
        if name.startswith(kind):
            return kind
    if name in (KEY, HEAD):
        return name
    raise DamagedBackup("This file is no backup of ours.")
