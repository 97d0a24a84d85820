"""Arrival of a request: its head, its pace, the limits on both, and the way its address tells."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.test import EnvironBuilder

from kash.platform.web.bodies import (
    LARGEST_FORM,
    MEGABYTE,
    is_always_answered,
    most_bytes_of,
    network_of,
)
from kash.platform.web.guard import lets_in

LARGEST_HEAD = 64 * 1024
# What arrives byte by byte is put together into pieces of this size.
_PIECE = 256 * 1024
_LONGEST_LINE = 8192
_SIZE = re.compile(rb"[0-9A-Fa-f]{1,12}")
_DIGITS = re.compile(r"0{0,64}[0-9]{1,15}", re.ASCII)


@dataclass(frozen=True)
class Pace:
    """How slowly something may move: at least so many bytes a second in each window of so many
    seconds, and for so many seconds in all.
    """

    window: float
    least: float
    most_seconds: float


class ArrivalProgress:
    """How many bytes moved since something began, and how they came in time."""

    def __init__(self, now: float) -> None:
        self.began = self._window_began = now
        self.moved = self._moved_before = 0

    def is_lost(self, pace: Pace, now: float) -> bool:
        """True if it moves too slowly to be waited for."""
        if now - self.began > pace.most_seconds:
            return True
        if now - self._window_began <= pace.window:
            return False
        if self.moved - self._moved_before < pace.least * pace.window:
            return True
        self._window_began, self._moved_before = now, self.moved
        return False

    def speed(self, now: float) -> float:
        """Bytes a second, on the whole."""
        return self.moved / max(now - self.began, 0.1)


@dataclass(frozen=True)
class Head:
    """Head of a request, from its first line to the empty line, as it was sent.

    `length` is that of the body in bytes, and None if it comes in chunks or is not told in a way
    that can be read; `in_chunks` tells which.
    """

    raw: bytes
    method: str
    target: str
    fields: Sequence[tuple[str, str]]
    length: int | None
    in_chunks: bool

    @property
    def is_unclear(self) -> bool:
        """True if nobody can tell where its body ends, so that nothing behind it is a request."""
        return self.length is None and not self.in_chunks

    @property
    def awaits_leave(self) -> bool:
        """True if its sender waits to be told that the body may come."""
        return any(
            name == "expect" and value.lower() == "100-continue" for name, value in self.fields
        )

    def forwarded_for(self, hops: int) -> str | None:
        """Address that the proxies that are believed say it came from."""
        addresses = [
            v for name, value in self.fields if name == "x-forwarded-for" for v in value.split(",")
        ]
        return addresses[-hops].strip() if 0 < hops <= len(addresses) else None

    def rewritten(self, more: Mapping[str, str]) -> bytes:
        """The head without what was settled with its sender, and with these fields at its end."""
        first, *lines = self.raw.removesuffix(b"\r\n\r\n").split(b"\r\n")
        settled = {b"expect", *(name.lower().encode() for name in more)}
        others = [line for line in lines if line.partition(b":")[0].strip().lower() not in settled]
        added = [f"{name}: {value}".encode() for name, value in more.items()]
        return b"\r\n".join([first, *others, *added, b"", b""])

    def alone(self, more: Mapping[str, str]) -> deque[bytearray]:
        """For the parser: the head with these fields, as the last that its connection brings."""
        return deque([bytearray(self.rewritten({"Connection": "close", **more}))])


def read_head(raw: bytes) -> Head:
    """Read what the framing and the way of a request depend on."""
    first, *lines = raw.decode("latin-1").strip("\r\n").split("\r\n")
    method, _, rest = first.partition(" ")
    split = (line.partition(":") for line in lines)
    fields = [(name.strip().lower(), value.strip(" \t")) for name, _colon, value in split]
    lengths = [value for name, value in fields if name == "content-length"]
    coded = [value for name, value in fields if name == "transfer-encoding"]
    length: int | None = 0
    if coded:
        length = None
    elif lengths:
        length = int(lengths[0]) if len(lengths) == 1 and _DIGITS.fullmatch(lengths[0]) else None
    in_chunks = bool(coded) and not lengths and coded[-1].lower().endswith("chunked")
    return Head(raw, method, rest.partition(" ")[0], fields, length, in_chunks)


class _Chunks:
    """Where a body ends that comes in chunks."""

    def __init__(self) -> None:
        self._passing = 0
        self._line = b""
        self._trailing = False

    def end_in(self, data: bytes) -> int | None:
        """The place in `data` behind the body's last byte, or None if it goes on."""
        at = 0
        while at < len(data):
            if self._passing:
                step = min(self._passing, len(data) - at)
                self._passing -= step
                at += step
                continue
            newline = data.find(b"\n", at)
            end = newline + 1 or len(data)
            self._line += data[at:end]
            at = end
            if len(self._line) > _LONGEST_LINE:
                return len(data)
            if not newline + 1:
                break
            line, self._line = self._line.rstrip(b"\r\n"), b""
            if self._trailing:
                if not line:
                    return at
                continue
            size = line.partition(b";")[0].strip()
            if not _SIZE.fullmatch(size):
                return len(data)
            # Behind a chunk's bytes comes the end of a line.
            self._passing = int(size, 16) + 2 if int(size, 16) else 0
            self._trailing = not self._passing
        return None


class Arriving:
    """A request of which some has come.

    `head` is None until all of it has; `received` counts the body's bytes as they were sent.
    `progress` is the head's, then the body's.
    """

    def __init__(self, now: float) -> None:
        self.progress = ArrivalProgress(now)
        self.head: Head | None = None
        self.whole = False
        self.received = 0
        self._start = bytearray()
        self._body: deque[bytearray] = deque()
        self._chunks = _Chunks()

    @property
    def started(self) -> bool:
        """True if anything of it has come."""
        return bool(self._start) or self.head is not None

    @property
    def held(self) -> int:
        """How many bytes of it lie here."""
        return len(self._start) + self.received

    def take(self, data: bytes, now: float) -> bytes:
        """Take what has come; what of it belongs to a later request is given back."""
        if self.head is None:
            if not self._start:
                self.progress = ArrivalProgress(now)
            self.progress.moved += len(data)
            seen = max(0, len(self._start) - 3)
            self._start += data
            end = self._start.find(b"\r\n\r\n", seen)
            if end < 0:
                # The parser says what it thinks of a head that never ends.
                self.whole = len(self._start) > LARGEST_HEAD
                return b""
            data = bytes(self._start[end + 4 :])
            self.head = read_head(bytes(self._start[: end + 4]))
            self._start.clear()
            self.progress = ArrivalProgress(now)
        return self._take_body(self.head, data)

    def _take_body(self, head: Head, data: bytes) -> bytes:
        if head.in_chunks:
            end = self._chunks.end_in(data)
            self.whole = end is not None
            mine = len(data) if end is None else end
        elif head.length is None:
            self.whole, mine = True, 0
        else:
            mine = min(len(data), head.length - self.received)
            self.whole = self.received + mine == head.length
        if mine:
            self.received += mine
            self.progress.moved += mine
            if not self._body or len(self._body[-1]) >= _PIECE:
                self._body.append(bytearray())
            self._body[-1] += memoryview(data)[:mine]
        return data[mine:]

    def hand_over(self) -> deque[bytearray]:
        """All of it for the parser, in pieces; it is no longer held here."""
        if self.head is None:
            start = bytes(self._start)
        else:
            start = self.head.rewritten({}) if self.head.awaits_leave else self.head.raw
        pieces, self._body = self._body, deque()
        self._start.clear()
        pieces.appendleft(bytearray(start))
        return pieces


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
# How long a process that is to be replaced waits for bodies that are not large: anybody may send
# one, and nothing takes its place before it has ended.
LAST_CALL = 60.0
# Threads of each process that only `always_answered` pages take.
URGENT_THREADS = 2
# Threads of each process that never wait for those who read what is large.
THREADS_LEFT = 2


# What a session is found by.
_SAYS_WHO = frozenset({"cookie", "host", "user-agent"})


class Ways:
    """The application's addresses, and the proxies in front of it that are believed."""

    def __init__(self, app: Flask, *, trusted_proxies: int) -> None:
        self._app = app
        self._addresses = app.url_map.bind("localhost")
        self._trusted_proxies = trusted_proxies

    def is_urgent(self, head: Head) -> bool:
        """True if what it asks for is answered while everything else is busy."""
        endpoint = self._endpoint(head)
        return endpoint is not None and is_always_answered(self._app, endpoint)

    def most_bytes(self, head: Head) -> int:
        """How large its body may be."""
        return most_bytes_of(self._app, self._endpoint(head), LARGEST_FORM)

    def lets_in(self, head: Head) -> bool:
        """True if who sends it may send anything there. It asks the database, so a thread does."""
        environment = EnvironBuilder(
            path=head.target,
            method=head.method,
            headers=[(name, value) for name, value in head.fields if name in _SAYS_WHO],
        )
        with self._app.request_context(environment.get_environ()):
            return lets_in()

    def sender(self, head: Head, peer: str) -> str:
        """The network that it comes from, as the proxies say, or else by who sends it here."""
        return network_of(head.forwarded_for(self._trusted_proxies) or peer)

    def _endpoint(self, head: Head) -> str | None:
        try:
            path = unquote(urlsplit(head.target).path)
            endpoint: str = self._addresses.match(path, head.method)[0]
        except (HTTPException, RequestRedirect, ValueError):
            return None
        return endpoint
