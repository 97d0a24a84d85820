"""A web process in which no thread waits for what people send, nor for what they read.

Gunicorn's worker gives a connection to a thread as soon as anything can be read from it, and the
thread waits for the rest: eight slow uploads stopped the site for everybody. Here the one thread
that watches connections reads each request, into memory, until all of it has come, and only then
gives it to a thread; what the other end does not take of an answer at once is sent by it as well.

This module alone knows gunicorn's own parts, as of the version that its test names.
"""

from __future__ import annotations

import errno
import math
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from gunicorn.http import get_parser  # type: ignore[import-untyped] # it has none
from gunicorn.http.unreader import Unreader  # type: ignore[import-untyped]
from gunicorn.workers import gthread  # type: ignore[import-untyped]

from kash.platform.operations.arriving import Arriving, Head, Pace, Progress
from kash.platform.operations.body_counts import Body, BodyCounts
from kash.platform.operations.line import Line, Waiting
from kash.platform.operations.ways import Ways
from kash.platform.web.bodies import ENDED, MEGABYTE

# How slowly a head, a body and a large body may come. Nobody waits for them but who sends them, so
# a form may come over the worst network; a large body takes memory from others until it is whole.
HEADS = Pace(window=15, least=1, most_seconds=20)
BODIES = Pace(window=30, least=512, most_seconds=1800)
LARGE_BODIES = Pace(window=30, least=16 * 1024, most_seconds=1800)
# As the Caddyfile tells them: a length of seven digits, which it hands on as it comes.
LARGE = 999_999
# How many bodies may be on their way from one network, to one process: a hall full of phones may
# stand behind one address.
BODIES_OF_ONE = 64
# What bodies that are not large may hold together until they are answered, and answers that are
# not read yet.
MOST_HELD = 48 * MEGABYTE
# So much of a request that is whole is taken however much others hold: there are no more of them
# than places, and help is filed by such.
A_FORM = 16 * 1024
# How long a large body waits, unread, until those before it have gone.
PATIENCE = 60.0
# How long a process that is to be replaced waits for bodies that are not large: no other is
# replaced meanwhile, and anybody may send one.
LAST_CALL = 60.0
# Threads of each process that only `always_answered` pages take.
URGENT_THREADS = 2
# Threads of each process that never wait for those who read what is large.
THREADS_LEFT = 2

_READ = 256 * 1024
_SECONDS_BETWEEN_LOOKS = 0.5
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


class Connection(gthread.TConn):
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
        self.last = 0.0
        self.handler: Callable[[Any], None] | None = None


class PatientWorker(gthread.ThreadWorker):
    """Gunicorn's worker of threads, whose threads get whole requests only.

    `ways` and `room` (bytes for large bodies) are set before it is forked.
    """

    ways: Ways
    room: int
    # Set by whoever ends this process to have a fresh one: what is on its way is then waited for.
    renewed = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._arriving: dict[Connection, None] = {}
        # Large bodies that are not read: whoever sends them is looked up, or memory is wanted.
        self._unread: dict[Connection, None] = {}
        self._queued: dict[Connection, None] = {}
        self._leaving: dict[Connection, None] = {}
        self._lingering: dict[Connection, None] = {}
        self._bodies = BodyCounts()
        self._busy = 0
        self._next_look = 0.0
        self._last_call = math.inf

    @property
    def held(self) -> int:
        """How many bytes of this process are other people's bodies."""
        return self._bodies.total

    def init_process(self) -> None:
        """Make the threads, then serve."""
        self.reading = Waiting(max(1, self.cfg.threads - THREADS_LEFT))
        self.urgent_pool = ThreadPoolExecutor(URGENT_THREADS)
        super().init_process()

    # --- Watching -------------------------------------------------------------------------------

    def _watch(self, conn: Connection, events: int, handler: Callable[[Any], None]) -> None:
        if conn.handler is None:
            self.poller.register(conn.sock, events, partial(self._happened, conn))
        elif conn.handler != handler:
            self.poller.modify(conn.sock, events, partial(self._happened, conn))
        conn.handler = handler

    def _unwatch(self, conn: Connection) -> None:
        if conn.handler is not None:
            conn.handler = None
            self.poller.unregister(conn.sock)

    def _happened(self, conn: Connection, _sock: Line) -> None:
        # It may have been let go since this was told.
        if conn.handler is not None:
            self._carefully(conn.handler, conn)

    def _carefully(self, act: Callable[[Any], None], conn: Connection) -> None:
        try:
            act(conn)
        except Exception as problem:
            if not isinstance(problem, OSError):
                self.log.exception("A connection is closed")
            self._drop(conn)

    def _drop(self, conn: Connection) -> None:
        if conn.gone:
            return
        conn.gone = True
        self._unwatch(conn)
        self._no_longer_awaited(conn)
        self._throw_away(conn)
        self._leaving.pop(conn, None)
        self._lingering.pop(conn, None)
        self._give_room_back(conn)
        self.nr_conns -= 1
        conn.close()

    # --- What comes -----------------------------------------------------------------------------

    def accept(self, listener: Any) -> None:
        """Take a new connection; the one that has been idle longest gives way if need be."""
        try:
            accepted, client = listener.accept()
        except OSError as problem:
            if problem.errno in (errno.EMFILE, errno.ENFILE):
                self._close_idle()
            elif problem.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        if self.nr_conns >= self.worker_connections - self.cfg.threads:
            self._close_idle()
        self.nr_conns += 1
        line = Line(accepted, self.reading)
        conn = Connection(self.cfg, line, client, listener.getsockname())
        self._carefully(self._await, conn)

    def _close_idle(self) -> None:
        if self.keepalived_conns:
            self._drop(self.keepalived_conns.popleft())

    def on_client_socket_readable(self, conn: Connection, client: Any = None) -> None:
        """The next request of a connection that was idle begins."""
        self.keepalived_conns.remove(conn)
        self._await(conn)

    def murder_keepalived(self, force: bool = False) -> None:
        """Close what was idle too long, or all that is idle."""
        now = time.monotonic()
        while self.keepalived_conns and (force or self.keepalived_conns[0].timeout <= now):
            self._close_idle()

    def _await(self, conn: Connection) -> None:
        conn.request = Arriving(time.monotonic())
        self._arriving[conn] = None
        if len(self._arriving) > self.worker_connections // 2:
            self._slowest_gives_way(self._arriving, conn)
        if conn.surplus:
            data, conn.surplus = conn.surplus, b""
            self._take(conn, data)
        else:
            self._receive(conn)

    def _receive(self, conn: Connection) -> None:
        try:
            data = conn.sock.recv(_READ)
        except BlockingIOError:
            self._watch(conn, selectors.EVENT_READ, self._receive)
            return
        if not data:
            self._drop(conn)
            return
        self._take(conn, data)

    def _take(self, conn: Connection, data: bytes) -> None:
        request = conn.request
        headless = request.head is None
        conn.surplus = request.take(data, time.monotonic())
        if not conn.body.room:
            self._bodies.hold(conn.body, request.held + len(conn.surplus))
        if request.head is not None and request.head.is_unclear:
            # Were it answered as if it had no body, its body would be answered as a request.
            self._refuse(conn, 400)
            return
        small = request.whole and conn.body.holds <= A_FORM
        if headless and request.head is not None and not small:
            self._bodies.count(conn.body, self.ways.sender(request.head, conn.peer))
            if self._is_crowded(conn):
                self._refuse(conn, 429)
                return
        if request.whole:
            self._make_way(conn)
            if self._bodies.held > MOST_HELD and not small:
                self._refuse(conn, 429)
            else:
                self._hand_over(conn)
            return
        if headless and request.head is not None:
            self._let_come(conn, request.head)
        elif conn.body.room and request.received > conn.body.room:
            self._refuse(conn, 413)
        elif request.head is None or conn.body.room or request.received <= LARGE:
            self._watch(conn, selectors.EVENT_READ, self._receive)
        else:
            self._ask(conn, request.head)
        self._make_way(None)

    def _make_way(self, newest: Connection | None) -> None:
        while self._bodies.held > MOST_HELD and self._slowest_gives_way(self._small(), newest):
            pass

    def _is_crowded(self, conn: Connection) -> bool:
        """True if too many come from where this one comes, and none of them can give way."""
        if self._bodies.from_where(conn.body) <= BODIES_OF_ONE:
            return False
        of_one = [each for each in self._arriving if each.body.counted]
        of_one = [each for each in of_one if each.body.network == conn.body.network]
        return not self._slowest_gives_way(of_one, conn)

    def _let_come(self, conn: Connection, head: Head) -> None:
        """Decide whether the body of a head that has come is read."""
        if head.length is None or head.length <= LARGE:
            self._read_on(conn)
        elif head.length > self.ways.most_bytes(head):
            self._refuse(conn, 413)
        else:
            self._ask(conn, head)

    # Large bodies take memory from others, so whoever sends one is looked up first.

    def _ask(self, conn: Connection, head: Head) -> None:
        self._unwatch(conn)
        conn.body.wanted = self.ways.most_bytes(head) if head.length is None else head.length
        conn.since = time.monotonic()
        self._unread[conn] = None
        self._busy += 1
        asked: Future[bool] = self.tpool.submit(self.ways.lets_in, head)
        asked.add_done_callback(
            lambda known: self.method_queue.defer(self._told, conn, conn.request, head, known)
        )

    def _told(self, conn: Connection, request: Arriving, head: Head, known: Future[bool]) -> None:
        self._busy -= 1
        if conn not in self._unread or conn.request is not request:
            return
        if known.cancelled() or known.exception() is not None or not known.result():
            # The application says so itself, from its head.
            self._carefully(partial(self._end, more={}), conn)
        elif self._bodies.has_room(conn.body, self.room):
            self._set_aside(conn)
            self._carefully(self._read_on, conn)
        else:
            self._queued[conn] = None

    def _set_aside(self, conn: Connection) -> None:
        del self._unread[conn]
        self._bodies.set_aside(conn.body)
        conn.request.progress = Progress(time.monotonic())

    def _give_room_back(self, conn: Connection) -> None:
        self._bodies.give_back(conn.body)
        for first in list(self._queued):
            if not self._bodies.has_room(first.body, self.room):
                break
            del self._queued[first]
            self._set_aside(first)
            self._carefully(self._read_on, first)

    def _read_on(self, conn: Connection) -> None:
        request = conn.request
        if request.head is not None and request.head.awaits_leave and not request.received:
            conn.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._watch(conn, selectors.EVENT_READ, self._receive)

    def _small(self) -> list[Connection]:
        return [conn for conn in self._arriving if conn.request.held and not conn.body.room]

    def _slowest_gives_way(self, among: Iterable[Connection], newest: Connection | None) -> bool:
        """End the one that sends the least a second, so that who sends at all is not held up."""
        now = time.monotonic()

        def pace(conn: Connection) -> tuple[float, float]:
            progress = conn.request.progress
            return progress.speed(now), progress.began

        sending = (conn for conn in among if conn is not newest and conn not in self._unread)
        slowest = min(sending, key=pace, default=None)
        if slowest is None:
            return False
        self._carefully(partial(self._refuse, status=429), slowest)
        return True

    def _no_longer_awaited(self, conn: Connection) -> None:
        self._arriving.pop(conn, None)
        self._unread.pop(conn, None)
        self._queued.pop(conn, None)

    def _let_go(self, conn: Connection) -> None:
        """Nothing of it is held any longer but what came behind it."""
        self._bodies.hold(conn.body, len(conn.surplus))
        self._bodies.count_no_longer(conn.body)

    def _throw_away(self, conn: Connection) -> None:
        conn.request.hand_over()
        conn.surplus = b""
        self._let_go(conn)

    def _refuse(self, conn: Connection, status: int) -> None:
        """Wait for it no longer, and say so: on a page, if a thread is free to draw one."""
        if not conn.request.started:
            self._drop(conn)
        elif status == 400 or conn.request.head is None or self._busy >= self.cfg.threads:
            self._unwatch(conn)
            self._no_longer_awaited(conn)
            self._throw_away(conn)
            conn.keep = False
            conn.sock.sendall(_PLAIN.format(status=_PHRASES[status]).encode())
            self._send_rest(conn)
        else:
            self._end(conn, {ENDED: str(status)})

    def _end(self, conn: Connection, more: Mapping[str, str]) -> None:
        """Have the application answer to a head alone."""
        head = conn.request.head
        self._unwatch(conn)
        self._no_longer_awaited(conn)
        self._throw_away(conn)
        if head is not None:
            conn.source.load(head.alone(more))
            self._submit(conn)

    # --- Threads --------------------------------------------------------------------------------

    def _hand_over(self, conn: Connection) -> None:
        self._unwatch(conn)
        self._no_longer_awaited(conn)
        if conn.body.holds <= A_FORM:
            self._bodies.count_no_longer(conn.body)
        conn.source.load(conn.request.hand_over())
        self._submit(conn)

    def _submit(self, conn: Connection) -> None:
        head = conn.request.head
        conn.urgent = (
            self._busy >= self.cfg.threads and head is not None and self.ways.is_urgent(head)
        )
        self._busy += not conn.urgent
        pool = self.urgent_pool if conn.urgent else self.tpool
        answered: Future[Any] = pool.submit(self.handle, conn)
        answered.add_done_callback(
            lambda done: self.method_queue.defer(self.finish_request, conn, done)
        )

    def finish_request(self, conn: Connection, fs: Future[Any]) -> None:
        """An answer is made: what of it was not taken is sent from here."""
        self._busy -= not conn.urgent
        self._give_room_back(conn)
        self._let_go(conn)
        answered = not fs.cancelled() and fs.exception() is None and bool(fs.result())
        conn.keep = answered and conn.source.is_read
        self._carefully(self._send_rest, conn)

    # --- What goes ------------------------------------------------------------------------------

    def _send_rest(self, conn: Connection) -> None:
        conn.sock.flush()
        if conn.sock.unsent:
            self._leaving[conn] = None
            self._watch(conn, selectors.EVENT_WRITE, self._send_rest)
            return
        self._leaving.pop(conn, None)
        if not conn.keep:
            self._linger(conn)
        elif conn.surplus:
            self._unwatch(conn)
            self._await(conn)
        else:
            conn.set_timeout()
            if not self.alive:
                soon = time.monotonic() + gthread.STOP_KEEPALIVE_LINGER
                conn.timeout = min(conn.timeout, soon)
            self.keepalived_conns.append(conn)
            self._watch(conn, selectors.EVENT_READ, self.on_client_socket_readable)

    def _linger(self, conn: Connection) -> None:
        """Close in such a way that the answer still arrives where more is being sent."""
        conn.sock.shutdown(socket.SHUT_WR)
        conn.since = conn.last = time.monotonic()
        self._lingering[conn] = None
        self._watch(conn, selectors.EVENT_READ, self._discard)

    def _discard(self, conn: Connection) -> None:
        if not conn.sock.recv(_READ):
            self._drop(conn)
        conn.last = time.monotonic()

    # --- Time -----------------------------------------------------------------------------------

    def murder_pending(self) -> None:
        """End what came or went too slowly; called whenever something happened."""
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + _SECONDS_BETWEEN_LOOKS
        for conn in [each for each in self._arriving if self._is_late(each, now)]:
            status = 503 if conn in self._unread else 408
            self._carefully(partial(self._refuse, status=status), conn)
        for conn in [each for each in self._leaving if each.sock.is_lost(now)]:
            self._drop(conn)
        unread = sum(conn.sock.unsent for conn in self._leaving)
        for conn in sorted(self._leaving, key=lambda each: each.sock.speed(now)):
            if unread <= MOST_HELD and len(self._leaving) <= self.worker_connections // 4:
                break
            unread -= conn.sock.unsent
            self._drop(conn)
        crowded = len(self._lingering) > self.worker_connections // 4
        for conn in list(self._lingering):
            if crowded or now > conn.since + _LINGER or now > conn.last + _LINGER_SILENT:
                self._drop(conn)

    def _is_late(self, conn: Connection, now: float) -> bool:
        request = conn.request
        if now > self._last_call and not conn.body.room:
            return True
        if conn in self._unread:
            return now > conn.since + PATIENCE
        if not request.started and not self.alive:
            return now > request.progress.began + gthread.STOP_KEEPALIVE_LINGER
        pace = HEADS if request.head is None else LARGE_BODIES if conn.body.room else BODIES
        return request.progress.is_lost(pace, now)

    def _cap_keepalive(self, deadline: float) -> None:
        # Called once this process is to end.
        super()._cap_keepalive(deadline)
        if self.renewed:
            self._last_call = time.monotonic() + LAST_CALL
            self.cfg.set("graceful_timeout", int(BODIES.most_seconds))
