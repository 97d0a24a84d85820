"""Numbers for whoever watches over the machine: how many requests, how long, with what answer.

Only a loopback address without a proxy before it, or the token, may read them.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
import time

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
from sqlalchemy import text

from kash.database import db
from kash.policy import ANYONE, allow
from kash.web.urgent import always_answered

blueprint = Blueprint("watch", __name__)

_counted_as = ""


def _counts() -> str:
    return _counted_as or str(os.getpid())


if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
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
    endpoint = request.endpoint or "none"
    if g.get("unlogged"):
        if response.status_code >= 500:
            _UNLOGGED_FAILURES.inc()
        return response
    _REQUESTS.labels(endpoint, f"{response.status_code // 100}xx").inc()
    began = g.get("began")
    if began is not None:
        seconds = time.perf_counter() - began
        _SECONDS.labels(endpoint).observe(seconds)
        _SPREAD.observe(seconds)
    return response


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
def healthz() -> tuple[dict[str, str], int]:
    """Whether the database answers."""
    try:
        db.session.execute(text("select 1"))
    except Exception:
        return {"status": "down"}, 503
    return {"status": "up"}, 200


@blueprint.get("/metrics")
@allow(ANYONE)
def metrics() -> Response:
    """The numbers, of all web processes if PROMETHEUS_MULTIPROC_DIR names their folder."""
    if not _may_read():
        abort(404)
    registry = _REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess

        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def count_as(name: str) -> None:
    """Count this process's requests under a name of its own, which a later process may take over.

    Each process would else leave a file of numbers behind, and web processes come and go.
    """
    global _counted_as
    _counted_as = name


def init_metrics(app: Flask, *, token: str, trusted_proxies: int) -> None:
    """Count requests and answer /healthz and /metrics."""
    app.config.update(METRICS_TOKEN=token, TRUSTED_PROXIES=trusted_proxies)
    app.after_request(_count)
    app.register_blueprint(blueprint)
