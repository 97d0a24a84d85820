"""The parent's side of the press: one child per call, kept in bounds, spoken to by pipes only.

The parent never loads the layout engine, so that the processes that answer requests stay small.
Nothing is written to disk. The child's error output is thrown away, because it could quote a page.
"""

from __future__ import annotations

import json
import os
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NotRequired, TypedDict

Progress = Callable[[int, int], None]

_CHILD = Path(__file__).with_name("child.py")
_FRAME = struct.Struct(">cQ")
_PROGRESS = struct.Struct(">II")
_KEPT_ENVIRONMENT = ("PATH", "HOME", "XDG_CACHE_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH")
# Libraries below Python abort or fall over when an allocation is refused.
_OUT_OF_MEMORY = {signal.SIGABRT, signal.SIGTRAP, signal.SIGSEGV, signal.SIGBUS, signal.SIGKILL}


def N_(sentence: str) -> str:  # noqa: N802
    """Mark a sentence for the translation catalogue; whoever shows it looks it up there."""
    return sentence


class RenderError(Exception):
    """Paper could not be made. `sentence` can be shown to a person and holds nothing of a page."""

    sentence = N_("The file could not be made.")

    def __init__(self) -> None:
        super().__init__(self.sentence)


class RenderTimeout(RenderError):
    """The child took longer than it may."""

    sentence = N_("Making the file took too long. Try fewer pages at a time.")


class RenderTooLarge(RenderError):
    """The child needed more memory, or made a larger file, than it may."""

    sentence = N_("The file is too large to make. Try fewer pages at a time.")


class RenderFailed(RenderError):
    """The child could not set the page, or could not be started."""

    sentence = N_("The file could not be made. Nothing was lost; try again.")


@dataclass(frozen=True, slots=True)
class RenderLimits:
    """How long a child may keep its caller waiting and how much address space it may hold.

    The time a caller spends between two files of a batch doesn't count.
    """

    seconds: float = 60.0
    megabytes: int = 1536

    def __post_init__(self) -> None:
        if self.seconds <= 0 or self.megabytes <= 0:
            raise ValueError("limits are positive")


class Piece(TypedDict):
    """Markup of one page or document. `name` is fitted into the line where `before` ends."""

    before: str
    name: str
    after: str


class NameLine(TypedDict):
    """The line a name must fit: its class, its width in CSS pixels and its full size in points."""

    css_class: str
    width: float
    points: float


class RenderRequest(TypedDict):
    """What goes to the child, as JSON."""

    opening: str
    pieces: list[Piece]
    stylesheet: Literal["certificates.css", "documents.css"]
    separate: bool
    background: NotRequired[str]
    name_line: NotRequired[NameLine]


def render(
    request: RenderRequest, limits: RenderLimits, progress: Progress | None = None
) -> Iterator[bytes]:
    """Each finished PDF, in order. Closing the iterator or raising in `progress` ends the child."""
    pieces = len(request["pieces"])
    for kind, payload in _frames(json.dumps(request).encode("ascii"), limits):
        if kind == b"D":
            yield payload
        elif kind == b"P" and progress is not None:
            done, total = _PROGRESS.unpack(payload)
            progress(min(done, pieces), total)


def _frames(request: bytes, limits: RenderLimits) -> Iterator[tuple[bytes, bytes]]:
    try:
        child = subprocess.Popen(
            [sys.executable, "-s", "-P", str(_CHILD), str(limits.megabytes), str(limits.seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=_environment(),
        )
    except OSError:
        raise RenderFailed from None
    try:
        yield from _Conversation(child, request, limits).frames()
    finally:
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None and not pipe.closed:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue


def _environment() -> dict[str, str]:
    """Only what fonts need: the child works on strangers' text and is given no keys."""
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    return kept | {
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        # One arena: address space is what is limited, and each thread would reserve its own.
        "MALLOC_ARENA_MAX": "1",
    }


class _Conversation:
    """Writes the request and reads frames on two pipes without waiting for one on the other."""

    def __init__(
        self, child: subprocess.Popen[bytes], request: bytes, limits: RenderLimits
    ) -> None:
        if child.stdin is None or child.stdout is None:
            raise RenderFailed
        self._child = child
        self._stdin = child.stdin
        self._stdout = child.stdout.fileno()
        self._unsent = memoryview(request)
        self._patience = limits.seconds
        self._largest = limits.megabytes * 1024 * 1024
        self._received = bytearray()
        self._poll = select.poll()
        self._poll.register(self._stdout, select.POLLIN)
        self._poll.register(self._stdin.fileno(), select.POLLOUT)
        os.set_blocking(self._stdin.fileno(), False)

    def frames(self) -> Iterator[tuple[bytes, bytes]]:
        while True:
            header = self._take(_FRAME.size)
            kind, length = _FRAME.unpack(header)
            if length > self._largest:
                raise RenderTooLarge
            payload = self._take(length)
            if kind == b"Z":
                return
            if kind == b"E":
                raise RenderTooLarge if payload == b"memory" else RenderFailed
            yield kind, payload

    def _take(self, count: int) -> bytes:
        while len(self._received) < count:
            self._wait()
        taken = bytes(self._received[:count])
        del self._received[:count]
        return taken

    def _wait(self) -> None:
        began = time.monotonic()
        ready = self._poll.poll(max(self._patience, 0) * 1000)
        self._patience -= time.monotonic() - began
        if not ready:
            raise RenderTimeout
        for descriptor, _event in ready:
            if descriptor == self._stdout:
                arrived = os.read(descriptor, 1 << 20)
                if not arrived:
                    self._explain_death()
                self._received += arrived
            else:
                self._send()

    def _send(self) -> None:
        try:
            sent = os.write(self._stdin.fileno(), self._unsent[: 1 << 16])
        except BlockingIOError:
            return
        except BrokenPipeError:
            sent = len(self._unsent)  # The reader's end says why.
        self._unsent = self._unsent[sent:]
        if not self._unsent:
            self._poll.unregister(self._stdin.fileno())
            self._stdin.close()

    def _explain_death(self) -> None:
        code = self._child.wait()
        if code < 0 and -code == signal.SIGXCPU:
            raise RenderTimeout
        if code < 0 and -code in _OUT_OF_MEMORY:
            raise RenderTooLarge
        raise RenderFailed
