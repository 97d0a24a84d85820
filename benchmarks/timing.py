"""How long a WSGI application takes, told in its answers."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from typing import Any

MILLISECONDS = "X-Bench-Milliseconds"
PROCESS = "X-Bench-Process"

WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Timed:
    """Runs a WSGI application to the end of its answer, the closing of it included."""

    def __init__(self, application: WsgiApplication) -> None:
        self._application = application

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        answered: list[Any] = []

        def keep(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
            answered[:] = [status, headers]

        began = time.perf_counter()
        pieces = self._application(environ, keep)
        try:
            body = b"".join(pieces)
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()
        took = (time.perf_counter() - began) * 1000
        status, headers = answered
        start_response(
            status, [*headers, (MILLISECONDS, f"{took:.3f}"), (PROCESS, str(os.getpid()))]
        )
        return [body]
