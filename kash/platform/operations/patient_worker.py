"""A web process in which no thread waits for what people send, nor for what they read.

Gunicorn's worker gives a connection to a thread as soon as anything can be read from it, and the
thread waits for the rest: eight slow uploads stopped the site for everybody. Here the one thread
that watches connections reads each request, into memory, until all of it has come, and only then
gives it to a thread; what the other end does not take of an answer at once is sent by it as well.

This module, `watching.py` and `connection.py` alone know gunicorn's own parts, as of the version
that their test names.
"""

from __future__ import annotations

import errno
import math
import selectors
import socket
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from gunicorn.workers import gthread  # type: ignore[import-untyped] # it has none

from kash.platform.operations import arriving as limits
from kash.platform.operations.arriving import ArrivalProgress, Arriving, Head, Ways
from kash.platform.operations.connection import (
    BodyCounts,
    Line,
    Lingering,
    Waiting,
    WatchingWorker,
    WebConnection,
    plain_answer,
    slowest_of,
)
from kash.platform.web.bodies import ENDED

_READ = 256 * 1024
_SECONDS_BETWEEN_LOOKS = 0.5


class PatientWorker(WatchingWorker):
    """Gunicorn's worker of threads, whose threads get whole requests only.

    `ways`, `room` (bytes for large bodies) and `turn` are set before it is forked.
    """

    ways: Ways
    room: int

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._arriving: dict[WebConnection, None] = {}
        # Large bodies that are not read: the sender is looked up, or memory is wanted.
        self._unread: dict[WebConnection, None] = {}
        self._queued: dict[WebConnection, None] = {}
        self._leaving: dict[WebConnection, None] = {}
        self._lingering = Lingering()
        self._bodies = BodyCounts()
        self._busy = 0
        self._next_look = 0.0
        self._last_call = math.inf

    def init_process(self) -> None:
        """Make the threads, then serve."""
        self.reading = Waiting(max(1, self.cfg.threads - limits.THREADS_LEFT))
        self.urgent_pool = ThreadPoolExecutor(limits.URGENT_THREADS)
        super().init_process()

    def _drop(self, conn: WebConnection) -> None:
        if conn.gone:
            return
        conn.gone = True
        self._unwatch(conn)
        self._no_longer_awaited(conn)
        self._throw_away(conn)
        self._leaving.pop(conn, None)
        self._lingering.forget(conn)
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
        conn = WebConnection(self.cfg, line, client, listener.getsockname())
        self._carefully(self._await, conn)

    def _close_idle(self) -> None:
        if self.keepalived_conns:
            self._drop(self.keepalived_conns.popleft())

    def on_client_socket_readable(self, conn: WebConnection, client: Any = None) -> None:
        """The next request of a connection that was idle begins."""
        self.keepalived_conns.remove(conn)
        self._await(conn)

    def murder_keepalived(self, force: bool = False) -> None:
        """Close what was idle too long, or all that is idle."""
        now = time.monotonic()
        while self.keepalived_conns and (force or self.keepalived_conns[0].timeout <= now):
            self._close_idle()

    def _await(self, conn: WebConnection) -> None:
        conn.request = Arriving(time.monotonic())
        self._arriving[conn] = None
        if len(self._arriving) > self.worker_connections // 2:
            self._slowest_gives_way(self._arriving, conn)
        if conn.surplus:
            data, conn.surplus = conn.surplus, b""
            self._take(conn, data)
        else:
            self._receive(conn)

    def _receive(self, conn: WebConnection) -> None:
        try:
            data = conn.sock.recv(_READ)
        except BlockingIOError:
            self._watch(conn, selectors.EVENT_READ, self._receive)
            return
        if not data:
            self._drop(conn)
            return
        self._take(conn, data)

    def _take(self, conn: WebConnection, data: bytes) -> None:
        request = conn.request
        headless = request.head is None
        conn.surplus = request.take(data, time.monotonic())
        if not conn.body.room:
            self._bodies.hold(conn.body, request.held + len(conn.surplus))
        if request.head is not None and request.head.is_unclear:
            # Were it answered as if it had no body, its body would be answered as a request.
            self._refuse(conn, 400)
            return
        small = request.whole and conn.body.holds <= limits.A_FORM
        if headless and request.head is not None and not small:
            self._bodies.count(conn.body, self.ways.sender(request.head, conn.peer))
            if self._is_crowded(conn):
                self._refuse(conn, 429)
                return
        if request.whole:
            self._make_way(conn)
            if self._bodies.held > limits.MOST_HELD and not small:
                self._refuse(conn, 429)
            else:
                self._hand_over(conn)
            return
        if headless and request.head is not None:
            self._let_come(conn, request.head)
        elif conn.body.room and request.received > conn.body.room:
            self._refuse(conn, 413)
        elif request.head is None or conn.body.room or request.received <= limits.LARGE:
            self._watch(conn, selectors.EVENT_READ, self._receive)
        else:
            self._ask(conn, request.head)
        self._make_way(None)

    def _make_way(self, newest: WebConnection | None) -> None:
        while self._bodies.held > limits.MOST_HELD and self._slowest_gives_way(
            self._small(), newest
        ):
            pass

    def _is_crowded(self, conn: WebConnection) -> bool:
        """True if too many come from where this one comes, and none of them can give way."""
        if self._bodies.from_where(conn.body) <= limits.BODIES_OF_ONE:
            return False
        of_one = [arriving for arriving in self._arriving if arriving.body.counted]
        of_one = [arriving for arriving in of_one if arriving.body.network == conn.body.network]
        return not self._slowest_gives_way(of_one, conn)

    def _let_come(self, conn: WebConnection, head: Head) -> None:
        """Decide whether the body of a head that has come is read."""
        if head.length is None or head.length <= limits.LARGE:
            self._read_on(conn)
        elif head.length > self.ways.most_bytes(head):
            self._refuse(conn, 413)
        else:
            self._ask(conn, head)

    # Large bodies take memory from others, so the sender is looked up first.

    def _ask(self, conn: WebConnection, head: Head) -> None:
        self._unwatch(conn)
        conn.body.wanted = self.ways.most_bytes(head) if head.length is None else head.length
        conn.since = time.monotonic()
        self._unread[conn] = None
        self._busy += 1
        answer: Future[bool] = self.tpool.submit(self.ways.lets_in, head)
        answer.add_done_callback(
            lambda known: self.method_queue.defer(self._told, conn, conn.request, head, known)
        )

    def _told(
        self, conn: WebConnection, request: Arriving, head: Head, known: Future[bool]
    ) -> None:
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

    def _set_aside(self, conn: WebConnection) -> None:
        del self._unread[conn]
        self._bodies.set_aside(conn.body)
        conn.request.progress = ArrivalProgress(time.monotonic())

    def _give_room_back(self, conn: WebConnection) -> None:
        self._bodies.give_back(conn.body)
        for first in list(self._queued):
            if not self._bodies.has_room(first.body, self.room):
                break
            del self._queued[first]
            self._set_aside(first)
            self._carefully(self._read_on, first)

    def _read_on(self, conn: WebConnection) -> None:
        request = conn.request
        if request.head is not None and request.head.awaits_leave and not request.received:
            conn.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._watch(conn, selectors.EVENT_READ, self._receive)

    def _small(self) -> list[WebConnection]:
        return [conn for conn in self._arriving if conn.request.held and not conn.body.room]

    def _slowest_gives_way(
        self, among: Iterable[WebConnection], newest: WebConnection | None
    ) -> bool:
        """End the one that sends the least a second, so that who sends at all is not held up."""
        slowest = slowest_of(
            conn for conn in among if conn is not newest and conn not in self._unread
        )
        if slowest is None:
            return False
        self._carefully(partial(self._refuse, status=429), slowest)
        return True

    def _no_longer_awaited(self, conn: WebConnection) -> None:
        self._arriving.pop(conn, None)
        self._unread.pop(conn, None)
        self._queued.pop(conn, None)

    def _let_go(self, conn: WebConnection) -> None:
        """Nothing of it is held any longer but what came behind it."""
        self._bodies.hold(conn.body, len(conn.surplus))
        self._bodies.count_no_longer(conn.body)

    def _throw_away(self, conn: WebConnection) -> None:
        conn.request.hand_over()
        conn.surplus = b""
        self._let_go(conn)

    def _refuse(self, conn: WebConnection, status: int) -> None:
        """Wait for it no longer, and say so: on a page, if a thread is free to draw one."""
        if not conn.request.started:
            self._drop(conn)
        elif status == 400 or conn.request.head is None or self._busy >= self.cfg.threads:
            self._unwatch(conn)
            self._no_longer_awaited(conn)
            self._throw_away(conn)
            conn.keep = False
            conn.sock.sendall(plain_answer(status))
            self._send_rest(conn)
        else:
            self._end(conn, {ENDED: str(status)})

    def _end(self, conn: WebConnection, more: Mapping[str, str]) -> None:
        """Have the application answer to a head alone."""
        head = conn.request.head
        self._unwatch(conn)
        self._no_longer_awaited(conn)
        self._throw_away(conn)
        if head is not None:
            conn.source.load(head.alone(more))
            self._submit(conn)

    # --- Threads --------------------------------------------------------------------------------

    def _hand_over(self, conn: WebConnection) -> None:
        self._unwatch(conn)
        self._no_longer_awaited(conn)
        if conn.body.holds <= limits.A_FORM:
            self._bodies.count_no_longer(conn.body)
        conn.source.load(conn.request.hand_over())
        self._submit(conn)

    def _submit(self, conn: WebConnection) -> None:
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

    def finish_request(self, conn: WebConnection, fs: Future[Any]) -> None:
        """An answer is made: what of it was not taken is sent from here."""
        self._busy -= not conn.urgent
        self._give_room_back(conn)
        self._let_go(conn)
        answered = not fs.cancelled() and fs.exception() is None and bool(fs.result())
        conn.keep = answered and conn.source.is_read
        self._carefully(self._send_rest, conn)

    # --- What goes ------------------------------------------------------------------------------

    def _send_rest(self, conn: WebConnection) -> None:
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

    def _linger(self, conn: WebConnection) -> None:
        conn.sock.shutdown(socket.SHUT_WR)
        self._lingering.begin(conn, time.monotonic())
        self._watch(conn, selectors.EVENT_READ, self._discard)

    def _discard(self, conn: WebConnection) -> None:
        if not conn.sock.recv(_READ):
            self._drop(conn)
        self._lingering.heard(conn, time.monotonic())

    # --- Time -----------------------------------------------------------------------------------

    def murder_pending(self) -> None:
        """End what came or went too slowly; called whenever something happened."""
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + _SECONDS_BETWEEN_LOOKS
        for conn in [waiting for waiting in self._arriving if self._is_late(waiting, now)]:
            status = 503 if conn in self._unread else 408
            self._carefully(partial(self._refuse, status=status), conn)
        for conn in [waiting for waiting in self._leaving if waiting.sock.is_lost(now)]:
            self._drop(conn)
        unread = sum(conn.sock.unsent for conn in self._leaving)
        for conn in sorted(self._leaving, key=lambda waiting: waiting.sock.speed(now)):
            if unread <= limits.MOST_HELD and len(self._leaving) <= self.worker_connections // 4:
                break
            unread -= conn.sock.unsent
            self._drop(conn)
        for conn in self._lingering.over(now, most=self.worker_connections // 4):
            self._drop(conn)

    def _is_late(self, conn: WebConnection, now: float) -> bool:
        request = conn.request
        if now > self._last_call and not conn.body.room:
            return True
        if conn in self._unread:
            return now > conn.since + limits.PATIENCE
        if not request.started and not self.alive:
            return now > request.progress.began + gthread.STOP_KEEPALIVE_LINGER
        pace = (
            limits.HEADS
            if request.head is None
            else limits.LARGE_BODIES
            if conn.body.room
            else limits.BODIES
        )
        return request.progress.is_lost(pace, now)

    def _cap_keepalive(self, deadline: float) -> None:
        # Called once this process is to end. If a fresh one is to take its place what is on its way
        # is waited for.
        super()._cap_keepalive(deadline)
        if self.replaced:
            self._last_call = time.monotonic() + limits.LAST_CALL
            self.cfg.set("graceful_timeout", int(limits.BODIES.most_seconds))
