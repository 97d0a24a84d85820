"""A backup's content: a tar file, made and read piece by piece.

In this order: `backup.json` (format, engine), `database/000000` and on, `files/<key>`,
`server.key`, `end.json` (how many members came before it).
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from kash.platform.operations.errors import DamagedBackup

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
