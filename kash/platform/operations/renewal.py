"""Web processes that have grown are replaced by fresh ones, so that the server's memory is bounded.

A web process is a fork of the server's first one and shares what was loaded before. It takes copies
of whatever it touches, since Python counts references in the objects themselves, and keeps what it
has learned of statements. A fresh fork costs some milliseconds and shares everything again.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import time
from threading import Lock, Thread
from typing import Protocol

from kash.platform.operations.memory import unshared_mb

_SECONDS_BETWEEN_LOOKS = 1.0


class WebProcess(Protocol):
    """A web process: whether it goes on, how many requests it took, and how many bytes of it are
    bodies that are on their way. `renewed` tells it to let these come before it ends.
    """

    alive: bool
    nr: int
    held: int
    renewed: bool


class Renewal:
    """Watches over what this process holds, and ends it when that is too much.

    Made before the processes are forked: they take turns, so that all but one go on serving. A
    process ends between requests, as at the server's own stop, and never while one is answered. It
    takes no new connection then, and lets come what is on its way: a long upload is not cut off,
    and what it takes counts for nothing, since its end gives it back.
    """

    def __init__(self, *, limit_mb: float) -> None:
        self._limit = limit_mb
        # Locks of its kind are a process's own and go with it, however it ends.
        self._turn = os.memfd_create("renewal")
        self._counting = Lock()
        self._in_hand = 0
        self._grown = False
        self._process: WebProcess | None = None

    def watch(self, process: WebProcess) -> None:
        """Look after this process from now on, beside its work."""
        self._process = process
        Thread(target=self._look_on, args=(process,), daemon=True, name="renewal").start()

    def begun(self) -> None:
        """A request is being answered."""
        with self._counting:
            self._in_hand += 1

    def done(self) -> None:
        """It was answered."""
        with self._counting:
            self._in_hand -= 1
        self._end_if_due()

    def _look_on(self, process: WebProcess) -> None:
        answered = 0
        while process.alive:
            time.sleep(_SECONDS_BETWEEN_LOOKS)
            if process.nr != answered:
                answered = process.nr
                _give_back()
                self._grown = unshared_mb() - process.held / 1e6 > self._limit
                self._end_if_due()

    def _end_if_due(self) -> None:
        if self._grown and not self._in_hand and self._take_turn():
            self._grown = False
            if self._process is not None:
                self._process.renewed = True
            os.kill(os.getpid(), signal.SIGTERM)

    def _take_turn(self) -> bool:
        """Take the turn to end, until this process has ended; False while another is ending."""
        try:
            fcntl.lockf(self._turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


def _give_back() -> None:
    """Have the C library return to the system what pages have freed."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
