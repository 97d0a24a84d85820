"""Sealing under the server's keys, and the vault's memory.

The memory is a file beside the database to which lines are added. It knows which generation is the
newest, and who was let in and removed: rows that are put back can't say otherwise.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

import structlog
from flask import Flask, current_app

from kash.platform.database import after_commit, db
from kash.platform.vault import envelope
from kash.platform.vault.chain import length_prefixed
from kash.platform.vault.keys import (
    KeyFileError,
    Keys,
    add_sealing_key,
    load_or_create_keys,
    make_private_folder,
    read_keys,
)
from kash.settings import Settings


@dataclass
class Vault:
    """The keys of one application, where its audit mirror lies, and the vault's memory."""

    key_file: Path
    mirror_folder: Path
    memory_file: Path
    keys: Keys = field(repr=False)

    @property
    def audit_key(self) -> bytes:
        """The key of the audit chain."""
        return self.keys.derived("audit")

    def opening_keys(self, key_id: bytes) -> Mapping[bytes, bytes]:
        """The sealing keys, read anew if another process has made a key since."""
        if key_id not in self.keys.sealing:
            try:
                self.keys = read_keys(self.key_file)
            except (OSError, KeyFileError):
                raise envelope.UnknownKey from None
        return self.keys.sealing

    def add_key(self) -> None:
        """Make a new current sealing key, in the file and here."""
        self.keys = add_sealing_key(self.key_file)


def open_vault(settings: Settings) -> Vault:
    """Load the keys, making the file on first start. Raises KeyFileError.

    A missing file beside an existing audit trail is no first start: new keys would leave everything
    sealed unreadable, and hide that.
    """
    mirrors = settings.audit_folder
    if not _may_exist(settings.key_file) and any(mirrors.glob("*.jsonl")):
        raise KeyFileError(
            f"The key file {settings.key_file} is missing, but the programme was sealed with it: "
            "put back a copy of it."
        )
    keys = load_or_create_keys(settings.key_file)
    return Vault(settings.key_file, mirrors, settings.vault_memory, keys)


def _may_exist(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return True


def vault_of(app: Flask) -> Vault:
    """The vault of an application."""
    vault: Vault = app.extensions["kash_vault"]
    return vault


def _present() -> Vault:
    vault: Vault = current_app.extensions["kash_vault"]
    return vault


def seal(content: str | bytes, *, kind: str, public_id: str, version: int = 1) -> bytes:
    """Seal a text for one place: `kind` is a fixed word, `public_id` the row it belongs to."""
    keys = _present().keys
    plaintext = content.encode() if isinstance(content, str) else content
    return envelope.seal_bytes(
        plaintext,
        key_id=keys.current,
        key=keys.sealing[keys.current],
        kind=kind,
        public_id=public_id,
        version=version,
    )


def open_sealed(blob: bytes, *, kind: str, public_id: str, version: int = 1) -> bytes:
    """Open what was sealed for this place. Raises SealError."""
    keys = _present().opening_keys(envelope.key_id_of(blob))
    return envelope.open_bytes(blob, keys=keys, kind=kind, public_id=public_id, version=version)


def open_text(blob: bytes, *, kind: str, public_id: str, version: int = 1) -> str:
    """Open what was sealed for this place, as text. Raises SealError."""
    return open_sealed(blob, kind=kind, public_id=public_id, version=version).decode()


def seal_file(stream: BinaryIO, *, kind: str, public_id: str, version: int = 1) -> Iterator[bytes]:
    """Seal a file while reading it; join or store the pieces in order."""
    keys = _present().keys
    return envelope.seal_chunks(
        stream,
        key_id=keys.current,
        key=keys.sealing[keys.current],
        kind=kind,
        public_id=public_id,
        version=version,
    )


def open_file(stream: BinaryIO, *, kind: str, public_id: str, version: int = 1) -> Iterator[bytes]:
    """The pieces of a sealed file. Raises SealError, for a cut file only after its last piece."""
    header = envelope.read_fully(stream, envelope.HEADER)
    keys = _present().opening_keys(envelope.key_id_of(header))
    return envelope.open_chunks(
        header, stream, keys=keys, kind=kind, public_id=public_id, version=version
    )


def rotate(blob: bytes, *, kind: str, public_id: str, version: int = 1) -> bytes:
    """The same text sealed under the current key; the same blob if it already is."""
    if envelope.key_id_of(blob) == _present().keys.current:
        return blob
    content = open_sealed(blob, kind=kind, public_id=public_id, version=version)
    return seal(content, kind=kind, public_id=public_id, version=version)


def lookup(value: str, *, kind: str) -> str:
    """64 hex characters by which an equal value is found again, and nothing else is learnt.

    The caller brings the value into its one written form first (E.164, lower case).
    """
    message = length_prefixed(kind, value)
    return hmac.new(_present().keys.derived("lookup"), message, hashlib.sha256).hexdigest()


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
