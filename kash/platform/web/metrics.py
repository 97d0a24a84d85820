"""Numbers for whoever watches over the machine: how many requests, how long, with what answer.

Only a loopback address without a proxy before it, or the token, may read them.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, g, request
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
from sqlalchemy import text

from kash.platform.condition import condition
from kash.platform.database import db, utc_now
from kash.platform.web.urgent import always_answered
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
