"""The mirror: an append-only file beside the database that knows how far the chain had come.

Its first line names it; then one line for each entry, written after the commit. Lines of two
processes may stand in the other order. A database put back to an earlier state falls behind it.

Of what may happen only once, as a throw of dice, it holds a line besides that is written before the
commit: the database may forget that it happened, the mirror not.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kash.platform.vault.keys import make_private_folder

_TORN = re.compile(
    r'\{(?:"(?:s(?:e(?:q(?:"(?::[0-9, "mac:a-f]*)?)?)?)?'
    r'|o(?:n(?:c(?:e(?:"(?::(?:"[a-z0-9/_",:-]*)?)?)?)?)?)?)?)?'
)
_NAME = r"[a-z0-9/_-]{1,64}"
_ONCE = re.compile(rf'\{{"once":"({_NAME})","digest":"[0-9a-f]{{64}}"\}}')


class MirrorMissing(Exception):
    """The mirror that the chain names is not there; a writer never makes it anew by itself."""


@dataclass
class Lines:
    """Lines of a mirror file: the macs it holds for each number, what happened that may happen only
    once, and its unreadable lines."""

    macs: dict[int, set[str]] = field(default_factory=dict)
    once: list[str] = field(default_factory=list)
    torn: int = 0
    foreign: int = 0

    @property
    def last(self) -> int:
        """The highest number mirrored, 0 if none."""
        return max(self.macs, default=0)


def path_of(folder: Path, mirror: str) -> Path:
    """The file of a mirror."""
    return folder / f"{mirror}.jsonl"


def start(folder: Path, mirror: str) -> None:
    """Make the file, unless it is there."""
    make_private_folder(folder)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    with _locked(path_of(folder, mirror), flags) as descriptor:
        if os.fstat(descriptor).st_size == 0:
            _write(descriptor, _header(mirror).encode() + b"\n")
    listing = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(listing)
    finally:
        os.close(listing)


def append(folder: Path, mirror: str, entries: Iterable[tuple[int, str]]) -> None:
    """Add lines for (number, mac) at the end, durable on return. Raises MirrorMissing, OSError."""
    _add(folder, mirror, "".join(_line(seq, mac) for seq, mac in entries))


def append_once(folder: Path, mirror: str, happened: Mapping[str, str]) -> None:
    """Add a line for each thing that may happen only once, by its name, with the digest of what
    came of it; durable on return. Raises MirrorMissing, OSError."""
    lines = (
        json.dumps({"once": name, "digest": digest}, separators=(",", ":"))
        for name, digest in happened.items()
    )
    _add(folder, mirror, "".join(f"{line}\n" for line in lines))


def happened_once(folder: Path) -> Counter[str]:
    """How often each thing that may happen only once is noted in any mirror that is there."""
    return Counter(name for mirror in present(folder) for name in read(folder, mirror).once)


def _add(folder: Path, mirror: str, text: str) -> None:
    flags = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC
    try:
        with _locked(path_of(folder, mirror), flags) as descriptor:
            size = os.fstat(descriptor).st_size
            torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
            _put(descriptor, b"\n" * torn + text.encode())
            # Beside others that wait for the disk, not after them.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            os.fsync(descriptor)
    except FileNotFoundError:
        raise MirrorMissing(mirror) from None


def read(folder: Path, mirror: str) -> Lines:
    """All that a mirror says. Raises MirrorMissing."""
    lines = Lines()
    try:
        content = path_of(folder, mirror).read_bytes().decode(errors="replace")
    except FileNotFoundError:
        raise MirrorMissing(mirror) from None
    for text in content.split("\n"):
        if not text or text == _header(mirror):
            continue
        entry, once = _parsed(text), _parsed_once(text)
        if once is not None:
            lines.once.append(once)
        elif entry is not None:
            lines.macs.setdefault(entry[0], set()).add(entry[1])
        elif _TORN.fullmatch(text) or _header(mirror).startswith(text):
            lines.torn += 1
        else:
            lines.foreign += 1
    return lines


def present(folder: Path) -> set[str]:
    """The ids of the mirrors in the folder."""
    return {path.stem for path in folder.glob("*.jsonl")}


def _header(mirror: str) -> str:
    return json.dumps({"mirror": mirror})


def _line(seq: int, mac: str) -> str:
    return json.dumps({"seq": seq, "mac": mac}, separators=(",", ":")) + "\n"


def _parsed(text: str) -> tuple[int, str] | None:
    try:
        stored = json.loads(text)
    except ValueError:
        return None
    if not isinstance(stored, dict) or set(stored) != {"seq", "mac"}:
        return None
    seq, mac = stored["seq"], stored["mac"]
    return (seq, mac) if type(seq) is int and seq > 0 and isinstance(mac, str) else None


def _parsed_once(text: str) -> str | None:
    found = _ONCE.fullmatch(text)
    return found[1] if found else None


def _write(descriptor: int, content: bytes) -> None:
    _put(descriptor, content)
    os.fsync(descriptor)


def _put(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


@contextmanager
def _locked(path: Path, flags: int) -> Iterator[int]:
    descriptor = os.open(path, flags, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)
