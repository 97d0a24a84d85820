"""A stand-in for another system: a small server on this machine that answers as a test says, keeps
what it was sent, and fails in each way that networks and servers do."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Asked:
    """A request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """An answer. `fault` is what the network makes of it: `reset`, `silent` (nothing until the
    asker has gone), `half`, `drip` (a byte at a time, for ever)."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    fault: str = ""


@dataclass
class OtherEnd:
    """The stand-in: `answer` is asked for each request."""

    answer: Callable[[Asked], Reply]
    address: str = ""
    asked: list[Asked] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


@contextmanager
def other_end(answer: Callable[[Asked], Reply]) -> Iterator[OtherEnd]:
    """A stand-in that listens on this machine."""
    end = OtherEnd(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_given: object) -> None:
            pass

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, self.rfile.read(length))
            end.asked.append(asked)
            self.close_connection = True
            self._send(end.answer(asked))

        def _send(self, reply: Reply) -> None:
            if reply.fault == "reset":
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
                return
            if reply.fault == "silent":
                end.over.wait(10)
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if "Content-Length" not in reply.headers:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if reply.fault == "half":
                self.wfile.write(reply.body[: len(reply.body) // 2])
                return
            if reply.fault == "drip":
                while not end.over.wait(0.02):
                    self.wfile.write(b" ")
                return
            self.wfile.write(reply.body)

        do_GET = _answer  # noqa: N815 - the server asks for these names
        do_POST = _answer  # noqa: N815

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_given: object) -> None:
            """Whoever hung up meanwhile is no fault of the stand-in."""

    server = Server(("127.0.0.1", 0), Handler)
    end.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005})
    thread.start()
    try:
        yield end
    finally:
        end.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
