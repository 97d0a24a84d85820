"""The file of a backup: its parts, its encryption, its key asked for, and what is refused."""

from __future__ import annotations

import getpass
import json
import os
import sys
import tarfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import click
import pyrage

from kash.platform.refusals import told_at_terminal
from kash.settings import Settings, SettingsError, load_settings


class OperationError(Exception):
    """The operation was not done, or not finished; the message says what to do."""


class NoKey(OperationError):
    """Nothing was given to encrypt or decrypt with."""


class WrongKeyGiven(OperationError):
    """The passphrase or the identity does not open this backup."""


class DamagedBackup(OperationError):
    """The file is no whole backup of ours."""


class DatabaseDamaged(DamagedBackup):
    """The database that is served, and was to be backed up, is damaged."""


class FilesMissing(DamagedBackup):
    """Files that the database names are not where files are stored."""


class CannotWrite(OperationError):
    """There is no room for the backup, or its folder takes nothing."""


class NotEmpty(OperationError):
    """There is a programme already where the backup should go."""


class ToolFailed(OperationError):
    """A program of the database's own failed, or is not installed."""


FORMAT = 1
HEAD, DATABASE, FILES, KEY, END = "backup.json", "database/", "files/", "server.key", "end.json"
_CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Member:
    """One file of the archive; `size` in bytes, of all its pieces."""

    name: str
    size: int
    pieces: Iterable[bytes]

    @classmethod
    def of(cls, name: str, content: bytes) -> Member:
        return cls(name, len(content), [content])


def tar_pieces(members: Iterable[Member], head: dict[str, Any]) -> Iterator[bytes]:
    """The archive, as it is to be written: the head, the members, and how many they were."""
    count = 0
    yield from _member_pieces(Member.of(HEAD, _json({"format": FORMAT} | head)))
    for member in members:
        yield from _member_pieces(member)
        count += 1
    yield from _member_pieces(Member.of(END, _json({"members": count})))
    yield bytes(tarfile.BLOCKSIZE * 2)


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content).encode()


def _member_pieces(member: Member) -> Iterator[bytes]:
    about = tarfile.TarInfo(member.name)
    about.size = member.size
    about.mode = 0o600
    yield about.tobuf(tarfile.PAX_FORMAT)
    written = 0
    for piece in member.pieces:
        written += len(piece)
        yield piece
    if written != member.size:
        raise DamagedBackup("A stored file changed while it was read. Make the backup again.")
    yield bytes(-written % tarfile.BLOCKSIZE)


def read_members(content: IO[bytes]) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Name and pieces of each member, the first being the head. Raises Damaged.

    The pieces of one must be read before the next is asked for; what is not read is passed over.
    """
    count, ended = -1, False
    try:
        with tarfile.open(fileobj=content, mode="r|", errorlevel=2) as archive:
            for about in archive:
                file = archive.extractfile(about) if about.isreg() else None
                if file is None or ended:
                    raise DamagedBackup("This file is no backup of ours.")
                if about.name == END:
                    ended = json.loads(file.read()).get("members") == count
                    if not ended:
                        raise DamagedBackup("The backup is not whole.")
                    continue
                count += 1
                yield about.name, iter(lambda file=file: file.read(_CHUNK), b"")  # type: ignore[misc]
    except (tarfile.TarError, ValueError, EOFError):
        raise DamagedBackup("This file is no backup of ours.") from None
    if not ended:
        raise DamagedBackup("The backup is not whole.")


def read_head(name: str, pieces: Iterable[bytes]) -> dict[str, Any]:
    """Head of an archive, from its first member. Raises Damaged for another format."""
    try:
        head: dict[str, Any] = json.loads(b"".join(pieces)) if name == HEAD else {}
    except ValueError:
        head = {}
    if head.get("format") != FORMAT:
        raise DamagedBackup("This backup was made by another version of Kash.")
    return head


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


passphrase_option = click.option(
    "--passphrase-fd", type=int, help="Read the passphrase from this file descriptor."
)
identity_option = click.option(
    "--identity", type=click.Path(path_type=Path), help="File with the private key."
)


def settings_at_terminal() -> Settings:
    """The settings; or the line that says what is wrong with them."""
    with told_at_terminal(SettingsError):
        return load_settings()


def at_a_terminal() -> bool:
    """True if somebody can be asked."""
    return sys.stdin.isatty()


def _passphrase(descriptor: int | None, *, twice: bool) -> str:
    if descriptor is not None:
        with os.fdopen(os.dup(descriptor)) as file:
            return file.readline().rstrip("\r\n")
    if not at_a_terminal():
        raise NoKey("Set KASH_BACKUP_RECIPIENT, or run this at a terminal for a passphrase.")
    given = getpass.getpass("Passphrase of the backup: ")
    if twice and getpass.getpass("Once more: ") != given:
        raise NoKey("The two differ.")
    return given


def passphrase_for(settings: Settings, descriptor: int | None) -> str:
    """Passphrase by which a backup is made, asked for where no recipient is set. Raises NoKey."""
    if settings.backup_recipient:
        return ""
    given = _passphrase(descriptor, twice=True)
    refuse_short(given)
    return given


def identities_for(source: Path, identity: Path | None, passphrase_fd: int | None) -> list[Any]:
    """The identities that open a file, by its passphrase or its private key. Raises NoKey."""
    if needs_passphrase(source):
        return unlock(source, _passphrase(passphrase_fd, twice=False))
    if identity is None:
        raise NoKey("This backup opens with a private key: give its file with --identity.")
    return identities_in(identity)
