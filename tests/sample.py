"""The sample, loaded once and left as it is: the tests here only look at it.

On PostgreSQL where that is installed, which refuses more and sorts nothing by itself. What loads it
are the services, and those are tested on SQLite each by itself.
"""

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


def _load(folder: Path, compiled: Path, database_url: str) -> Sample:
    from tests.conftest import CHEAP, Browser

    settings = Settings(
        data_dir=folder,
        database_url=database_url,
        mail_url=f"file://{folder / 'mail'}",
        log_level="error",
        demo_password=SAMPLE_PASSWORD,
    )
    app = create_app(settings)
    keep_compiled(app, compiled)
    app.test_client_class = Browser
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, ARGON2=CHEAP, VAULT_ARGON2=CHEAP)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        with db.engine.begin() as connection:
            install_triggers(connection)
    result = app.test_cli_runner().invoke(args=["demo"])
    return Sample(app, folder / "demo", result)


@pytest.fixture(scope="session")
def _loaded_sample(request, tmp_path_factory, compiled):
    from tests.conftest import _postgresql_programs

    folder = tmp_path_factory.mktemp("sample") / "var"
    address = ""
    if _postgresql_programs() is not None:
        cluster = request.getfixturevalue("postgresql_cluster")
        server = create_engine(cluster, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text("CREATE DATABASE sample"))
        server.dispose()
        address = make_url(cluster).set(database="sample").render_as_string(False)
    sample = _load(folder, compiled, address)
    yield sample
    with sample.app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def sample(_loaded_sample):
    """The sample, in an application context."""
    with _loaded_sample.app.app_context():
        yield _loaded_sample
        db.session.remove()
