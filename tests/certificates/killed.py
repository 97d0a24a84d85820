"""Does waiting work in processes that are killed at given points, and then in one that is not.

Run by the tests in a process of its own. Each worker is a fork, killed with SIGKILL before its
nth statement; the next one finds what it dropped, as a worker that starts again does.
"""

import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event

from kash.application import create_app
from kash.platform.database import db, utc_now
from kash.platform.jobs import run_waiting, services
from kash.settings import Settings


def _die_before(statement: int) -> None:
    statements = iter(range(1_000_000))

    def count(*_how: Any) -> None:
        if next(statements) == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", count)


def _work(app: Flask, statement: int | None) -> int:
    """The status with which a worker of its own ended."""
    process = os.fork()
    if not process:
        status = 1
        try:
            if statement is not None:
                _die_before(statement)
            with app.app_context():
                services.recover_dropped(utc_now(), starting=True)
                run_waiting()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def work_until_done(folder: Path, database_url: str, points: list[int], tell: Connection) -> None:
    """Have a worker killed at each point, and one that is not; tell how each ended."""
    app = create_app(
        Settings(
            data_dir=folder,
            database_url=database_url,
            mail_url=f"file://{folder / 'mail'}",
            secret_key_file=folder / "server.key",
            log_level="error",
        )
    )
    with app.app_context():
        db.engine.dispose()
    tell.send([_work(app, point) for point in (*points, None)])
