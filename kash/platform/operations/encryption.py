"""Backups are age files (https://age-encryption.org), encrypted while they are written.

To a recipient, the file is plain age. By a passphrase, it begins with a small armoured age file
that holds a one-time identity under the passphrase; what follows is encrypted to that identity, so
that a backup of any size is streamed. Without Kash:

    sed '/END AGE/q' FILE | age --decrypt > identity
    sed '1,/END AGE/d' FILE | age --decrypt --identity identity | tar --list
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pyrage

from kash.platform.operations.errors import (
    CannotWrite,
    DamagedBackup,
    NoKey,
    ToolFailed,
    WrongKeyGiven,
)

_ARMOUR_BEGINS = b"-----BEGIN AGE ENCRYPTED FILE-----\n"
_ARMOUR_ENDS = b"-----END AGE ENCRYPTED FILE-----\n"
_AGE_BEGINS = b"age-encryption.org/v1\n"
_LONGEST_ARMOUR = 4096
SHORTEST_PASSPHRASE = 12


def recipient_of(text: str) -> Any:
    """The public key `age1…` or `ssh-…` to encrypt to. Raises NoKey."""
    try:
        if text.startswith("ssh-"):
            return pyrage.ssh.Recipient.from_str(text)
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise NoKey("KASH_BACKUP_RECIPIENT is no age or SSH public key.") from None


def refuse_short(passphrase: str) -> None:
    """Raise NoKey for a passphrase that is too short to make a backup by."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise NoKey(f"A passphrase has {SHORTEST_PASSPHRASE} characters or more.")


def identities_in(path: Path) -> list[Any]:
    """The private keys in an age identity file or an SSH private key file. Raises NoKey."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NoKey(f"The identity file cannot be read: {error.strerror}.") from None
    try:
        if b"PRIVATE KEY" in content:
            return [pyrage.ssh.Identity.from_buffer(content)]
        lines = content.decode().split()
        return [
            pyrage.x25519.Identity.from_str(line)
            for line in lines
            if line.startswith("AGE-SECRET-KEY-")
        ] or _no_identity()
    except (pyrage.IdentityError, UnicodeDecodeError):
        return _no_identity()


def _no_identity() -> list[Any]:
    raise NoKey("The identity file holds no key that is understood.")


class _Pulled:
    """A file to read from, over pieces that are made as they are asked for."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = memoryview(b"")
        self.error: BaseException | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            while not self._rest:
                self._rest = memoryview(next(self._pieces))
        except StopIteration:
            return b""
        except BaseException as error:
            # The library would only say that something failed.
            self.error = error
            raise
        given = self._rest[:size] if size >= 0 else self._rest
        self._rest = self._rest[len(given) :]
        return bytes(given)


@dataclass(frozen=True)
class Lock:
    """A lock by which a file is encrypted without asking for its passphrase again: the one-time
    identity under the passphrase, as such a file begins, and its public half."""

    armour: bytes
    recipient: str


def lock_of(passphrase: str) -> Lock:
    """A lock that this passphrase opens; it holds neither. Takes a second. Raises NoKey."""
    refuse_short(passphrase)
    once = pyrage.x25519.Identity.generate()
    armour = pyrage.passphrase.encrypt(str(once).encode(), passphrase, armored=True)
    return Lock(armour, str(once.to_public()))


def encrypt(
    pieces: Iterable[bytes],
    target: IO[bytes],
    *,
    recipient: str = "",
    passphrase: str = "",
    lock: Lock | None = None,
) -> list[Any]:
    """Encrypt by a lock, to a recipient, or else by a passphrase. Raises NoKey, and what `pieces`
    raises.

    Returns identities that open it as well, so that what was written can be read back and checked.
    They are kept nowhere: once they are forgotten, only the recipient or the passphrase opens it.
    """
    once = pyrage.x25519.Identity.generate()
    keys = [once.to_public()]
    if lock is not None:
        keys.append(recipient_of(lock.recipient))
        target.write(lock.armour)
    elif recipient:
        keys.append(recipient_of(recipient))
    elif passphrase:
        refuse_short(passphrase)
        target.write(pyrage.passphrase.encrypt(str(once).encode(), passphrase, armored=True))
    else:
        raise NoKey("Set KASH_BACKUP_RECIPIENT, or give a passphrase.")
    source = _Pulled(pieces)
    try:
        pyrage.encrypt_io(source, target, keys)
    except pyrage.EncryptError:
        if source.error is not None:
            raise source.error from None
        raise CannotWrite("The backup cannot be written: is its disk full?") from None
    return [once]


def needs_passphrase(path: Path) -> bool:
    """True if a backup was made by a passphrase. Raises Damaged if it is no backup."""
    try:
        with path.open("rb") as file:
            start = file.read(len(_ARMOUR_BEGINS))
    except OSError as error:
        raise DamagedBackup(f"The backup cannot be read: {error.strerror}.") from None
    if start == _ARMOUR_BEGINS:
        return True
    if start.startswith(_AGE_BEGINS):
        return False
    raise DamagedBackup("This file is no backup.")


def unlock(path: Path, passphrase: str) -> list[Any]:
    """The one-time identity of a backup made by a passphrase. Raises WrongKeyGiven, ToolFailed."""
    with path.open("rb") as file:
        armour = _read_armour(file)
    for _ in range(_TRIES):
        try:
            return [pyrage.x25519.Identity.from_str(_open(armour, passphrase))]
        except (pyrage.DecryptError, pyrage.IdentityError, UnicodeDecodeError) as error:
            if _TOO_MUCH not in str(error):
                raise WrongKeyGiven("This is not the backup's passphrase.") from None
    raise ToolFailed(
        "This machine is too slow, or too busy now, to try the passphrase. Try again when it is "
        "at rest, or open the backup on a quicker one."
    )


# A passphrase is stretched as long as the machine that made the backup could in a second. Whether
# this one can, the library measures anew each time, so that a busy moment may refuse.
_TRIES = 5
_TOO_MUCH = "Excessive work"


def _open(armour: bytes, passphrase: str) -> str:
    return bytes(pyrage.passphrase.decrypt(armour, passphrase)).decode()


def _read_armour(file: IO[bytes]) -> bytes:
    lines = b""
    while not lines.endswith(_ARMOUR_ENDS):
        line = file.readline(_LONGEST_ARMOUR)
        if not line or len(lines) > _LONGEST_ARMOUR:
            raise DamagedBackup("This file is no backup.")
        lines += line
    return lines


@contextmanager
def decrypted(path: Path, identities: list[Any]) -> Iterator[IO[bytes]]:
    """A backup's content to read from, never on disk. At the end it was authentic to its end.

    Each piece is authentic when it is read, but only leaving the block without an error says that
    nothing was cut off. Raises WrongKeyGiven, Damaged.
    """
    reading, writing = os.pipe()
    failed: list[BaseException] = []
    abandoned = threading.Event()

    def decrypt() -> None:
        with os.fdopen(writing, "wb", closefd=True) as target, path.open("rb") as source:
            try:
                if source.read(len(_ARMOUR_BEGINS)) == _ARMOUR_BEGINS:
                    source.seek(0)
                    _read_armour(source)
                else:
                    source.seek(0)
                pyrage.decrypt_io(source, target, identities)
                target.flush()
            except BaseException as error:
                failed.append(error)

    thread = threading.Thread(target=_quietly, args=(decrypt, failed), name="decrypt")
    thread.start()
    content = os.fdopen(reading, "rb")
    try:
        yield content
        while content.read(1024 * 1024):
            pass
    except BaseException:
        abandoned.set()
        raise
    finally:
        content.close()
        thread.join()
        if failed and not (abandoned.is_set() and isinstance(failed[0], BrokenPipeError)):
            _raise_for(failed[0])


def _quietly(work: Any, failed: list[BaseException]) -> None:
    try:
        work()
    except BaseException as error:
        failed.append(error)


def _raise_for(error: BaseException) -> None:
    if isinstance(error, pyrage.DecryptError):
        raise WrongKeyGiven("This identity does not open the backup.") from None
    raise DamagedBackup("The backup is damaged or was cut off.") from None
