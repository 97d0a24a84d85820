"""The sample, loaded once for each engine and left as it is: the tests here only look at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from apiflask import APIFlask
from click.testing import Result
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from kash.application import create_app
from kash.platform.database import Base, db
from kash.platform.operations.server import keep_compiled
from kash.platform.vault import install_triggers
from kash.settings import Settings

SAMPLE_PASSWORD = "herons sleep on one leg"


@dataclass(frozen=True)
class Sample:
    """An application with the sample, and what the command said."""

    app: APIFlask
    folder: Path
    result: Result


def _load(folder: Path, compiled: Path, database_url: str = "") -> Sample:
    from tests.conftest import CHEAP

    settings = Settings(
        data_dir=folder,
        database_url=database_url,
        mail_url=f"file://{folder / 'mail'}",
        log_level="error",
        demo_password=SAMPLE_PASSWORD,
    )
    app = create_app(settings)
    keep_compiled(app, compiled)
    app.config.update(
        TESTING=True,
        WTF_CSRF_ENABLED=False,
        ARGON2=CHEAP,
        VAULT_ARGON2=CHEAP,
    )
    with app.app_context():
        Base.metadata.create_all(db.engine)
        with db.engine.begin() as connection:
            install_triggers(connection)
    result = app.test_cli_runner().invoke(args=["demo"])
    return Sample(app, folder / "demo", result)


def _close(sample: Sample) -> None:
    with sample.app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_sample(tmp_path_factory: pytest.TempPathFactory, compiled: Path) -> Iterator[Sample]:
    """The sample on SQLite."""
    sample = _load(tmp_path_factory.mktemp("sample") / "var", compiled)
    yield sample
    _close(sample)


@pytest.fixture(scope="session")
def postgresql_sample(
    postgresql_cluster: str, tmp_path_factory: pytest.TempPathFactory, compiled: Path
) -> Iterator[Sample]:
    """The sample on PostgreSQL."""
    server = create_engine(postgresql_cluster, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text("CREATE DATABASE sample"))
    address = make_url(postgresql_cluster).set(database="sample").render_as_string(False)
    sample = _load(tmp_path_factory.mktemp("sample") / "var", compiled, address)
    yield sample
    _close(sample)
    server.dispose()


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)],
)
def sample(request: pytest.FixtureRequest) -> Iterator[Sample]:
    """The sample on each engine, in an application context."""
    found: Sample = request.getfixturevalue(f"{request.param}_sample")
    with found.app.app_context():
        yield found
        db.session.remove()
