"""The one thread of a web process that is told what happens on each of its connections.

As of the version of gunicorn that the test of `patient_worker.py` names.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from kash.platform.operations.connection import WebConnection
from kash.platform.operations.line import Line
from kash.platform.operations.turn import ReplacedWorker


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
