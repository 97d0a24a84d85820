"""Bodies that come a byte a second, as from somebody who wants a site to stop."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

_SECONDS_BETWEEN_BYTES = 1.0


@dataclass(frozen=True)
class SlowBody:
    """Slow body: the bytes sent at first, and one that may be sent as often as one likes."""

    start: bytes
    byte: bytes


def slow_bodies(form: str, upload: str, cookie: str) -> Sequence[SlowBody]:
    """Of each kind: a stranger's form, the same in chunks, and a large file of whoever the cookie
    names.
    """

    def head(path: str, *fields: str) -> bytes:
        said = (f"POST {path} HTTP/1.1", "Host: localhost", *fields)
        return "\r\n".join(
            (*said, "Content-Type: multipart/form-data; boundary=x", "", "")
        ).encode()

    return [
        SlowBody(head(form, "Content-Length: 100000") + b"--x\r\n", b"a"),
        SlowBody(head(form, "Transfer-Encoding: chunked"), b"1\r\na\r\n"),
        SlowBody(head(upload, "Content-Length: 5000000", f"Cookie: {cookie}") + b"--x\r\n", b"a"),
    ]


@dataclass
class Trickle:
    """So many slow bodies at a time; each that is ended is begun anew."""

    port: int
    trust: ssl.SSLContext | None
    bodies: Sequence[SlowBody]
    at_a_time: int
    ended: Counter[str] = field(default_factory=Counter)

    def run(self, stop: threading.Event) -> None:
        """Until it is told to stop."""
        threads = [
            threading.Thread(target=self._send, args=(self.bodies[at % len(self.bodies)], stop))
            for at in range(self.at_a_time)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _send(self, body: SlowBody, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                answer = self._once(body, stop)
            except OSError:
                answer = "cut off"
            if answer:
                self.ended[answer] += 1
            stop.wait(_SECONDS_BETWEEN_BYTES)

    def _once(self, body: SlowBody, stop: threading.Event) -> str:
        """How it was ended: the status that was answered; empty if it was told to stop."""
        line: socket.socket = socket.create_connection(("127.0.0.1", self.port), 30)
        if self.trust is not None:
            line = self.trust.wrap_socket(line, server_hostname="localhost")
        with line:
            line.sendall(body.start)
            line.settimeout(_SECONDS_BETWEEN_BYTES)
            while not stop.is_set():
                began = time.monotonic()
                with suppress(TimeoutError):
                    answer = line.recv(4096)
                    return answer[9:12].decode("latin-1") or "cut off"
                stop.wait(_SECONDS_BETWEEN_BYTES - (time.monotonic() - began))
                line.sendall(body.byte)
        return ""
