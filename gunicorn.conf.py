"""How the site is served. Everything an operator may choose is a `KASH_*` variable."""

import contextlib
import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
sys.path.insert(0, str(_HERE))
# The log's library draws errors in colour where this is installed, as developers have it. A server
# writes JSON, and would carry it for nothing.
sys.modules["rich"] = None  # type: ignore[assignment]
# A child compiles a fresh installation's modules: what compiling leaves behind would lie between
# everything that is loaded, and each process would copy that much more of it.
_compiled = Path(importlib.util.cache_from_source(str(_HERE / "kash" / "desk" / "search.py")))
if not (_compiled.exists() or sys.dont_write_bytecode):
    _child = os.fork()
    if _child:
        os.waitpid(_child, 0)
    else:
        # Whatever is wrong, the server itself says when it comes to it.
        with contextlib.suppress(BaseException):
            os.umask(0o077)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            import app as _application  # noqa: F401
        os._exit(0)

from kash.platform.condition import refuse_unfit_place  # noqa: E402
from kash.platform.operations.numbers import (  # noqa: E402
    SHARED_MEMORY,
    folder_for_numbers,
    forget_numbers_at_end,
)
from kash.settings import CannotStart, load_settings  # noqa: E402

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

from kash.platform.operations.connections import PatientWorker  # noqa: E402
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


def pre_request(worker: Any, request: Any) -> None:
    _server.renewal.begun()


def post_request(worker: Any, request: Any, environ: Any, response: Any) -> None:
    _server.renewal.done()


def on_exit(server: Any) -> None:
    _server.ended()
