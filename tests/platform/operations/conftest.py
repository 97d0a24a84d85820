"""Whole programmes to back up, on both engines, and empty places to put them back into."""

import shutil
from itertools import count

import psycopg
import pytest
from flask import Flask
from flask_migrate import stamp
from sqlalchemy import inspect
from sqlalchemy.engine import make_url

from kash.application import create_app
from kash.platform.database import db
from kash.platform.operations.migrations import PROJECT
from kash.platform.vault import install_triggers
from kash.settings import Settings

_numbers = count()


@pytest.fixture(scope="session")
def cluster(postgresql_cluster):
    """Each call gives the address of a new, empty database in the private PostgreSQL."""
    home = make_url(postgresql_cluster).query["host"]

    def new_database() -> str:
        name = f"kash_{next(_numbers)}"
        with psycopg.connect(f"postgresql://kash@/postgres?host={home}", autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name}")
        return f"postgresql://kash@/{name}?host={home}"

    return new_database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def new_place(request, tmp_path):
    """Makes settings for an empty place on the engine in turn."""

    def make(name: str, **choices: str) -> Settings:
        url = "" if request.param == "sqlite" else request.getfixturevalue("cluster")()
        return Settings(data_dir=tmp_path / name, database_url=url, **choices)

    return make


@pytest.fixture(scope="session")
def small_programme(tmp_path_factory, empty_database):
    """Puts a programme of one person (`test_backup.fill`) on SQLite into an empty place: a copy of
    one that was made once, all of it in the database's own file."""
    from tests.platform.operations.test_backup import fill

    folder = tmp_path_factory.mktemp("small") / "var"
    folder.mkdir(mode=0o700)
    shutil.copyfile(empty_database, folder / "kash.sqlite3")
    app = create_app(Settings(data_dir=folder))
    fill(app)
    with app.app_context():
        db.engine.dispose()

    def put(settings: Settings) -> None:
        shutil.copytree(folder, settings.data_dir)

    return put


@pytest.fixture
def opened(empty_database):
    """Starts the application of a place, its database up to date, and closes it at the end."""
    apps: list[Flask] = []

    def start(settings: Settings) -> Flask:
        database = settings.data_dir / "kash.sqlite3"
        if not settings.database_url and not database.exists():
            settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copyfile(empty_database, database)
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
