"""Migrations at the start, and what is told of them and of known faults in a line."""

from __future__ import annotations

import fcntl
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from kash.feature import Part
from kash.platform.condition import has_programme
from kash.platform.faults import Fault, fault_of
from kash.platform.operations.archive import OperationError
from kash.settings import Settings


@dataclass(frozen=True)
class StartLine(Part):
    """A line that is printed once the server listens; an empty one is not."""

    line: Callable[[], str]


_LINES = {
    Fault.NO_ROOM: "There is no room on the disk. Nothing was done.",
    Fault.DAMAGED: "The database is damaged: see docs/operator.md, If the database is damaged.",
    Fault.NO_ANSWER: "The database does not answer",
    Fault.BUSY: "The database was busy with somebody else. Nothing was done: try again.",
}
_LONGEST_REASON = 200


def line_of(error: BaseException) -> str | None:
    """The line that tells of a fault of the machine; None for any other error."""
    fault = fault_of(error)
    if fault is None:
        return None
    line = _LINES[fault]
    return f"{line}: {_reason(error)}" if fault is Fault.NO_ANSWER else line


def _reason(error: BaseException) -> str:
    """Reason that the driver gives. Of the address it repeats the host and the user, and no
    password."""
    lines = str(getattr(error, "orig", None) or error).strip().splitlines() or [""]
    return lines[0][:_LONGEST_REASON]


def tell_known_faults_in_a_line() -> None:
    """From now on, have an error that nobody catches end the command with its line."""
    sys.excepthook = _tell


def _tell(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    line = line_of(error)
    if line is None:
        sys.__excepthook__(kind, error, traceback)
    else:
        print(line, file=sys.stderr)


PROJECT = Path(__file__).resolve().parents[3]
_VERSIONS = PROJECT / "migrations" / "versions"
_REVISION = re.compile(r"^revision(?:\s*:.*?)?\s*=\s*['\"](\w+)['\"]", re.MULTILINE)
_DOWN = re.compile(r"^down_revision(?:\s*:.*?)?\s*=\s*(.+)$", re.MULTILINE)
_QUOTED = re.compile(r"['\"](\w+)['\"]")
# Revisions are numbers; the first makes all tables. This commit has those that led to it.
_FIRST, _HAS_EARLIER = 106, "79ce37c5"
_READ_VERSION = "SELECT version_num FROM alembic_version"


class MigrationFailed(OperationError):
    """The database could not be brought up to date; the reason was printed."""


def _revisions() -> tuple[set[str], set[str]]:
    """All revisions that this version knows, and those that another follows."""
    revisions, followed = set(), set()
    for path in _VERSIONS.glob("*.py"):
        text = path.read_text()
        revisions.update(_REVISION.findall(text))
        for value in _DOWN.findall(text):
            followed.update(_QUOTED.findall(value))
    return revisions, followed


def newest_revisions() -> set[str]:
    """The revisions that no other follows."""
    revisions, followed = _revisions()
    return revisions - followed


def current_revisions(settings: Settings) -> set[str]:
    """The revisions that the database says it is at; empty for a new one."""
    uri = settings.database_uri
    if uri.startswith("sqlite:///"):
        path = Path(uri.removeprefix("sqlite:///"))
        if not path.exists():
            return set()
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            try:
                return {revision[0] for revision in connection.execute(_READ_VERSION)}
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
                    raise
                # There is no such table.
                return set()
    import psycopg

    with psycopg.connect(plain_postgresql_url(settings)) as connection:
        try:
            return {revision[0] for revision in connection.execute(_READ_VERSION)}
        except psycopg.errors.UndefinedTable:
            return set()


def plain_postgresql_url(settings: Settings) -> str:
    """The database's address as libpq and its programs read it."""
    return settings.database_uri.replace("postgresql+psycopg://", "postgresql://", 1)


def migrate_if_behind(settings: Settings) -> bool:
    """Bring the database up to date if it is not; True if there was anything to do.

    In a process of its own, so that the server does not carry what only migrations need. A second
    start with the same data directory waits until the first is through. Raises MigrationFailed.
    """
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (settings.data_dir / "migrations.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _migrate_if_behind(settings)


def _migrate_if_behind(settings: Settings) -> bool:
    revisions, followed = _revisions()
    newest = revisions - followed
    try:
        current = current_revisions(settings)
    except Exception as error:
        line = line_of(error)
        if line is None:
            raise
        raise MigrationFailed(line) from None
    if newest == current:
        return False
    if any(revision.isdigit() and int(revision) < _FIRST for revision in current - revisions):
        raise MigrationFailed(
            "The database is of an earlier version than this one can bring up to date. Make a "
            f"backup, check out the commit {_HAS_EARLIER} of Kash, start it once, and then this "
            "version again."
        )
    if current - revisions:
        raise MigrationFailed(
            "The database was brought up to date by a newer version of Kash than this one. Install "
            "that version again, or restore a backup that this version made."
        )
    if not current and has_programme(settings):
        raise MigrationFailed(
            "The database is empty, but a programme was kept with this data directory: is "
            "KASH_DATABASE_URL right? Else restore a backup into an empty data directory."
        )
    command = [sys.executable, "-m", "flask", "--app", "app", "db", "upgrade"]
    environment = os.environ | {
        "KASH_DATA_DIR": str(settings.data_dir),
        "KASH_DATABASE_URL": settings.database_uri,
        "KASH_SECRET_KEY_FILE": str(settings.key_file),
        "KASH_STORAGE_URL": settings.storage_address,
    }
    done = subprocess.run(command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL)
    if done.returncode != 0:
        raise MigrationFailed("The database could not be brought up to date.")
    return True
