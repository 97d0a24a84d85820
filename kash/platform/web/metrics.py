"""Numbers for those who watch over the machine: how many requests, how long, with what answer.
Only a loopback address without a proxy before it, or the token, may read them. Figures that
somebody must look at everybody for, kept as long as nothing was written since. figures =
counted(("coverage", group.id, today), lambda: figures_of(group, today)) The key holds all that the
figures depend on: what is asked, the day, and the reach of the person who asks, where it narrows
them. What is kept are figures, never names of people, words in a language, or anything of the
vault; it lies in the memory of one process, and is a few kilobytes each. Every write moves the head
of the audit chain, in the transaction of the write itself: while the head is where it was when
counting began, nothing was written, and the figures are those of now. Once it moved they are
counted anew; but where counting takes long they may be shown some minutes longer, and then the page
says when they were counted, with a link that counts them anew. What a chore writes without an entry
shows within the same minutes. Whatever `make` does, it asks for nothing that is kept elsewhere and
moves without the head. What takes long is counted once for all web processes of a server: a process
that is new, or was not asked yet, finds it in the folder in shared memory that they have together
for as long as they run."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import ipaddress
import os
import pickle
import threading
import time
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, abort, current_app, g, has_request_context, request
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    Summary,
    generate_latest,
    values,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.mmap_dict import MmapedDict
from sqlalchemy import select, text

from kash.platform.condition import condition
from kash.platform.database import db, utc_now
from kash.platform.vault.models import AuditHead
from kash.platform.web.bodies import always_answered
from kash.policy import ANYONE, allow

blueprint = Blueprint("watch", __name__)

_counted_as = ""
# Whether this process has a place for its numbers.
_counting = True
_FIRST_BYTES = 1 << 16


def _counts() -> str:
    return _counted_as or str(os.getpid())


class NumbersWithRoom(MmapedDict):
    """Numbers in a file whose room on the disk is taken before anything is written there.

    The library makes a file with a hole and maps it into memory: the first number that fell into
    the hole while the disk is full would end the process (SIGBUS). Raises OSError instead.
    """

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        if not read_mode:
            with open(filename, "ab") as file:
                size = max(os.fstat(file.fileno()).st_size, _FIRST_BYTES)
                os.posix_fallocate(file.fileno(), 0, size)
        super().__init__(filename, read_mode)  # type: ignore[no-untyped-call]

    def _init_value(self, key: str) -> None:
        # What the library adds for a key is at most 28 bytes longer than it.
        if self._used + len(key.encode()) + 28 > self._capacity:
            os.posix_fallocate(self._f.fileno(), 0, self._capacity * 2)
        super()._init_value(key)  # type: ignore[no-untyped-call]


if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
    values.MmapedDict = NumbersWithRoom  # type: ignore[attr-defined]
    values.ValueClass = values.MultiProcessValue(_counts)  # type: ignore[no-untyped-call]

_REGISTRY = CollectorRegistry()
_REQUESTS = Counter(
    "kash_requests_total", "Requests answered", ["endpoint", "status"], registry=_REGISTRY
)
# How they spread is told of all together: a dozen numbers for each of some four hundred endpoints
# would take several megabytes in every process.
_SECONDS = Summary(
    "kash_endpoint_seconds", "Seconds until a page was answered", ["endpoint"], registry=_REGISTRY
)
_SPREAD = Histogram(
    "kash_request_seconds",
    "Seconds until a request was answered",
    registry=_REGISTRY,
    buckets=(0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
_UNLOGGED_FAILURES = Counter(
    "kash_unlogged_failures_total", "Failures of pages that leave no trace", registry=_REGISTRY
)
_FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Forwarded", "Via")


def _count(response: Response) -> Response:
    if _counting:
        # What finds no room is not counted; the page is answered all the same.
        with suppress(OSError):
            _add(response)
    return response


def _add(response: Response) -> None:
    endpoint = request.endpoint or "none"
    if g.get("unlogged"):
        if response.status_code >= 500:
            _UNLOGGED_FAILURES.inc()
        return
    _REQUESTS.labels(endpoint, f"{response.status_code // 100}xx").inc()
    began = g.get("began")
    if began is not None:
        seconds = time.perf_counter() - began
        _SECONDS.labels(endpoint).observe(seconds)
        _SPREAD.observe(seconds)


def _may_read() -> bool:
    token = str(current_app.config.get("METRICS_TOKEN") or "")
    given = request.headers.get("Authorization", "")
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    if current_app.config.get("TRUSTED_PROXIES") or any(map(request.headers.get, _FORWARDED)):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


@blueprint.get("/healthz")
@allow(ANYONE)
@always_answered
def healthz() -> tuple[dict[str, Any], int]:
    """Health: whether the database answers, and whether somebody must see to the machine."""
    try:
        db.session.execute(text("select 1"))
    except Exception:
        return {"status": "down"}, 503
    wrong = condition(current_app.config["SETTINGS"], utc_now()).wrong
    if wrong:
        return {"status": "needs help", "wrong": wrong}, 503
    return {"status": "up"}, 200


@blueprint.get("/metrics")
@allow(ANYONE)
def metrics() -> Response:
    """The numbers, of all web processes if PROMETHEUS_MULTIPROC_DIR names their folder."""
    if not _may_read():
        abort(404)
    registry = _REGISTRY
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder and Path(folder).is_dir():
        from prometheus_client import multiprocess

        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def count_as(name: str) -> None:
    """Count this process's requests under a name of its own, which a later process may take over.

    Each process would else leave files of numbers behind, in memory, and web processes come and go.
    Where there is no room for them it goes on without counting.
    """
    global _counted_as, _counting
    _counted_as = name
    try:
        _UNLOGGED_FAILURES.inc(0)
    except OSError:
        _counting = False


def init_metrics(app: Flask, *, token: str, trusted_proxies: int) -> None:
    """Count requests and answer /healthz and /metrics."""
    app.config.update(METRICS_TOKEN=token, TRUSTED_PROXIES=trusted_proxies)
    app.after_request(_count)
    app.register_blueprint(blueprint)


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
    # One at a time: two that count would only take the processor from each other, and the second,
    # if it asked for the same, finds it counted.
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
    result = _usable(results.by_key.get(key), head)
    if result is None:
        with results.turn:
            result = _usable(results.by_key.get(key), head) or _usable(_shared(key), head)
            if result is None:
                at, began = utc_now(), time.perf_counter()
                result = _Result(make(), head, at, time.perf_counter() - began)
                if result.took > current_app.config[SLOW]:
                    _share(key, result)
            _keep(results.by_key, key, result)
    if result.head != head:
        g.counted_at = min(result.at, g.get("counted_at", result.at))
    figures: Figures = result.figures
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
    seconds, slow = current_app.config[KEPT], current_app.config[SLOW]
    if found is None or utc_now() - found.at >= seconds:
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
            of, result = pickle.loads(file.read_bytes())  # noqa: S301
            if of == key and isinstance(result, _Result):
                return result
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
        return sorted(repr(_spelt(part)) for part in key)
    return [_spelt(part) for part in key] if isinstance(key, tuple) else key
