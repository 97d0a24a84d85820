"""A snapshot of the database, the files that its rows name, and the check that both can be read."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from kash.feature import declared
from kash.platform.database import db
from kash.platform.faults import Fault, fault_of
from kash.platform.operations.archive import (
    DATABASE,
    FILES,
    HEAD,
    KEY,
    DamagedBackup,
    DatabaseDamaged,
    FilesMissing,
    NotEmpty,
    OperationError,
    ToolFailed,
    decrypted,
    read_head,
    read_members,
)
from kash.platform.operations.migrations import plain_postgresql_url
from kash.platform.storage import FileDamaged, NamedFiles
from kash.platform.vault.keys import keys_in
from kash.platform.web.programme import paper_wording
from kash.settings import Settings

# What is known only while somebody is signed in, or for a day, must not outlive it in a backup.
NEVER_KEPT = (
    "signed_in_session",
    "known_address",
    "browser_mark",
    "counted_tries",
    "passkey_challenge",
    "vault_opening",
    "filing_quota",
)
_PART = 4 * 1024 * 1024


def engine_of(settings: Settings) -> str:
    """`sqlite` or `postgresql`."""
    return "sqlite" if settings.database_uri.startswith("sqlite") else "postgresql"


def sqlite_path(settings: Settings) -> Path:
    """The database's file."""
    return Path(settings.database_uri.removeprefix("sqlite:///"))


def parts_of_database(settings: Settings) -> Iterator[bytes]:
    """The database in parts of a few megabytes. Raises ToolFailed."""
    if engine_of(settings) == "sqlite":
        image = memoryview(_sqlite_image(sqlite_path(settings)))
        for start in range(0, len(image), _PART):
            yield bytes(image[start : start + _PART])
        return
    command = [_program("pg_dump"), "--format=custom", "--no-owner", "--no-privileges"]
    command += [f"--exclude-table-data={table}" for table in NEVER_KEPT]
    target, environment = _connection(settings)
    with subprocess.Popen(
        [*command, target], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as dump:
        assert dump.stdout is not None  # noqa: S101 - for the type: it was asked for
        while part := dump.stdout.read(_PART):
            yield part
    if dump.returncode != 0:
        raise ToolFailed("pg_dump failed: is it as new as the server, and does the server answer?")


def _sqlite_image(path: Path) -> bytes:
    if not path.exists():
        raise ToolFailed("There is no programme to back up.")
    with (
        closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as source,
        closing(sqlite3.connect(":memory:", isolation_level=None)) as copy,
    ):
        try:
            source.backup(copy)
            # VACUUM would otherwise work in a file.
            copy.execute("PRAGMA temp_store=MEMORY")
            # Before it makes indexes anew, and with them some damage invisible.
            if not is_sound(copy):
                raise DatabaseDamaged(_SERVED_DAMAGED)
            tables = {columns[0] for columns in copy.execute("SELECT name FROM sqlite_master")}
            for table in NEVER_KEPT:
                if table in tables:
                    copy.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
            copy.execute("VACUUM")
        except sqlite3.DatabaseError as error:
            if fault_of(error) is Fault.DAMAGED:
                raise DatabaseDamaged(_SERVED_DAMAGED) from None
            raise ToolFailed("The database cannot be read.") from None
        return copy.serialize()


def is_sound(connection: sqlite3.Connection) -> bool:
    """True if SQLite finds the whole database in order."""
    try:
        sound = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return sound and not connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError:
        return False


_SERVED_DAMAGED = "The database is damaged."
_DAMAGED = "The database in this backup is damaged."
# Where a file of SQLite says whether it keeps its log beside it, which memory has no place for.
_HEADER, _WITH_LOG = slice(18, 20), b"\x02\x02"


@contextmanager
def trial_of_database(settings: Settings) -> Iterator[Callable[[bytes], object]]:
    """A function that takes the database of a backup part by part; at the end it has been opened.

    In memory on SQLite; on PostgreSQL the whole dump is read by the program that would put it back.
    Raises Damaged, ToolFailed.
    """
    if engine_of(settings) == "sqlite":
        image = bytearray()
        yield image.extend
        if image[_HEADER] == _WITH_LOG:
            image[_HEADER] = b"\x01\x01"
        with closing(sqlite3.connect(":memory:")) as connection:
            try:
                connection.deserialize(image)
            except (sqlite3.Error, OverflowError):
                raise DamagedBackup(_DAMAGED) from None
            image.clear()
            if not is_sound(connection):
                raise DamagedBackup(_DAMAGED)
        return
    with subprocess.Popen(
        [_program("pg_restore"), "--file=/dev/null"],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as reader:
        taken = _Input(reader)
        try:
            yield taken.write
        finally:
            taken.close()
    if reader.returncode != 0:
        raise DamagedBackup(_DAMAGED)


class _Input:
    """Input that a program is given to read. One that reads no longer says so by how it ends."""

    def __init__(self, program: subprocess.Popen[bytes]) -> None:
        assert program.stdin is not None  # noqa: S101 - for the type: it was asked for
        self._pipe = program.stdin

    def write(self, part: bytes) -> None:
        """Give it a part."""
        with suppress(BrokenPipeError):
            self._pipe.write(part)

    def close(self) -> None:
        """Nothing more comes."""
        with suppress(BrokenPipeError):
            self._pipe.close()


def refuse_unless_empty(settings: Settings) -> None:
    """Raise NotEmpty if the database holds any table."""
    if engine_of(settings) == "sqlite":
        path = sqlite_path(settings)
        if not path.exists():
            return
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    else:
        import psycopg

        with psycopg.connect(plain_postgresql_url(settings)) as server:
            count = server.execute(
                "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"
            ).fetchone()
            tables = count[0] if count else 0
    if tables:
        raise NotEmpty("The database is not empty. A backup is put back into a new one only.")


def load_database(settings: Settings, parts: Iterable[bytes]) -> None:
    """Put the database back, whole or not at all. Raises Damaged, ToolFailed."""
    if engine_of(settings) == "sqlite":
        _load_sqlite(sqlite_path(settings), parts)
    else:
        _load_postgresql(settings, parts)


def _load_sqlite(path: Path, parts: Iterable[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.restoring")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        with closing(sqlite3.connect(f"file:{draft}?mode=ro", uri=True)) as connection:
            if not is_sound(connection):
                raise DamagedBackup(_DAMAGED)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _load_postgresql(settings: Settings, parts: Iterable[bytes]) -> None:
    target, environment = _connection(settings)
    command = [_program("pg_restore"), "--exit-on-error", "--single-transaction", "--no-owner"]
    with subprocess.Popen(
        [*command, "--no-privileges", f"--dbname={target}"],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    ) as load:
        assert load.stdin is not None  # noqa: S101 - for the type: it was asked for
        try:
            for part in parts:
                load.stdin.write(part)
            load.stdin.close()
        except BrokenPipeError:
            pass
    if load.returncode != 0:
        raise ToolFailed("pg_restore failed; nothing was put into the database.")
    import psycopg

    # Tables that were just filled are planned for as if they were empty.
    with psycopg.connect(plain_postgresql_url(settings), autocommit=True) as server:
        server.execute("ANALYZE")


def _program(name: str) -> str:
    """A program of PostgreSQL's, the newest there is: an older one refuses a newer server."""
    programs = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4])
    )
    program = str(programs[-1]) if programs else shutil.which(name)
    if program is None:
        raise ToolFailed(f"{name} is missing: install postgresql-client.")
    return program


def _connection(settings: Settings) -> tuple[str, dict[str, str]]:
    """Address to which the programs connect; the password stays out of what `ps` shows."""
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    parts = conninfo_to_dict(plain_postgresql_url(settings))
    password = parts.pop("password", None)
    environment = dict(os.environ)
    if password:
        environment["PGPASSWORD"] = str(password)
    return make_conninfo(**parts), environment  # type: ignore[arg-type] # its own dictionary


def check_backup(settings: Settings, path: Path, identities: list[Any]) -> str:
    """Read everything once, and open the database and the keys in it; when it was made.

    Nothing is written, and nothing of it lies on the disk in clear. Raises OperationError.
    """
    head: dict[str, Any] = {}
    seen: set[str] = set()
    keys = b""
    with decrypted(path, identities) as content, trial_of_database(settings) as try_part:
        for name, pieces in read_members(content):
            if not head:
                head = read_head(name, pieces)
                _refuse_other_engine(settings, head)
            kind = kind_of(name)
            seen.add(kind)
            for piece in pieces:
                if kind == DATABASE:
                    try_part(piece)
                elif kind == KEY:
                    keys += piece
        if not {DATABASE, KEY} <= seen:
            raise DamagedBackup("The backup is not whole.")
    if keys_in(keys) is None:
        raise DamagedBackup("The key file in this backup is damaged.")
    return str(head["made_at"])


def _refuse_other_engine(settings: Settings, head: dict[str, Any]) -> None:
    if head["engine"] != engine_of(settings):
        raise OperationError(
            f"This backup is of a {head['engine']} database: set KASH_DATABASE_URL to one."
        )


def kind_of(name: str) -> str:
    """Part of a backup to which a member belongs. Raises Damaged for what belongs to none."""
    for kind in (DATABASE, FILES):
        if name.startswith(kind):
            return kind
    if name in (KEY, HEAD):
        return name
    raise DamagedBackup("This file is no backup of ours.")


def named_files() -> set[str]:
    """The keys of the logo and of what features say.

    Results of jobs, lists that wait and cleaned copies of evidence are not among them: they may be
    gone.
    """
    named: set[str] = set()
    for part in declared(NamedFiles):
        named.update(part.keys())
    if logo := paper_wording().logo:
        named.add(logo)
    db.session.rollback()
    return named


def refuse_lost(lost: Collection[str]) -> None:
    """Raise FilesMissing if any of these keys is still named; it tells folders, and no key."""
    still = set(lost) and set(lost) & named_files()
    if not still:
        return
    folders = Counter(key.split("/")[0] for key in still)
    counted = ", ".join(f"{folder}: {number}" for folder, number in sorted(folders.items()))
    raise FilesMissing(
        f"Files that the database names are not in the file store ({counted}). Is its disk there, "
        "and is KASH_STORAGE_URL right? If they are lost for good, add --without-lost-files."
    )


def damaged_line(problem: FileDamaged) -> str:
    """A line for the operator about a stored file that is not as it was stored."""
    return (
        f"A file in the folder {problem.folder} of the file store is cut short or was altered "
        "since it was stored. Put it back from an older backup. If it is lost for good, add "
        "--without-lost-files."
    )
