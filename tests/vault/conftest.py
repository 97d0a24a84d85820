"""A bare application with the vault in it, on both engines: the chain needs no other room."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel

from kash.database import db, init_database
from kash.settings import Settings
from kash.vault import init_vault
from kash.vault.models import AuditEntry, AuditHead, AuditSubject
from kash.vault.triggers import install_triggers

_TABLES = [AuditEntry.__table__, AuditSubject.__table__, AuditHead.__table__]


def make_app(folder: Path, database_url: str = "") -> Flask:
    """An application over this data folder; several may share one."""
    settings = Settings(data_dir=folder, database_url=database_url)
    app = Flask(__name__)
    app.config.update(SETTINGS=settings, SQLALCHEMY_DATABASE_URI=settings.database_uri)
    init_database(app)
    Babel(app)
    init_vault(app, settings)
    return app


def make_tables(app: Flask) -> None:
    """Empty audit tables with their triggers."""
    with app.app_context():
        with db.engine.begin() as connection:
            db.metadata.drop_all(connection, tables=_TABLES)
            db.metadata.create_all(connection, tables=_TABLES)
            install_triggers(connection)
        db.engine.dispose()


@pytest.fixture(scope="session")
def vault_cluster() -> Iterator[str]:
    """The address of a private PostgreSQL, without a port on the network."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        pytest.skip("PostgreSQL is not installed")
    home = Path(tempfile.mkdtemp(prefix="kash-pg-"))
    home.chmod(0o700)
    as_owner: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(home, "postgres")
        as_owner = ["runuser", "-u", "postgres", "--"]

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [*as_owner, str(programs[-1] / program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=home,
        )

    cluster = str(home / "cluster")
    run("initdb", "-D", cluster, "-U", "kash", "-A", "trust", "--no-sync", "-E", "UTF8")
    try:
        options = f"-c listen_addresses='' -c unix_socket_directories={home} -c fsync=off"
        run("pg_ctl", "-D", cluster, "-w", "-o", options, "-l", str(home / "log"), "start")
        yield f"postgresql://kash@/postgres?host={home}"
    finally:
        run("pg_ctl", "-D", cluster, "-m", "immediate", "stop")
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def database_url(request: pytest.FixtureRequest) -> str:
    """Each engine in turn; empty for SQLite under the data folder."""
    if request.param == "sqlite":
        return ""
    return str(request.getfixturevalue("vault_cluster"))


@pytest.fixture
def chained(tmp_path: Path, database_url: str) -> Iterator[Flask]:
    """An application with an empty chain, its context pushed."""
    yield from _within(make_app(tmp_path / "kash", database_url))


@pytest.fixture
def another_app(tmp_path: Path, database_url: str) -> Callable[[], Flask]:
    """Makes a further application over the chain of `chained`, as another process would."""
    return lambda: make_app(tmp_path / "kash", database_url)


@pytest.fixture
def chained_on_sqlite(tmp_path: Path) -> Iterator[Flask]:
    """The same, on SQLite only."""
    yield from _within(make_app(tmp_path / "kash"))


def _within(app: Flask) -> Iterator[Flask]:
    make_tables(app)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
