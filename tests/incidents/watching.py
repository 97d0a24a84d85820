"""What a process does while canaries are planted: files that come and go, and all that it answers.

Files are watched by the kernel, so that one that exists for a moment is seen too.
"""

import ctypes
import os
import re
import struct
import zlib
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, request, request_finished

_CREATED, _MOVED_HERE, _WRITTEN = 0x100, 0x80, 0x2
_EVENT = struct.Struct("iIII")


class Watched:
    """The names of all that was ever made or written in a folder."""

    def __init__(self, folder: Path) -> None:
        self._kernel = ctypes.CDLL(None, use_errno=True)
        self._descriptor = self._kernel.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        events = _CREATED | _MOVED_HERE | _WRITTEN
        added = self._kernel.inotify_add_watch(self._descriptor, bytes(folder), events)
        assert self._descriptor >= 0, "the kernel watches nothing"
        assert added >= 0, "the kernel watches nothing"

    def seen(self) -> set[str]:
        """What was seen since this was last asked."""
        names = set()
        try:
            while events := os.read(self._descriptor, 65536):
                at = 0
                while at < len(events):
                    *_about, length = _EVENT.unpack_from(events, at)
                    at += _EVENT.size
                    names.add(events[at : at + length].rstrip(b"\0").decode())
                    at += length
        except BlockingIOError:
            pass
        return names

    def close(self) -> None:
        """Watch no more."""
        os.close(self._descriptor)


@contextmanager
def answers_of(app: Flask) -> Iterator[list[tuple[str, bytes]]]:
    """Of each request to come: its address, and of its answer the headers, what the session cookie
    says, and the title, each as something to look into."""
    seen: list[tuple[str, bytes]] = []

    def note(_app: Flask, response: Any, **_more: Any) -> None:
        told = f"{request.method} {request.endpoint}"
        seen.append((f"{told}, address", request.full_path.encode()))
        for name, value in response.headers:
            seen.append((f"{told}, {name}", value.encode("utf-8", "replace")))
            if name == "Set-Cookie":
                seen.append((f"{told}, inside {name}", _inside(value)))
        if response.mimetype == "text/html" and not response.is_streamed:
            for title in re.findall(rb"<title>.*?</title>", response.get_data(), re.S):
                seen.append((f"{told}, title", title))

    request_finished.connect(note, app)
    try:
        yield seen
    finally:
        request_finished.disconnect(note, app)


def _inside(cookie: str) -> bytes:
    """What a signed cookie holds, unpacked."""
    value = cookie.partition("=")[2].partition(";")[0].strip('"')
    packed, payload = value.startswith("."), value.lstrip(".").partition(".")[0]
    try:
        raw = urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        return zlib.decompress(raw) if packed else raw
    except (ValueError, zlib.error):
        return b""
