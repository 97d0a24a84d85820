"""How the site is served. Everything an operator may choose is a `KASH_*` variable."""

import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from kash.platform.condition import refuse_unfit_place
from kash.platform.operations.numbers import (
    SHARED_MEMORY,
    folder_for_numbers,
    forget_numbers_at_end,
)
from kash.settings import CannotStart, load_settings

os.umask(0o077)
try:
    settings = load_settings()
    refuse_unfit_place(settings)
    # Where the web processes put their numbers, so that /metrics can add them up.
    numbers = folder_for_numbers(settings.data_dir)
    if numbers is not None:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(numbers)
        forget_numbers_at_end(numbers)
    from app import app
except CannotStart as problem:
    raise SystemExit(str(problem)) from None

from kash.platform.operations.patient_worker import PatientWorker  # noqa: E402
from kash.platform.operations.server import QuietLog, Server  # noqa: E402

_server = Server(settings, app, numbers)

wsgi_app = "app:app"
bind = [f"{settings.host}:{settings.port}"]
worker_class = PatientWorker
# Of each process, below the number of files that it may open.
worker_connections = 500
workers = settings.web_workers
threads = settings.web_threads
preload_app = True
# A web process learns more of statements and pages with every answer. A fresh one takes its place
# between two requests; a server's only one stays, since nobody would answer meanwhile. The second
# number is drawn for each; they take turns, so that all but one go on answering.
max_requests = max_requests_jitter = 1000 if settings.web_workers > 1 else 0
umask = 0o077
timeout = 60
graceful_timeout = 15
keepalive = 15
control_socket_disable = True
worker_tmp_dir = str(SHARED_MEMORY) if os.access(SHARED_MEMORY, os.W_OK) else None
# Requests are logged by the application, without values.
accesslog = None
errorlog = "-"
loglevel = "warning" if settings.log_level == "info" else settings.log_level
logger_class = QuietLog
# Which proxies are believed is the application's business (KASH_TRUSTED_PROXIES).
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}


def on_starting(server: Any) -> None:
    _server.starting(server.cfg.address)


def when_ready(server: Any) -> None:
    _server.ready(server.LISTENERS)


def pre_fork(server: Any, worker: Any) -> None:
    _server.forking(worker, server.WORKERS.values())


def post_fork(server: Any, worker: Any) -> None:
    _server.forked(worker)


def post_worker_init(worker: Any) -> None:
    _server.serving(worker)


def on_exit(server: Any) -> None:
    _server.ended()
