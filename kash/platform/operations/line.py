"""A connection's socket that keeps no thread: what its other end does not take yet waits here."""

from __future__ import annotations

import errno
import select
import socket
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any

from kash.platform.operations.arriving import ArrivalProgress, Pace

# A page, a picture or a paper waits here whole. Of what is larger, or is made while it is sent, a
# thread waits for its reader once so much was not taken.
_MOST_WHOLE = 8 * 1024 * 1024
_MOST_UNSENT = 1024 * 1024
_PIECE = 64 * 1024
_SHORT_WAIT = 1.0
READERS = Pace(window=30, least=4096, most_seconds=1800)


class Waiting:
    """Lines for whose readers a thread waits: no more than `most`, so that threads are left."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        # When each began to wait, and how much its reader had taken by then.
        self._lines: dict[Line, tuple[float, int]] = {}

    @contextmanager
    def place(self, line: Line) -> Iterator[None]:
        """A place for this one within the block. With one too many the slowest is given up."""
        with self._lock:
            kept = [each for each in self._lines if not each.given_up]
            now = time.monotonic()
            if len(kept) >= self._most:
                min(kept, key=lambda each: self._merit(each, now)).give_up()
            self._lines[line] = now, line.taken
        try:
            yield
        finally:
            with self._lock:
                del self._lines[line]

    def _merit(self, line: Line, now: float) -> tuple[bool, float, float]:
        # Whoever reads at once begins anew again and again, so a short wait says nothing yet.
        began, taken = self._lines[line]
        is_new = now - began < _SHORT_WAIT
        return is_new, 0 if is_new else (line.taken - taken) / (now - began), began


class Line(socket.socket):
    """A socket that never blocks, and keeps what could not be sent at once.

    One thread uses it at a time: the one that answers, then the one that watches. Only `give_up`
    is another's.
    """

    def __init__(self, accepted: socket.socket, waiting: Waiting) -> None:
        super().__init__(fileno=accepted.detach())
        super().setblocking(False)
        self.unsent = self.taken = 0
        self.given_up = False
        self._places = waiting
        self._waiting: deque[memoryview] = deque()
        self._progress = ArrivalProgress(0)

    def setblocking(self, flag: bool, /) -> None:
        """It stays as it is, whatever the server's library wants."""

    def sendall(self, data: Any, flags: int = 0, /) -> None:
        """Send what can be sent and keep the rest. Raises OSError if the other end is gone."""
        whole = memoryview(data).cast("B")
        for at in range(0, len(whole), _MOST_WHOLE):
            if self.unsent > _MOST_UNSENT:
                with self._places.place(self):
                    while self.unsent > _MOST_UNSENT:
                        self._wait()
            if not self.unsent:
                self._progress = ArrivalProgress(time.monotonic())
            piece = whole[at : at + _MOST_WHOLE]
            self._waiting.append(piece)
            self.unsent += len(piece)
            self.flush()

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        """Send a file as anything else, so that no thread waits for its reader either."""
        file.seek(offset)
        sent = 0
        while piece := file.read(_PIECE if count is None else min(_PIECE, count - sent)):
            self.sendall(piece)
            sent += len(piece)
        return sent

    def flush(self) -> None:
        """Send what is kept, as far as it is taken. Raises OSError if the other end is gone."""
        while self._waiting:
            try:
                sent = self.send(self._waiting[0])
            except BlockingIOError:
                return
            self._progress.moved += sent
            self.taken += sent
            self.unsent -= sent
            if sent == len(self._waiting[0]):
                self._waiting.popleft()
            else:
                self._waiting[0] = self._waiting[0][sent:]

    def is_lost(self, now: float) -> bool:
        """True if its reader takes too little of what is kept."""
        return bool(self.unsent) and self._progress.is_lost(READERS, now)

    def speed(self, now: float) -> float:
        """How many bytes a second its reader takes."""
        return self._progress.speed(now)

    def give_up(self) -> None:
        """Have the thread that waits for its reader wait no longer."""
        self.given_up = True
        with suppress(OSError):
            self.shutdown(socket.SHUT_RDWR)

    def _wait(self) -> None:
        if self.given_up or self.is_lost(time.monotonic()):
            raise BrokenPipeError(errno.EPIPE, "what was sent is not read")
        room = select.poll()
        room.register(self, select.POLLOUT)
        room.poll(1000)
        self.flush()
