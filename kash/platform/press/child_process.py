"""The press's child, as the server calls it; and a page of a PDF as a picture, by another child."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kash.platform.catalogue import N_
from kash.platform.confinement import NoAnswer, answered, ended, how_ended, start
from kash.platform.press.markup import DocumentRequest, PlatesRequest

Progress = Callable[[int, int], None]

_FRAME = struct.Struct(">cQ")
# Libraries below Python abort or fall over when an allocation is refused.
_OUT_OF_MEMORY = {signal.SIGABRT, signal.SIGTRAP, signal.SIGSEGV, signal.SIGBUS, signal.SIGKILL}


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


class RenderOverflow(RenderFailed):
    """Text that must stand on one page takes more."""

    sentence = N_("The design does not fit on one page. Shorten its words or make them smaller.")


_REASONS = {b"memory": RenderTooLarge, b"pages": RenderOverflow}


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


def render(request: DocumentRequest | PlatesRequest, limits: RenderLimits) -> Iterator[bytes]:
    """The finished PDF, or each plate in order. Closing the iterator ends the child."""
    bounded = {**request, "limits": [limits.megabytes, limits.seconds]}
    child = _spare.take() or _started()
    try:
        yield from _Conversation(child, json.dumps(bounded).encode("ascii"), limits).frames()
    finally:
        ended(child)


def start_ahead() -> None:
    """Start a child for the next call of this process, which so need not wait for its start.

    A child takes as long to start as a plate takes to make. Code that knows that paper will be
    asked for, and has something else to do before, calls this first.
    """
    _spare.fill()


class _Spare:
    """At most one child that waits for its request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def fill(self) -> None:
        with self._lock, contextlib.suppress(RenderFailed):
            if self._child is None:
                self._child = _started()

    def take(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            child, self._child = self._child, None
        if child is not None and child.poll() is not None:
            ended(child)
            return None
        return child


_spare = _Spare()


def _started() -> subprocess.Popen[bytes]:
    try:
        return start("kash.platform.press.child", asked=True, fonts=True)
    except NoAnswer:
        raise RenderFailed from None


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
        self._left = limits.megabytes * 1024 * 1024
        self._received = bytearray()
        self._poll = select.poll()
        self._poll.register(self._stdout, select.POLLIN)
        self._poll.register(self._stdin.fileno(), select.POLLOUT)
        os.set_blocking(self._stdin.fileno(), False)

    def frames(self) -> Iterator[bytes]:
        while True:
            header = self._take(_FRAME.size)
            kind, length = _FRAME.unpack(header)
            if length > self._left + len(self._received):
                raise RenderTooLarge
            payload = self._take(length)
            if kind == b"Z":
                return
            if kind == b"E":
                raise _REASONS.get(payload, RenderFailed)
            yield payload

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
                self._left -= len(arrived)
                if self._left < 0:
                    raise RenderTooLarge
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
        try:
            code = how_ended(self._child, self._patience)
        except NoAnswer:
            raise RenderTimeout from None
        if code < 0 and -code == signal.SIGXCPU:
            raise RenderTimeout
        if code < 0 and -code in _OUT_OF_MEMORY:
            raise RenderTooLarge
        raise RenderFailed


_SECONDS, _MEGABYTES = 20, 768
_MOST_BYTES = 16 * 1024 * 1024


def page_picture(pdf: bytes, width: int) -> bytes:
    """The first page of a PDF as a PNG so many pixels wide, drawn by a confined child under limits.

    Raises RenderFailed and RenderTimeout.
    """
    bounds = (_MEGABYTES, _SECONDS, width)
    try:
        drawn = answered(
            "kash.platform.press.picture_child", bounds, pdf, seconds=_SECONDS, most=_MOST_BYTES
        )
    except NoAnswer as problem:
        raise (RenderTimeout if problem.late else RenderFailed) from None
    if not drawn:
        raise RenderFailed
    return drawn
