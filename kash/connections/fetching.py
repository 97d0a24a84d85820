"""One way to call other systems: protected, bounded in time and size, straight to the host that two
people agreed on.

No proxy of the environment is asked and no answer leads to another host. What the other end is
told to know the programme by stands in no error.
"""

from __future__ import annotations

import http.client
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from socket import SHUT_RDWR
from urllib.parse import urljoin, urlsplit

from kash.connections.rules import clean_address

_PATIENCE = 30.0
_MOST = 20_000_000
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 3
# What an HTTPS client raises once something may have gone out.
_FAILURES = (OSError, http.client.HTTPException, ValueError)


class FetchFailed(Exception):
    """A call without an answer that could be read; its text names neither address nor secret."""


class NotReached(FetchFailed):
    """The other end was not reached: nothing has gone out."""


class NotAnswered(FetchFailed):
    """Something may have gone out, and what became of it is not known."""


class AnswerTooLarge(NotAnswered):
    """The answer is longer than was asked for."""


class AnotherHost(FetchFailed):
    """The other end points to another host, where nothing is sent."""


@dataclass(frozen=True)
class Fetched:
    """An answer of another system, whatever its status."""

    status: int
    content: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class OtherSystem:
    """Another system at an address that was agreed on. `headers` go with each call, the secret
    among them. `patience` is how many seconds a call may take from its beginning to its end."""

    address: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    patience: float = _PATIENCE
    here_too: bool = False

    def get(self, target: str, *, most: int = _MOST) -> Fetched:
        """Read what lies at a path below the address, or at a whole address on the same host.
        Raises FetchFailed."""
        path = self._path(target)
        for _redirect in range(_MOST_REDIRECTS + 1):
            answer = self._call("GET", path, b"", {}, most)
            if answer.status not in _REDIRECTS:
                return answer
            path = self._path(_joined(self._origin() + path, answer.headers.get("location", "")))
        raise NotAnswered("redirected too often")

    def post(
        self, target: str, body: bytes, *, content_type: str = "application/json", most: int = _MOST
    ) -> Fetched:
        """Send a body to a path below the address. A redirection is an answer like any other: a
        body is never sent twice. Raises FetchFailed."""
        return self._call("POST", self._path(target), body, {"Content-Type": content_type}, most)

    def _origin(self) -> str:
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}"

    def _path(self, target: str) -> str:
        """The path and query of a target. Raises AnotherHost if it lies elsewhere."""
        if not target.isascii() or not target.isprintable() or " " in target:
            raise AnotherHost("no address")
        if target.startswith("/") and not target.startswith("//"):
            target = f"{self.address}{target}"
        try:
            parts = urlsplit(target)
        except ValueError:
            raise AnotherHost("no address") from None
        if f"{parts.scheme}://{parts.netloc}".lower() != self._origin():
            raise AnotherHost("another host")
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def _call(
        self, method: str, path: str, body: bytes, more: Mapping[str, str], most: int
    ) -> Fetched:
        if clean_address(self.address, here_too=self.here_too) != self.address:
            raise NotReached("not protected")
        ends = time.monotonic() + self.patience
        connection = self._connection()
        try:
            try:
                connection.connect()
            except _FAILURES:
                raise NotReached("unreachable") from None
            with _no_longer_than(connection, ends):
                try:
                    headers = {"Accept-Encoding": "identity", **self.headers, **more}
                    connection.request(method, path, body or None, headers)
                    found = connection.getresponse()
                    content = found.read(most + 1)
                    names = {name.lower(): value for name, value in found.getheaders()}
                except _FAILURES:
                    raise NotAnswered("no answer") from None
        finally:
            connection.close()
        if len(content) > most:
            raise AnswerTooLarge("too large")
        declared = names.get("content-length", "")
        if declared.isdigit() and len(content) < int(declared):
            raise NotAnswered("cut short")
        if time.monotonic() > ends:
            raise NotAnswered("too slow")
        return Fetched(found.status, content, names)

    def _connection(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.address)
        host, port = str(parts.hostname), parts.port
        if parts.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, port, timeout=self.patience, context=context)
        return http.client.HTTPConnection(host, port, timeout=self.patience)


def _joined(base: str, target: str) -> str:
    try:
        return urljoin(base, target)
    except ValueError:
        return ""


@contextmanager
def _no_longer_than(connection: http.client.HTTPConnection, ends: float) -> Iterator[None]:
    """Cut a connection at a moment, however slowly it drips: its own time limit begins anew with
    each piece."""

    def cut() -> None:
        try:
            if connection.sock is not None:
                connection.sock.shutdown(SHUT_RDWR)
        except _FAILURES:
            pass

    timer = threading.Timer(max(ends - time.monotonic(), 0.0), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
