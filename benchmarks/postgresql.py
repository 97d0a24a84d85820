"""A PostgreSQL cluster of one's own, for as long as a measurement lasts."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_OWNER = "postgres"


class NoPostgresql(Exception):
    """PostgreSQL's programs are not installed."""


@contextmanager
def cluster() -> Iterator[str]:
    """The address of an empty database, reached through a socket. Raises NoPostgresql."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[4]))
    if not found:
        raise NoPostgresql("PostgreSQL is not installed: apt-get install postgresql")
    programs = found[-1]
    # The server refuses to run as root.
    user = _OWNER if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="kash-bench-"))
    if user is not None:
        owner = pwd.getpwnam(user)
        os.chown(folder, owner.pw_uid, owner.pw_gid)

    def run(*command: str) -> None:
        subprocess.run(command, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)

    database = str(folder / "cluster")
    control = (str(programs / "pg_ctl"), "--pgdata", database, "--wait", "--silent")
    try:
        run(
            str(programs / "initdb"),
            *("--pgdata", database, "--username", "kash", "--auth", "trust"),
            *("--encoding", "UTF8", "--no-sync"),
        )
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}'"
        run(*control, "--options", options, "--log", str(folder / "log"), "start")
        try:
            yield f"postgresql:///postgres?host={folder}&user=kash"
        finally:
            run(*control, "--mode", "fast", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
