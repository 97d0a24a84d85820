"""Gunicorn's configuration of a small site served by `kash.platform.operations.patient_worker`.

Its patience is short, and its pages wait until they are told to go on (by a file, in `TOLD`).
"""

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[3]))

from flask import Flask, Response, request

from kash.platform.operations import arriving as limits
from kash.platform.operations import connection as line
from kash.platform.operations.arriving import Head, Ways
from kash.platform.operations.connection import Turn
from kash.platform.operations.patient_worker import PatientWorker
from kash.platform.web.bodies import ENDED, MEGABYTE, always_answered, takes_file

TOLD = Path(os.environ["TOLD"])
limits.HEADS = replace(limits.HEADS, window=2, most_seconds=3)
limits.BODIES = replace(limits.BODIES, window=3)
limits.LARGE_BODIES = replace(limits.LARGE_BODIES, window=int(os.environ.get("LARGE_WINDOW", "3")))
line.READERS = replace(line.READERS, window=int(os.environ.get("READERS_WINDOW", "3")))
limits.LAST_CALL = 4
limits.MOST_HELD = int(os.environ.get("MOST_HELD", limits.MOST_HELD))
limits.BODIES_OF_ONE = int(os.environ.get("BODIES_OF_ONE", "16"))

app = Flask(__name__)


@app.get("/page")
def page() -> str:
    return "a page"


@app.get("/process")
def process() -> str:
    return f"process {os.getpid()}"


@app.get("/stuck")
def stuck() -> str:
    """Until it is told to go on."""
    (TOLD / f"stuck-{time.monotonic_ns()}").touch()
    while not (TOLD / "go").exists():
        time.sleep(0.02)
    return "no longer"


@app.get("/urgent")
@always_answered
def urgent() -> str:
    return "urgent"


@app.get("/paper/<int:size>")
def paper(size: int) -> bytes:
    return b"p" * size * MEGABYTE


@app.get("/made")
def made() -> Response:
    """Made while it is sent."""

    def pieces() -> Iterator[bytes]:
        for _ in range(300):
            yield b"m" * 100_000

    return Response(pieces())


@app.post("/read")
def read() -> str:
    body = request.get_data()
    return f"{len(body)} {sum(body)}"


@app.post("/unread")
def unread() -> str:
    return "not read"


@app.post("/file")
@takes_file(8 * MEGABYTE)
def file() -> str:
    return f"{len(request.get_data())}"


@app.before_request
def refuse() -> Any:
    ended = request.headers.get(ENDED)
    return (f"ended {ended}", int(ended)) if ended else None


class OwnWays(Ways):
    """Whoever says that she is somebody may send."""

    def lets_in(self, head: Head) -> bool:
        return ("x-me", "somebody") in head.fields


@app.post("/closed")
@takes_file(8 * MEGABYTE)
def closed() -> str:
    return "sign in first"


bind = [f"127.0.0.1:{os.environ['PORT']}"]
worker_class = PatientWorker
wsgi_app = "tests.platform.operations.patient:app"
workers = int(os.environ.get("PROCESSES", "1"))
threads = int(os.environ.get("THREADS", "2"))
worker_connections = 60
keepalive = 5
graceful_timeout = 8
max_requests = int(os.environ.get("MOST_REQUESTS", "0"))
control_socket_disable = True
worker_tmp_dir = "/dev/shm"
loglevel = "warning"


TURN = Turn()


def pre_fork(_server: Any, worker: Any) -> None:
    worker.ways = OwnWays(app, trusted_proxies=int(os.environ.get("PROXIES", "0")))
    worker.room = 10 * MEGABYTE
    worker.turn = TURN
