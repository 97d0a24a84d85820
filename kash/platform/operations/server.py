"""Server around the application: take the port, prepare, share memory, keep the worker."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import gc
import itertools
import os
import socket
import sys
import time
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flask import Flask, render_template
from flask_babel import force_locale, format_date
from gunicorn.glogging import Logger  # type: ignore[import-untyped] # it has none
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

from kash.feature import declared
from kash.platform.condition import condition
from kash.platform.confinement.telling import log_confinement
from kash.platform.database import db, utc_now
from kash.platform.jobs.runner import where_it_broke
from kash.platform.jobs.worker import WorkerKeeper, run_worker
from kash.platform.operations.archive import NoKey
from kash.platform.operations.arriving import Ways
from kash.platform.operations.connection import Turn
from kash.platform.operations.migrations import MigrationFailed, StartLine, migrate_if_behind
from kash.platform.operations.numbers import clear_numbers
from kash.platform.web.bodies import MEGABYTE
from kash.platform.web.metrics import SHARED, count_as
from kash.platform.web.programme import LANGUAGES
from kash.settings import Settings, address_of

# A web process whose first process was killed ends by itself once it has answered what it is at.
PATIENCE = 30.0
_PAUSE = 0.2


class PortTaken(Exception):
    """Another program listens there; the message is one line for the operator."""


def wait_for_port(host: str, port: int, *, patience: float = PATIENCE) -> None:
    """Return once nothing listens on the port. Raises PortTaken after `patience` seconds.

    A server that replaces itself, or is given its socket, has it already and does not wait.
    """
    if not port or "GUNICORN_PID" in os.environ or "LISTEN_FDS" in os.environ:
        return
    until, told = time.monotonic() + patience, False
    while _is_taken(host, port):
        if time.monotonic() >= until:
            raise PortTaken(f"Port {port} is taken by another program, or by another Kash.")
        if not told:
            print(f"Port {port} is taken. Waiting until it is free.", flush=True)
            told = True
        time.sleep(_PAUSE)


def _is_taken(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As the server does: what has only just closed does not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False


class QuietLog(Logger):
    """The server's log without what people sent: no address, no path, no message of an error."""

    def warning(self, msg: str, *args: Any, **options: Any) -> None:
        if msg.startswith("Invalid request"):
            msg, args = "A request that is not HTTP was refused.", ()
        super().warning(msg, *args, **options)

    def exception(self, msg: str, *args: Any, **options: Any) -> None:
        kind, _error, traceback = sys.exc_info()
        name = kind.__name__ if kind is not None else "an error"
        super().error("Stopped by %s %s", name, where_it_broke(traceback))


class Server:
    """The hooks of one running server, called by `gunicorn.conf.py`."""

    def __init__(self, settings: Settings, app: Flask, numbers: Path | None = None) -> None:
        self._settings = settings
        self._app = app
        self._numbers = numbers
        # There, too, is what one process counted for all.
        app.config[SHARED] = numbers
        self._keeper: WorkerKeeper | None = None
        self._turn = Turn()
        self._ways = Ways(app, trusted_proxies=settings.trusted_proxies)

    def starting(self, addresses: Iterable[Any]) -> None:
        """Before anything listens: nothing else serves here, and the database is up to date.

        `addresses` are gunicorn's own, which an option of its may have chosen: (host, port), or
        anything else for a Unix socket or one that was opened already.
        """
        try:
            for address in addresses:
                if isinstance(address, tuple):
                    wait_for_port(*address)
            clear_numbers(self._numbers, kept=os.getpid())
            if self._settings.backup_recipient:
                # A wrong key would else be found at the first backup.
                from kash.platform.operations.archive import recipient_of

                recipient_of(self._settings.backup_recipient)
            if migrate_if_behind(self._settings):
                print("The database is up to date.", flush=True)
        except (MigrationFailed, NoKey, PortTaken) as problem:
            raise SystemExit(str(problem)) from None
        if condition(self._settings, utc_now()).no_room:
            print("There is no room on the disk: nothing can be saved.", flush=True)

    def ready(self, listeners: list[Any]) -> None:
        """Listening, no process forked yet: all that the processes share is loaded by now."""
        self._settings = where_served(self._settings, listeners)
        self._app.config["SETTINGS"] = self._settings
        log_confinement()
        _return_large_blocks()
        keep_compiled(self._app, self._settings.data_dir / "templates")
        with self._app.app_context():
            _rehearse(self._app)
            lines = [part.line() for part in declared(StartLine)]
            db.session.remove()
            db.engine.dispose()
        for line in filter(None, lines):
            print(line, flush=True)
        # What is frozen is never looked at by the collector, so its pages stay shared.
        gc.collect()
        gc.freeze()
        # By this the collector takes note that nothing is old: otherwise garbage would wait in each
        # process until there is a quarter of what is frozen.
        gc.collect()
        self._keeper = WorkerKeeper(worker_without(listeners, self._app))
        self._keeper.start()

    def forking(self, worker: Any, others: Iterable[Any]) -> None:
        """A web process is to be forked, at the place of one that ended if there is any."""
        taken = {other.place for other in others}
        worker.place = next(place for place in itertools.count(1) if place not in taken)
        worker.ways, worker.turn = self._ways, self._turn
        # The largest body that there is, and another file beside it.
        worker.room = (self._settings.evidence_mb + self._settings.max_upload_mb) * MEGABYTE

    def forked(self, worker: Any) -> None:
        """In the web process: it counts on from where the one at its place ended."""
        count_as(f"web-{worker.place}")
        # A thread that computes for long lets the others on after a millisecond, not after five:
        # beside one that reads a list, a small page comes in an eighth of the time.
        sys.setswitchinterval(0.001)

    def serving(self, worker: Any) -> None:
        """A web process is up; the first one says so."""
        if worker.age == 1:
            print(address_of(self._settings.host, self._settings.port), flush=True)

    def ended(self) -> None:
        """The last web process is gone."""
        if self._keeper is not None:
            self._keeper.stop()
        clear_numbers(self._numbers)


def where_served(settings: Settings, listeners: Iterable[Any]) -> Settings:
    """The settings with the host and the port that the server came to listen on.

    An option of the server's own, or port 0, may have chosen others than the variables.
    """
    for listener in listeners:
        name = listener.sock.getsockname()
        if isinstance(name, tuple):
            return settings.served_at(*name[:2])
    return settings


def worker_without(listeners: Iterable[Any], app: Flask) -> Callable[[], None]:
    """Work of the worker in its fork: it lets go of what the server listens on, then works.

    A server that is ending has let go of its sockets when a worker that was told to end with it is
    forked once more, so they are looked up now.
    """
    sockets = [listener.sock for listener in listeners]

    def work() -> None:
        for listener in sockets:
            listener.close()
        run_worker(app)

    return work


_M_MMAP_THRESHOLD = -3
_LARGE = 128 * 1024


def _return_large_blocks() -> None:
    """Have the C library give large blocks back to the system as soon as they are free.

    Left alone it keeps blocks as large as the largest it has seen: after one password's hash every
    process would hold 20 MB for the next.
    """
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE)


def keep_compiled(app: Flask, folder: Path) -> None:
    """Keep templates compiled from one start to the next: it is more than half of a start's work.

    Each is compiled anew when its source has changed, and all with another Jinja.
    """
    folder = folder / version("jinja2")
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        app.jinja_env.bytecode_cache = _KeptTemplates(str(folder), "%s")


class _KeptTemplates(FileSystemBytecodeCache):
    """Templates that stay compiled where there is room; elsewhere they are compiled each time."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template."""
        with contextlib.suppress(OSError):
            super().dump_bytecode(bucket)


def _rehearse(app: Flask) -> None:
    """Read every template and draw a page in each language, so that what pages need is loaded
    before the fork."""
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)
    with app.test_request_context():
        for language in LANGUAGES:
            with force_locale(language):
                render_template("errors/404.html")
                format_date()
