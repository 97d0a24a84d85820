"""A bare application with the vault in it, on both engines: the chain needs no other room."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from kash.platform.database import db, init_database
from kash.platform.vault import init_vault
from kash.platform.vault.audit import install_triggers
from kash.platform.vault.models import AuditEntry, AuditHead, AuditSubject
from kash.settings import Settings

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
def vault_database(postgresql_cluster):
    """The address of a database for chains alone, in the private PostgreSQL."""
    server = create_engine(postgresql_cluster, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text("CREATE DATABASE vault"))
    server.dispose()
    return make_url(postgresql_cluster).set(database="vault").render_as_string(False)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def database_url(request):
    """Each engine in turn; empty for SQLite under the data folder."""
    if request.param == "sqlite":
        return ""
    return str(request.getfixturevalue("vault_database"))


@pytest.fixture
def chained(tmp_path, database_url):
    """An application with an empty chain, its context pushed."""
    yield from _within(make_app(tmp_path / "kash", database_url))


@pytest.fixture
def another_app(tmp_path, database_url):
    """Makes a further application over the chain of `chained`, as another process would."""
    return lambda: make_app(tmp_path / "kash", database_url)


@pytest.fixture
def chained_on_sqlite(tmp_path):
    """The same, on SQLite only."""
    yield from _within(make_app(tmp_path / "kash"))


def _within(app: Flask) -> Iterator[Flask]:
    make_tables(app)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
