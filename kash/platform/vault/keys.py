"""The server's keys: one file outside the database, made on first start, readable by its owner.

The file holds a random root, from which the key of each purpose is derived, and the random sealing
keys by id: one of them is current, the older ones only open what was sealed before. A person who
copies the database without this file reads nothing that is sealed and cannot forge the audit chain.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import json
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kash.settings import CannotStart

FORMAT = 1
KEY_BYTES = 32
KEY_ID_BYTES = 8

_LARGEST = 1_000_000


class KeyFileError(CannotStart):
    """The server's key file cannot be used; the message is one line for the operator."""


@dataclass(frozen=True)
class Keys:
    """Keys of the key file. Key ids are 8 bytes; the keys never show in a repr."""

    root: bytes = field(repr=False)
    current: bytes
    sealing: Mapping[bytes, bytes] = field(repr=False)

    def derived(self, purpose: str) -> bytes:
        """A 256-bit key for one purpose, independent of those for all others."""
        info = f"kash {purpose}".encode()
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(self.root)

    @property
    def flask_secret(self) -> str:
        """Secret with which Flask signs cookies and form tokens."""
        return self.derived("flask").hex()


def new_keys() -> Keys:
    """Fresh random keys."""
    key_id = secrets.token_bytes(KEY_ID_BYTES)
    return Keys(secrets.token_bytes(KEY_BYTES), key_id, {key_id: secrets.token_bytes(KEY_BYTES)})


def load_or_create_keys(path: Path) -> Keys:
    """The keys in the file; a new file if there is none. Two first starts agree on one file.

    Raises KeyFileError.
    """
    try:
        return read_keys(path)
    except FileNotFoundError:
        pass
    try:
        make_private_folder(path.parent)
        _write_new(path, new_keys())
    except OSError as error:
        raise KeyFileError(f"The key file {path} cannot be made: {error.strerror}.") from None
    return read_keys(path)


def add_sealing_key(path: Path) -> Keys:
    """Make a new sealing key the current one; the older ones stay, to open what they sealed.

    Raises KeyFileError.
    """
    try:
        with _folder(path.parent) as descriptor:
            # Two new keys at once would each leave out the other.
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            keys = read_keys(path)
            key_id = secrets.token_bytes(KEY_ID_BYTES)
            sealing = {**keys.sealing, key_id: secrets.token_bytes(KEY_BYTES)}
            grown = Keys(keys.root, key_id, sealing)
            _draft(path, grown).replace(path)
            os.fsync(descriptor)
    except OSError as error:
        raise KeyFileError(f"The key file {path} cannot be changed: {error.strerror}.") from None
    return grown


def read_keys(path: Path) -> Keys:
    """The keys in an existing file. Raises FileNotFoundError, KeyFileError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise KeyFileError(f"The key file {path} cannot be read: {error.strerror}.") from None
    try:
        content = _private_content(descriptor, path)
    finally:
        os.close(descriptor)
    keys = keys_in(content)
    if keys is None:
        raise KeyFileError(f"The key file {path} is damaged: put back a copy of it.")
    return keys


def keys_in(content: bytes) -> Keys | None:
    """The keys that a key file's content holds; None if it is damaged."""
    try:
        return _parse(content)
    except (ValueError, TypeError, KeyError, AttributeError, binascii.Error):
        return None


def _private_content(descriptor: int, path: Path) -> bytes:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise KeyFileError(f"The key file {path} is not a file.")
    if status.st_mode & 0o077:
        mode = f"{stat.S_IMODE(status.st_mode):o}"
        raise KeyFileError(
            f"The key file {path} can be read by others (mode {mode}): chmod 600 it."
        )
    with os.fdopen(descriptor, "rb", closefd=False) as file:
        return file.read(_LARGEST)


def make_private_folder(folder: Path) -> None:
    """Make a folder and what is missing above it, each for its owner only."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for step in reversed(missing):
        step.mkdir(mode=0o700, exist_ok=True)


def _parse(content: bytes) -> Keys:
    stored: Any = json.loads(content)
    if stored["format"] != FORMAT:
        raise ValueError("unknown format")
    sealing = {bytes.fromhex(key_id): _key(text) for key_id, text in stored["sealing"].items()}
    current = bytes.fromhex(stored["current"])
    if current not in sealing or any(len(key_id) != KEY_ID_BYTES for key_id in sealing):
        raise ValueError("no current key")
    return Keys(_key(stored["root"]), current, sealing)


def _key(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError("a key of the wrong length")
    return key


def _render(keys: Keys) -> bytes:
    stored = {
        "format": FORMAT,
        "root": base64.b64encode(keys.root).decode(),
        "current": keys.current.hex(),
        "sealing": {
            key_id.hex(): base64.b64encode(key).decode() for key_id, key in keys.sealing.items()
        },
    }
    return json.dumps(stored, indent=1).encode() + b"\n"


def _draft(path: Path, keys: Keys) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with os.fdopen(os.open(draft, flags, 0o600), "wb") as file:
        file.write(_render(keys))
        file.flush()
        os.fsync(file.fileno())
    return draft


def _write_new(path: Path, keys: Keys) -> None:
    # A link appears whole or not at all, and never replaces what another process made first.
    draft = _draft(path, keys)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    with _folder(path.parent) as descriptor:
        os.fsync(descriptor)


@contextmanager
def _folder(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
