"""A connection of the server, whose requests are parsed once they are whole.

As of the version of gunicorn that the test of `patient_worker.py` names.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from gunicorn.http import get_parser  # type: ignore[import-untyped] # it has none
from gunicorn.http.unreader import Unreader  # type: ignore[import-untyped]
from gunicorn.workers import gthread  # type: ignore[import-untyped]

from kash.platform.operations.arriving import Arriving
from kash.platform.operations.body_counts import Body
from kash.platform.operations.line import Line

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
