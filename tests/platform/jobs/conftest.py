"""A bare application with jobs and files in it, and a Valkey of our own for those who need one."""

import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel

from kash.feature import Feature, add_features
from kash.platform.database import db, init_database
from kash.platform.feature import PLATFORM
from kash.platform.jobs import init_jobs
from kash.platform.jobs.models import Job
from kash.platform.storage import init_storage
from kash.settings import Settings
from tests.platform.jobs.kinds import KINDS


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def make_app(folder: Path, queue_url: str = "") -> Flask:
    """An application over this data folder; several processes may share one."""
    folder.mkdir(exist_ok=True)
    settings = Settings(data_dir=folder, queue_url=queue_url)
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_uri
    init_database(app)
    Babel(app)
    init_storage(app, settings.storage_address)
    init_jobs(app, settings)
    add_features(app, [Feature("work", parts=[*PLATFORM.parts, *KINDS])])
    with app.app_context():
        db.metadata.create_all(db.engine, tables=[Job.__table__])
    return app


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory):
    server = shutil.which("valkey-server")
    if server is None:
        pytest.fail("valkey-server is missing: ./kash.sh test installs it")
    port = free_port()
    folder = tmp_path_factory.mktemp("valkey")
    process = subprocess.Popen(
        [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
    )
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield f"redis://127.0.0.1:{port}/0"
    process.terminate()
    process.wait(10)


@pytest.fixture(params=["sqlite", "valkey"])
def queue_app(request, tmp_path, monkeypatch):
    """The application on each kind of queue, in its context."""
    url = ""
    if request.param == "valkey":
        import redis

        url = request.getfixturevalue("valkey_url")
        redis.Redis.from_url(url).flushall()
    app = make_app(tmp_path / "data", url)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
