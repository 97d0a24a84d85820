"""Turns of SQLite's writers, among the threads of a process and among processes."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL

_PATIENCE = 5.0


class _Turns:
    """For each database, the lock by which the threads of this process wait for each other."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self._guard = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}

    def of(self, database: str) -> threading.Lock:
        """The lock of a database."""
        with self._guard:
            return self._locks.setdefault(database, threading.Lock())


_turns = _Turns()
# What was held when this process was forked off is nobody's here.
os.register_at_fork(after_in_child=_turns.forget)


@contextmanager
def in_turn(url: URL) -> Iterator[None]:
    """Have SQLite's writers wait for each other at the door.

    A writer that finds the database locked sleeps longer and longer, up to a tenth of a second,
    while nobody writes at all. Here the threads of a process wait for a lock of theirs, and the one
    that has it for a file beside the database, asleep until whoever writes closes it: so nobody
    asks again and again, and processes take turns. A thread that has waited long goes on without:
    the database's own lock is what counts. Only the one at the file waits as long as it takes, for
    a process that stands still in the middle of writing, and writes nothing itself meanwhile.
    """
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        yield
        return
    lock = _turns.of(url.database)
    if not lock.acquire(timeout=_PATIENCE):
        yield
        return
    try:
        descriptor = os.open(f"{url.database}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            # Closing gives the turn away, and so does dying.
            os.close(descriptor)
    finally:
        lock.release()
