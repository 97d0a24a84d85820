"""The shipped Caddyfile in front of a server, on loopback, with certificates of its own."""

from __future__ import annotations

import os
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.server import PROJECT, NotServing, free_port

_SECONDS_TO_START = 90.0
_SHIPPED = PROJECT / "deploy" / "Caddyfile"
_NAME, _KASH, _OWN = "kash.example.org {", "127.0.0.1:8000", "\tadmin off\n"


@dataclass(frozen=True)
class Proxy:
    """A running Caddy: its process, its port at `localhost`, and what tells that it is itself."""

    process: int
    port: int
    trust: ssl.SSLContext

    @property
    def address(self) -> str:
        """Address that people type."""
        return f"https://localhost:{self.port}"


def adjusted(behind: int, port: int) -> str:
    """The shipped file with another name and other ports, and with certificates of its own."""
    shipped = _SHIPPED.read_text()
    for part in (_NAME, _KASH, _OWN):
        if part not in shipped:
            raise ValueError(f"{_SHIPPED.name} no longer says {part.strip()}")
    own = f"{_OWN}\tskip_install_trust\n\thttp_port {free_port()}\n"
    return (
        shipped.replace(_OWN, own)
        .replace(_NAME, f"localhost:{port} {{\n\ttls internal")
        .replace(_KASH, f"127.0.0.1:{behind}")
    )


@contextmanager
def proxied(caddy: str, behind: int, folder: Path, port: int | None = None) -> Iterator[Proxy]:
    """Run Caddy in front of the server at the port `behind`. Raises NotServing."""
    port = port or free_port()
    configuration = folder / "Caddyfile"
    configuration.write_text(adjusted(behind, port))
    root = folder / "caddy" / "pki" / "authorities" / "local" / "root.crt"
    with (folder / "caddy.log").open("wb") as log:
        started = subprocess.Popen(
            [caddy, "run", "--config", str(configuration), "--adapter", "caddyfile"],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(folder),
                "XDG_DATA_HOME": str(folder),
                "XDG_CONFIG_HOME": str(folder),
            },
            stdout=log,
            stderr=log,
        )
        try:
            until = time.monotonic() + _SECONDS_TO_START
            while not (root.exists() and "certificate obtained" in _read(folder)):
                if started.poll() is not None or time.monotonic() > until:
                    raise NotServing(_read(folder)[-2000:])
                time.sleep(0.1)
            yield Proxy(started.pid, port, ssl.create_default_context(cafile=str(root)))
        finally:
            started.terminate()
            try:
                started.wait(10)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait()


def _read(folder: Path) -> str:
    return (folder / "caddy.log").read_text(errors="replace")
