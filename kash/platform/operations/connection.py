"""A connection of a web process: bodies counted, answers sent without waiting, and who watches.

As of the version of gunicorn that the test of `patient_worker.py` names.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import socket
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from threading import Lock
from typing import Any

from gunicorn.http import get_parser  # type: ignore[import-untyped] # it has none
from gunicorn.http.unreader import Unreader  # type: ignore[import-untyped]
from gunicorn.workers import gthread  # type: ignore[import-untyped] # it has none

from kash.platform.operations.arriving import ArrivalProgress, Arriving, Pace


class Body:
    """How one connection's body counts. `wanted` and `room` are the bytes that a large one asks
    for, and that are set aside for it."""

    def __init__(self) -> None:
        self.network = ""
        # Whether it counts among the bodies from there.
        self.counted = False
        # Bytes of it that count among what bodies hold, until it is answered.
        self.holds = 0
        self.wanted = self.room = 0


class BodyCounts:
    """The counts of one process."""

    def __init__(self) -> None:
        self._of_network: Counter[str] = Counter()
        # Bytes that bodies hold which are not large.
        self.held = 0
        self._set_aside = 0

    def count(self, body: Body, network: str) -> None:
        """A body is on its way from a network."""
        body.network = network
        body.counted = True
        self._of_network[network] += 1

    def count_no_longer(self, body: Body) -> None:
        """It is none of those on their way any more."""
        if body.counted:
            body.counted = False
            self._of_network -= Counter([body.network])

    def from_where(self, body: Body) -> int:
        """How many are on their way from where it comes."""
        return self._of_network[body.network]

    def hold(self, body: Body, size: int) -> None:
        """It holds so many bytes now."""
        self.held += size - body.holds
        body.holds = size

    def has_room(self, body: Body, room: int) -> bool:
        """True if a large body may come, of `room` bytes for all of them. One alone always may."""
        return not self._set_aside or self._set_aside + body.wanted <= room

    def set_aside(self, body: Body) -> None:
        """Take the room that a large body wants."""
        body.room = body.wanted
        self._set_aside += body.room
        self.hold(body, 0)

    def give_back(self, body: Body) -> None:
        """It needs that room no longer."""
        self._set_aside -= body.room
        body.room = 0


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
            lines = [other for other in self._lines if not other.given_up]
            now = time.monotonic()
            if len(lines) >= self._most:
                min(lines, key=lambda other: self._merit(other, now)).give_up()
            self._lines[line] = now, line.taken
        try:
            yield
        finally:
            with self._lock:
                del self._lines[line]

    def _merit(self, line: Line, now: float) -> tuple[bool, float, float]:
        # A line that is read at once begins anew again and again, so a short wait says nothing yet.
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


# After an answer whose request was not read to its end, the other end may still be sending.
_LINGER, _LINGER_SILENT = 10.0, 2.0
_PLAIN = (
    "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n"
    "Cache-Control: no-store\r\nConnection: close\r\n\r\n"
)
_PHRASES = {
    400: "400 Bad Request",
    408: "408 Request Timeout",
    413: "413 Content Too Large",
    429: "429 Too Many Requests",
    503: "503 Service Unavailable",
}


class Collected(Unreader):
    """A whole request, from which gunicorn's parser reads; what was read is held no longer."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: deque[bytearray] = deque()

    def load(self, pieces: deque[bytearray]) -> None:
        """Take the next request."""
        self._pieces = pieces

    @property
    def is_read(self) -> bool:
        """True if the parser and the application read all of it."""
        return not self._pieces and not self.buf.getvalue()

    def chunk(self, size_hint: int | None = None) -> bytes:
        """The next bytes, or none at the request's end."""
        if not self._pieces:
            return b""
        piece, most = self._pieces[0], size_hint or 8192
        if len(piece) <= most:
            return bytes(self._pieces.popleft())
        with memoryview(piece) as whole:
            part = bytes(whole[:most])
        del piece[:most]
        return part


class WebConnection(gthread.TConn):
    """A connection, and what is expected of it at the moment."""

    def __init__(self, cfg: Any, line: Line, client: Any, server: Any) -> None:
        super().__init__(cfg, line, client, server)
        self.peer = str(client[0]) if isinstance(client, tuple) else ""
        self.parser = get_parser(cfg, iter(()), client)
        self.parser.unreader = self.source = Collected()
        self.initialized = self.data_ready = True
        self.request = Arriving(time.monotonic())
        # What came behind the request, and belongs to the next.
        self.surplus = b""
        self.body = Body()
        self.gone = self.keep = False
        self.urgent = False
        self.since = 0.0
        self.handler: Callable[[Any], None] | None = None


class Lingering:
    """Connections whose last answer was sent, and that close in such a way that it still arrives
    where more is being sent."""

    def __init__(self) -> None:
        # When each began, and when its other end was heard last.
        self._since: dict[WebConnection, tuple[float, float]] = {}

    def begin(self, conn: WebConnection, now: float) -> None:
        """It waits for its other end from now on."""
        self._since[conn] = now, now

    def heard(self, conn: WebConnection, now: float) -> None:
        """Its other end still sends."""
        if conn in self._since:
            self._since[conn] = self._since[conn][0], now

    def forget(self, conn: WebConnection) -> None:
        """It is closed."""
        self._since.pop(conn, None)

    def over(self, now: float, *, most: int) -> list[WebConnection]:
        """Those that waited long enough; all of them if there are more than `most`."""
        crowded = len(self._since) > most
        return [
            conn
            for conn, (began, heard) in self._since.items()
            if crowded or now > began + _LINGER or now > heard + _LINGER_SILENT
        ]


def slowest_of(connections: Iterable[WebConnection]) -> WebConnection | None:
    """The one that sends the least a second, and of equals the first; None of none."""
    now = time.monotonic()

    def pace(conn: WebConnection) -> tuple[float, float]:
        progress = conn.request.progress
        return progress.speed(now), progress.began

    return min(connections, key=pace, default=None)


def plain_answer(status: int) -> bytes:
    """An answer without words, for which no thread is needed."""
    return _PLAIN.format(status=_PHRASES[status]).encode()


class Turn:
    """Turn that processes take which are forked after it was made.

    Locks of its kind are a process's own and go with it, however it ends.
    """

    def __init__(self) -> None:
        self._file = os.memfd_create("turn")

    def take(self) -> bool:
        """True if this process has the turn, now or already; False while another has it."""
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


class ReplacedWorker(gthread.ThreadWorker):
    """Gunicorn's worker of threads, which ends in its turn. `turn` is set before it is forked."""

    turn: Turn
    replaced = False

    @property
    def max_requests(self) -> int:
        """The number of answers after which this process ends.

        There is no such number while another process is ending: what is on its way may take half
        an hour, and if both waited for theirs, nobody would answer.
        """
        if self.nr < self._most_answers:
            return self._most_answers
        self.replaced = self.replaced or self.turn.take()
        return self._most_answers if self.replaced else sys.maxsize

    @max_requests.setter
    def max_requests(self, most: int) -> None:
        self._most_answers = most


class WatchingWorker(ReplacedWorker):
    """Gunicorn's worker of threads, which waits for one thing at a time of each connection."""

    def _drop(self, conn: WebConnection) -> None:
        raise NotImplementedError

    def _watch(self, conn: WebConnection, events: int, handler: Callable[[Any], None]) -> None:
        if conn.handler is None:
            self.poller.register(conn.sock, events, partial(self._happened, conn))
        elif conn.handler != handler:
            self.poller.modify(conn.sock, events, partial(self._happened, conn))
        conn.handler = handler

    def _unwatch(self, conn: WebConnection) -> None:
        if conn.handler is not None:
            conn.handler = None
            self.poller.unregister(conn.sock)

    def _happened(self, conn: WebConnection, _sock: Line) -> None:
        # It may have been let go since this was told.
        if conn.handler is not None:
            self._carefully(conn.handler, conn)

    def _carefully(self, act: Callable[[Any], None], conn: WebConnection) -> None:
        try:
            act(conn)
        except Exception as problem:
            if not isinstance(problem, OSError):
                self.log.exception("A connection is closed")
            self._drop(conn)
