"""The vault's memory: a file outside the database, to which lines are added and never changed.

A seal proves that a row was written by this programme, not that it is the newest. Whoever writes
the database could put an older row back with its seal, or a member who was removed. So a line
stays here of each generation that was made, of who was let in and removed, whose half of the key is
withheld, and which alarm was raised. The last line on a subject holds.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

import structlog
from flask import current_app

from kash.platform.database import after_commit, db
from kash.platform.vault.keys import make_private_folder
from kash.platform.vault.sealing import vault_of

_log = structlog.get_logger("kash.vault")

SEALED, LISTED, TAKEN = "sealed", "listed", "taken"
WITHHELD, RETURNED = "withheld", "returned"
RAISED, OVER = "raised", "over"


def generation_of(compartment: str) -> str:
    """The subject under which a compartment's newest generation is remembered."""
    return f"generation:{compartment}"


def holding_of(compartment: str, member: str) -> str:
    """The subject under which it is remembered whether a member opens a compartment."""
    return f"holds:{compartment}:{member}"


def half_of(member: str) -> str:
    """The subject under which it is remembered whether the server's half is withheld."""
    return f"half:{member}"


def recall() -> dict[str, str]:
    """All that is remembered, by subject; nothing before the first line."""
    try:
        content = vault_of(current_app).memory_file.read_text(errors="replace")
    except FileNotFoundError:
        return {}
    told: dict[str, str] = {}
    for line in content.split("\n"):
        subject, between, state = line.partition("=")
        if between and state:
            told[subject] = state
    return told


def remember(told: Mapping[str, str]) -> None:
    """Add lines once the present write transaction is durable, at once outside of one."""
    write = partial(_append, vault_of(current_app).memory_file, dict(told))
    if db.session().info.get("kash_writing"):
        after_commit(write)
    else:
        write()


def begin_memory_anew(file: Path, now: datetime) -> None:
    """Put the memory aside: another database stands in the place of the one that it knew."""
    if file.exists():
        file.rename(file.with_name(f"{file.name}.until-{now:%Y%m%d%H%M%S%f}"))


def _append(file: Path, told: Mapping[str, str]) -> None:
    lines = "".join(f"{subject}={state}\n" for subject, state in told.items())
    try:
        make_private_folder(file.parent)
        descriptor = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            size = os.fstat(descriptor).st_size
            torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
            os.write(descriptor, b"\n" * torn + lines.encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        # What was done is durable: it must not be told as if it had failed.
        _log.error("vault_memory_not_written", error=type(error).__name__)
