"""Figures that somebody must look at everybody for, kept as long as nothing was written since.

    figures = counted(("coverage", group.id, today), lambda: figures_of(group, today))

The key holds all that the figures depend on: what is asked, the day, and the reach of whoever asks
where it narrows them. What is kept are figures, never names of people, words in a language, or
anything of the vault; it lies in the memory of one process, and is a few kilobytes each.

Every write moves the head of the audit chain, in the transaction of the write itself: while the
head is where it was when counting began, nothing was written, and the figures are those of now.
Once it moved they are counted anew; but where counting takes long they may be shown some minutes
longer, and then the page says when they were counted, with a link that counts them anew. What a
chore writes without an entry shows within the same minutes. Whatever `make` does, it asks for
nothing that is kept elsewhere and moves without the head.

What takes long is counted once for all web processes of a server: a process that is new, or was not
asked yet, finds it in the folder in shared memory that they have together for as long as they run.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Flask, current_app, g, has_request_context, request
from sqlalchemy import select

from kash.platform.database import db, utc_now
from kash.platform.vault.models import AuditHead

# So long is a result kept; one whose counting took longer than so many seconds is shown so long
# even if something was written. Settings of the application, which tests fix.
KEPT, SLOW = "COUNTED_KEPT", "COUNTED_SLOW"
# The folder that the processes of a server share, which is theirs alone; none if there is one only.
SHARED = "COUNTED_SHARED"
AGAIN = "counted_after"
_MOST = 50
_NAME = "kash_counted"
_FILES = "counted-"
Figures = TypeVar("Figures")


@dataclass(frozen=True)
class _Result:
    figures: Any
    head: str | None
    at: datetime
    took: float


@dataclass
class _Results:
    by_key: dict[Hashable, _Result] = field(default_factory=dict)
    # One at a time: two that count would only take the processor from each other, and whoever
    # asked for the same finds it counted.
    turn: Any = field(default_factory=threading.RLock)


def init_counted(app: Flask) -> None:
    """Begin with nothing kept."""
    app.config.setdefault(KEPT, timedelta(minutes=10))
    app.config.setdefault(SLOW, 0.3)
    app.extensions[_NAME] = _Results()
    app.jinja_env.globals.update(counted_at=counted_at, count_again=count_again)


def counted(key: Hashable, make: Callable[[], Figures]) -> Figures:
    """Figures that `make` counts, or counted before if those may be shown still."""
    results: _Results = current_app.extensions[_NAME]
    head = db.session.scalar(select(AuditHead.mac).where(AuditHead.id == 1))
    found = _usable(results.by_key.get(key), head)
    if found is None:
        with results.turn:
            found = _usable(results.by_key.get(key), head) or _usable(_shared(key), head)
            if found is None:
                at, began = utc_now(), time.perf_counter()
                found = _Result(make(), head, at, time.perf_counter() - began)
                if found.took > current_app.config[SLOW]:
                    _share(key, found)
            _keep(results.by_key, key, found)
    if found.head != head:
        g.counted_at = min(found.at, g.get("counted_at", found.at))
    figures: Figures = found.figures
    return figures


def counted_at() -> datetime | None:
    """When the oldest of the figures on a page were counted; None if they are those of now."""
    at: datetime | None = g.get("counted_at")
    return at


def count_again() -> str:
    """The address of this page with figures that are counted after those which it shows."""
    at = counted_at() or utc_now()
    given = [pair for pair in request.args.items(multi=True) if pair[0] != AGAIN]
    return "?" + urlencode([*given, (AGAIN, int(at.timestamp()) + 1)])


def _usable(found: _Result | None, head: str | None) -> _Result | None:
    kept, slow = current_app.config[KEPT], current_app.config[SLOW]
    if found is None or utc_now() - found.at >= kept:
        return None
    if found.head == head or (found.took > slow and found.at.timestamp() >= _asked_after()):
        return found
    return None


def _asked_after() -> int:
    """The moment after which the address wants figures to be counted, which stays good however
    often it is asked for."""
    given = request.args.get(AGAIN, "") if has_request_context() else ""
    return int(given) if given.isascii() and given.isdigit() and len(given) < 12 else 0


def _keep(by_key: dict[Hashable, _Result], key: Hashable, found: _Result) -> None:
    """Keep a result, and of the others the newest that may be shown still."""
    oldest_first = sorted(by_key, key=lambda other: by_key[other].at)
    for place, other in enumerate(oldest_first):
        too_many = place <= len(oldest_first) - _MOST
        if too_many or found.at - by_key[other].at >= current_app.config[KEPT]:
            del by_key[other]
    by_key[key] = found


def _shared(key: Hashable) -> _Result | None:
    """The result that a process of this server counted last; None if there is none."""
    file = _file_of(key)
    # What can't be read was counted by another version of the program, or is gone meanwhile.
    with contextlib.suppress(
        OSError, EOFError, pickle.UnpicklingError, AttributeError, ImportError
    ):
        if file is not None:
            # Nobody else can write there: the folder is made, and looked at, by the server.
            of, found = pickle.loads(file.read_bytes())  # noqa: S301
            if of == key and isinstance(found, _Result):
                return found
    return None


def _share(key: Hashable, found: _Result) -> None:
    """Let the other processes find it, and take away what is kept no longer. Without room in
    memory each counts for itself."""
    file = _file_of(key)
    if file is None:
        return
    mine = file.with_name(f"{file.name}-{os.getpid()}")
    with contextlib.suppress(OSError):
        mine.write_bytes(pickle.dumps((key, found)))
        mine.replace(file)
        until = time.time() - current_app.config[KEPT].total_seconds()
        for other in file.parent.glob(f"{_FILES}*"):
            if other.stat().st_mtime < until:
                other.unlink()


def _file_of(key: Hashable) -> Path | None:
    folder: Path | None = current_app.config.get(SHARED)
    if folder is None:
        return None
    return folder / (_FILES + hashlib.sha256(repr(_spelt(key)).encode()).hexdigest()[:32])


def _spelt(key: Any) -> Any:
    """A key as each process spells it: sets have another order in each."""
    if isinstance(key, frozenset):
        return sorted(repr(_spelt(one)) for one in key)
    return [_spelt(one) for one in key] if isinstance(key, tuple) else key
