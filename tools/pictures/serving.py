"""A server of its own for the pictures, on a free port and in a directory that goes away."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from kash.platform.operations.migrations import PROJECT, migrate_if_behind
from kash.settings import Settings, load_settings

SECONDS_TO_START = 90
Made = TypeVar("Made")


class NotServing(RuntimeError):
    """The server did not answer in time."""


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def serving(data_dir: Path, prepare: Callable[[Settings], Made]) -> Iterator[tuple[str, Made]]:
    """Prepare a programme and serve it: yields the address, and what `prepare` made."""
    port = _free_port()
    # By its name: browsers allow no passkeys to a bare number.
    address = f"http://localhost:{port}"
    chosen = {
        "KASH_DATA_DIR": str(data_dir),
        "KASH_DATABASE_URL": "",
        "KASH_QUEUE_URL": "",
        "KASH_STORAGE_URL": "",
        "KASH_SECRET_KEY_FILE": str(data_dir / "server.key"),
        "KASH_MAIL_URL": f"file://{data_dir / 'mail'}",
        "KASH_HOST": "127.0.0.1",
        "KASH_PORT": str(port),
        "KASH_PUBLIC_URL": address,
        "KASH_WEB_WORKERS": "2",
        "KASH_TRUSTED_PROXIES": "0",
        "KASH_LOG_LEVEL": "error",
        "KASH_DEMO_PASSWORD": "",
    }
    # This process, its browsers and the server see the same settings and no others.
    os.environ.update(chosen)
    data_dir.mkdir(mode=0o700, parents=True)
    settings = load_settings()
    migrate_if_behind(settings)
    made = prepare(settings)
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py"]
    server = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL)
    try:
        _wait_for(address, server)
        yield address, made
    finally:
        server.terminate()
        server.wait(SECONDS_TO_START)


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2):  # noqa: S310 - our own
                return
        except OSError:
            time.sleep(0.1)
    raise NotServing("The server for the pictures did not start.")
