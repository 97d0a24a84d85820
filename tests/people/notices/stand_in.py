"""A stand-in for the gateway of Africa's Talking on this machine, that fails as gateways do.

It takes messages as a network does (what it took is on somebody's phone), and then answers, or
breaks the connection, or answers half, or twice. Which is drawn, the same each time.
"""

import json
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs

# How often each thing happens, in a hundred requests.
PLANS = {
    "answers": 62,
    "answers twice": 6,
    "takes and breaks": 12,
    "takes and answers half": 8,
    "takes and says nothing in time": 2,
    "takes and answers nonsense": 4,
    "is busy": 4,
    "breaks first": 1,
    "has an error": 1,
}
_REFUSING = {"7": 403, "8": 406}


@dataclass
class StandIn:
    """The stand-in: what it took, by number and text, and the reports that are to come of it."""

    chance: random.Random
    plans: Sequence[str] = ()
    taken: Counter[tuple[str, str]] = field(default_factory=Counter)
    # The gateway's name of a message, and the number.
    reports: list[tuple[str, str]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    port: int = 0

    def plan(self) -> str:
        """What happens to the next request."""
        return self.chance.choices(list(PLANS), list(PLANS.values()))[0]

    def take(self, numbers: Sequence[str], text: str) -> list[dict[str, Any]]:
        """Take a text to numbers; what the answer says of each."""
        lines = []
        for number in numbers:
            code = _REFUSING.get(number[-1], 101) if number[-2] == "9" else 101
            name = "None"
            if code == 101:
                name = f"ATXid_{len(self.reports)}"
                self.taken[number, text] += 1
                self.reports.append((name, number))
            lines.append({"number": number, "statusCode": code, "messageId": name})
        return lines


class _Handler(BaseHTTPRequestHandler):
    stand_in: StandIn

    def do_POST(self) -> None:
        stand_in = self.stand_in
        plan = stand_in.plan()
        if plan == "breaks first":
            self._break()
            return
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if plan == "is busy":
            self._answer(429, b"")
            return
        if plan == "has an error":
            self._answer(500, b"")
            return
        text, numbers = self._message(body)
        lines = stand_in.take(numbers, text)
        if plan == "takes and breaks":
            self._break()
            return
        if plan == "takes and says nothing in time":
            # The client hangs up, and this end sees it.
            self.connection.recv(1)
            self.close_connection = True
            return
        if plan == "answers twice":
            lines = lines + [{**line, "messageId": line["messageId"] + "b"} for line in lines]
        answer = json.dumps({"SMSMessageData": {"Message": "Sent", "Recipients": lines}}).encode()
        if plan == "takes and answers nonsense":
            answer = b"<html>"
        if plan == "takes and answers half":
            self._answer(201, answer[: len(answer) // 2], len(answer))
            self.close_connection = True
            return
        self._answer(201, answer)

    def _message(self, body: bytes) -> tuple[str, list[str]]:
        self.stand_in.requests.append(
            {"path": self.path, "key": self.headers["apiKey"], "body": body.decode()}
        )
        if self.headers["Content-Type"] == "application/json":
            sent = json.loads(body)
            return sent["message"], sent["phoneNumbers"]
        form = parse_qs(body.decode())
        return form["message"][0], form["to"][0].split(",")

    def _answer(self, status: int, content: bytes, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)

    def _break(self) -> None:
        # With this a connection is reset when it is closed.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def finish(self) -> None:
        with suppress(OSError, ValueError):
            super().finish()

    def log_message(self, format: str, *args: Any) -> None:
        pass


class _Quiet(HTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


@contextmanager
def standing_in(seed: int = 1) -> Iterator[StandIn]:
    """A stand-in that listens until the block ends."""
    stand_in = StandIn(random.Random(seed))
    handler = type("Handler", (_Handler,), {"stand_in": stand_in})
    with _Quiet(("127.0.0.1", 0), handler) as server:
        stand_in.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield stand_in
        finally:
            server.shutdown()
            thread.join()
