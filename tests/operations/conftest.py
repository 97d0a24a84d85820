"""Whole programmes to back up, on both engines, and empty places to put them back into."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask_migrate import stamp
from sqlalchemy import inspect

from kash import create_app
from kash.database import db
from kash.operations.migrations import PROJECT
from kash.settings import Settings
from kash.vault import install_triggers

_numbers = count()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Callable[[], str]]:
    """A private PostgreSQL; each call gives the address of a new, empty database in it."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    home = Path(tempfile.mkdtemp(prefix="kash-pg-"))
    as_owner: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(home, "postgres")
        as_owner = ["runuser", "-u", "postgres", "--"]

    def run(program: str, *arguments: str) -> None:
        command = [*as_owner, str(programs / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=home)

    run("initdb", "-D", f"{home}/cluster", "-U", "kash", "-A", "trust", "--no-sync", "-E", "UTF8")
    options = f"-c listen_addresses='' -c unix_socket_directories={home} -c fsync=off"
    run("pg_ctl", "-D", f"{home}/cluster", "-w", "-o", options, "-l", f"{home}/log", "start")

    def new_database() -> str:
        name = f"kash_{next(_numbers)}"
        with psycopg.connect(f"postgresql://kash@/postgres?host={home}", autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name}")
        return f"postgresql://kash@/{name}?host={home}"

    yield new_database
    run("pg_ctl", "-D", f"{home}/cluster", "-m", "immediate", "stop")
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Settings]:
    """Makes settings for an empty place on the engine in turn."""

    def make(name: str, **choices: str) -> Settings:
        url = "" if request.param == "sqlite" else request.getfixturevalue("cluster")()
        return Settings(data_dir=tmp_path / name, database_url=url, **choices)

    return make


@pytest.fixture
def opened() -> Iterator[Callable[[Settings], Flask]]:
    """Starts the application of a place, its database up to date, and closes it at the end."""
    apps: list[Flask] = []

    def start(settings: Settings) -> Flask:
        app = create_app(settings)
        apps.append(app)
        with app.app_context():
            if not inspect(db.engine).has_table("account"):
                db.create_all()
                with db.engine.begin() as connection:
                    install_triggers(connection)
                stamp(directory=str(PROJECT / "migrations"))
        return app

    yield start
    for app in apps:
        with app.app_context():
            db.engine.dispose()
