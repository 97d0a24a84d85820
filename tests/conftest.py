"""What the tests share: an application on each engine with a fresh programme, people who are
signed in, and a count of queries.

An application is made once for each engine and worker; before each test its data directory (and
on PostgreSQL its database) is put back to how a programme looks that was just set up.
"""

import contextlib
import contextvars
import gc
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from apiflask import APIFlask
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from flask import has_app_context
from flask.testing import FlaskClient
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import DBAPIError

from kash.accounts.members.rules import entitled
from kash.accounts.models import Account, AccountRole, Programme, SignedInSession
from kash.accounts.queries.accounts import actor_of, email_key
from kash.accounts.services.marks import hash_password, new_token, token_hash
from kash.application import create_app
from kash.people.models import Group
from kash.platform import database
from kash.platform.database import Base, db, new_public_id, utc_now
from kash.platform.operations.server import keep_compiled
from kash.platform.vault import (
    OpenVault,
    VaultMember,
    add_member,
    begin_opening,
    find_opening,
    install_triggers,
    let_in,
    make_compartment,
    make_keys,
    missing_compartments,
    new_passphrase,
    new_recovery_code,
    open_in_memory,
    seal,
)
from kash.platform.web.metrics import KEPT, SLOW
from kash.policy import Actor, Role
from kash.settings import Settings
from tests.naming_entries import _entries_name_what_was_agreed  # noqa: F401 - a fixture
from tests.presses import _presses_are_warm, warm_press  # noqa: F401 - fixtures
from tests.read_once import read_share

# The sample is loaded once for all that look at it.
from tests.sample import _loaded_sample, sample  # noqa: F401

PASSWORD = "seven boats cross at dusk"
MIGRATIONS = Path(__file__).parents[1] / "migrations"

# A server spares memory where tests, which ask everything once, spare time.
database.STATEMENTS_KEPT = 3000

# Few examples in each run, the same ones each time. `./kash.sh test --profile long` tries more.
hypothesis.settings.register_profile("suite", max_examples=25, deadline=None, derandomize=True)
hypothesis.settings.register_profile("long", max_examples=300, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

# One argon2 run of a few milliseconds instead of fifty.
CHEAP = {"time_cost": 1, "memory_cost": 64, "parallelism": 1}


# --- Workers --------------------------------------------------------------------------------


# The modules of browser tests that look at the one walk through the site.
WALKING = (
    "test_accessibility.py", "test_designer.py", "test_residue.py", "test_two_cases.py",
    "test_whole_path.py",
)  # fmt: skip
# What takes minutes begins first, so that nobody waits for the last of it while the others have
# nothing left to do.
FIRST = ("walk", "matrix", "sample")
# What mostly waits, for browsers and servers, comes between what computes: several of it at a time
# would leave the processors idle.
WAITING = ("tests/e2e/", "tests/platform/operations/")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give each module to one worker, and some modules together: what they share is made once, be
    it a walk through the site, the sample, a programme with everything in it or a server.

    By the path, because the marks that name a group are lost with this pytest.
    """
    if config.getoption("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadGroupScheduling

    config.option.loadscopereorder = False

    class SharedOnce(LoadGroupScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _shares_with(nodeid.split("::")[0])

    return SharedOnce(config, log)


def _shares_with(module: str) -> str:
    """What a module shares with others, or the module."""
    folder = module.split("/")[1]
    if folder == "e2e" and module.endswith(WALKING):
        return "walk"
    if module.startswith(("tests/desk/demo/", "tests/tools/pictures/")):
        return "sample"
    return folder if folder in ("matrix", "migrations", "translations") else module


def _turns(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The items in the order in which workers take them, each with those that it shares with."""
    shared: dict[str, list[pytest.Item]] = {}
    for item in items:
        shared.setdefault(_shares_with(item.nodeid.split("::")[0]), []).append(item)
    waiting = [name for name in shared if name.startswith(WAITING)]
    computing = sorted(
        (name for name in shared if name not in (*FIRST, *waiting)),
        key=lambda name: -len(shared[name]),
    )
    step = sum(len(shared[name]) for name in computing) / (len(waiting) + 1)
    order, passed = [name for name in FIRST if name in shared], 0.0
    for name in computing:
        order.append(name)
        passed += len(shared[name])
        while waiting and passed >= step:
            order.append(waiting.pop(0))
            passed -= step
    return [item for name in (*order, *waiting) for item in shared[name]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--within", type=float, default=0, help="skip what would begin after so many seconds"
    )
    parser.addoption(
        "--write-stored", action="store_true", help="write the lists of tests/stored anew"
    )


_BEGAN = time.monotonic()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave to the whole suite what a quick run has no time for."""
    within = item.config.getoption("within")
    if within and time.monotonic() - _BEGAN > within:
        pytest.skip("the time was up: the whole suite runs it")


def pytest_collection(session: pytest.Session) -> None:
    """Nothing of what is loaded now is garbage: the collector need not look for it."""
    gc.disable()
    read_share(session.config, _compiled(session.config))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out on PostgreSQL what runs no statement there that others do not run there, too, and
    put what takes long first where several share the work."""
    items[:] = [item for item in items if not _needless_on_postgresql(item)]
    if "PYTEST_XDIST_WORKER" in os.environ:
        items[:] = _turns(items)


def _needless_on_postgresql(item: pytest.Item) -> bool:
    given = item.callspec.params if hasattr(item, "callspec") else {}
    return (
        given.get("both_engines_app") == "postgresql"
        and item.get_closest_marker("any_engine") is not None
    )


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is loaded by now stays: the collector need not look through it again and again."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.callbacks.append(_look_through_once)
    gc.enable()


def _look_through_once(phase: str, found: dict[str, int]) -> None:
    """What has outlived a look through everything, statements and pages above all, stays: to look
    through it again and again takes seconds each time."""
    if phase == "stop" and found["generation"] == 2:
        gc.freeze()


# No test ends the machine's power: a process that is killed loses nothing by this. The copy of the
# audit would be flushed with each action, a dozen times in a test.
os.fsync = lambda _descriptor: None


@event.listens_for(Engine, "connect")
def _flush_nothing(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")
        # Rows that nobody put in order come backwards, so that no test finds them in order by luck.
        connection.execute("PRAGMA reverse_unordered_selects=ON")


# --- PostgreSQL -----------------------------------------------------------------------------


def _postgresql_programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name)
    for folder in reversed(found):
        if (folder / "initdb").exists():
            return folder
    beside = shutil.which("initdb")
    return Path(beside).parent if beside else None


@pytest.fixture(scope="session")
def postgresql_cluster():
    """The address of a private cluster on a Unix socket; data are not flushed to the disk."""
    programs = _postgresql_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="kash-pg-"))
    user = _other_user() if os.geteuid() == 0 else None
    as_user: dict[str, Any] = {}
    if user is not None:
        os.chown(folder, *user)
        as_user = {"user": user[0], "group": user[1], "extra_groups": []}
    folder.chmod(0o700)
    data = folder / "data"
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "kash", "-A", "trust", "-E", "UTF8", "-N"],
        check=True,
        capture_output=True,
        cwd=folder if user is None else "/",
        env=environment,
        **as_user,
    )
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        # Whoever looks through the log of what a test wrote finds all of it there.
        "wal_keep_size": "128MB",
        "shared_buffers": "32MB",
        "max_connections": "60",
        "autovacuum": "off",
        "jit": "off",
    }
    command: list[Any] = [programs / "postgres", "-D", data]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    server = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=environment,
        **as_user,
    )
    try:
        _wait_for(programs, folder, server)
        yield f"postgresql+psycopg://kash@/postgres?host={folder}"
    finally:
        server.send_signal(2)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _other_user() -> tuple[int, int]:
    """PostgreSQL does not run as root."""
    import pwd

    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return entry.pw_uid, entry.pw_gid
    return 65534, 65534


def _wait_for(programs: Path, folder: Path, server: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        ready = subprocess.run(
            [programs / "pg_isready", "-h", folder, "-U", "kash", "-d", "postgres"],
            capture_output=True,
        )
        if ready.returncode == 0:
            return
        if server.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError("the private PostgreSQL cluster did not start")


# --- Applications ---------------------------------------------------------------------------


@dataclass
class Ground:
    """An application, and how to put what it has written back to the beginning.

    `reset_database` says whether a database that lies in the data directory is as it was already.
    """

    app: APIFlask
    data_dir: Path
    prepared: Path
    reset_database: Callable[[Engine, bool], bool]
    config: dict[str, Any] = field(default_factory=dict)

    def put_back(self, new_files: bool = False) -> None:
        """Make everything as after set-up. No application context may be open.

        `new_files` is for tests that look into the files of PostgreSQL: those are new ones then.
        """
        with self.app.app_context():
            db.session.remove()
            as_it_was = self.reset_database(db.engine, new_files)
        if as_it_was:
            for path in self.data_dir.iterdir():
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                elif not path.name.startswith("kash.sqlite3"):
                    path.unlink()
            others = shutil.ignore_patterns("kash.sqlite3")
            shutil.copytree(self.prepared, self.data_dir, ignore=others, dirs_exist_ok=True)
        else:
            shutil.rmtree(self.data_dir)
            shutil.copytree(self.prepared, self.data_dir)
        self.app.config.clear()
        self.app.config.update(self.config)


def _settings(folder: Path, **more: Any) -> Settings:
    return Settings(
        data_dir=folder,
        mail_url=f"file://{folder / 'mail'}",
        secret_key_file=folder / "server.key",
        log_level="error",
        **more,
    )


class Browser(FlaskClient):
    """A client whose requests stand in a context of their own, as they do on a server.

    Flask would otherwise lend them the test's context, with its `g` and its session. What the test
    has added is committed first, and is read anew afterwards.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        if has_app_context():
            db.session.commit()
        return contextvars.Context().run(super().open, *args, **kwargs)


@pytest.fixture(scope="session")
def compiled(pytestconfig):
    """Where all applications of a run, in all workers, keep templates that are compiled."""
    return _compiled(pytestconfig)


def _compiled(config: pytest.Config) -> Path:
    folder: Path = config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    made = folder / "compiled"
    made.mkdir(exist_ok=True)
    return made


def lend_compiled(data_dir: Path, compiled: Path) -> None:
    """Have a server over this folder find its templates compiled, as from its second start on."""
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / "templates").symlink_to(compiled, target_is_directory=True)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    """SQLite's file of a programme that has not begun: the models' tables, the newest revision."""
    # A module that starts a server only has made no application: each table is to be known.
    import_module("kash.features")
    path = tmp_path_factory.mktemp("empty") / "kash.sqlite3"
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        install_triggers(connection)
        MigrationContext.configure(connection).stamp(ScriptDirectory(str(MIGRATIONS)), "head")
    engine.dispose()
    return path


def _make_app(settings: Settings, compiled: Path) -> APIFlask:
    app = create_app(settings)
    keep_compiled(app, compiled)
    app.test_client_class = Browser
    app.config.update(TESTING=True, ARGON2=CHEAP, VAULT_ARGON2=CHEAP, WTF_CSRF_ENABLED=False)
    # Rows that tests add leave no entry by which figures would know that they changed.
    app.config.update({KEPT: timedelta(0), SLOW: 0.0})
    return app


def _set_up(app: APIFlask) -> None:
    """The tables, the triggers, and a programme that asks nobody for a second step."""
    with app.app_context():
        Base.metadata.create_all(db.engine)
        with db.engine.begin() as connection:
            install_triggers(connection)
        db.session.add(
            Programme(
                id=1,
                name="Lake programme",
                neutral_name="Programme",
                zone="Africa/Nairobi",
                languages=["en", "sw"],
                settings={
                    "second_step_required": False,
                    "address": {"accepted": "http://localhost:8000"},
                },
            )
        )
        db.session.add_all(
            [
                Group(name="Police", letter="A", is_police=True, position=0),
                Group(name="Community", letter="B", is_police=False, position=1),
            ]
        )
        db.session.commit()
        db.session.remove()
        # Made at its first use, which is long past where a programme is put back.
        (app.config["SETTINGS"].data_dir / "files").mkdir(exist_ok=True)
        if db.engine.dialect.name == "sqlite":
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()


@pytest.fixture(scope="session")
def _sqlite_ground(tmp_path_factory, compiled):
    folder = tmp_path_factory.mktemp("sqlite") / "var"
    app = _make_app(_settings(folder), compiled)
    _set_up(app)
    prepared = folder.with_name("prepared")
    shutil.copytree(folder, prepared)
    forgotten = Forgotten(folder / "kash.sqlite3", prepared / "kash.sqlite3")
    return Ground(app, folder, prepared, forgotten, dict(app.config))


class Forgotten:
    """Takes back what was written to SQLite, if all of it still lies in the log beside the file:
    then the log is emptied and its index is begun anew, as after a crash, and the connections stay,
    with all that they have learned of the tables."""

    # Both copies of the head of the index, and how far the log was moved and read.
    _HEAD = 136

    def __init__(self, database: Path, prepared: Path) -> None:
        self._database = database
        self._as_copied = self._written(prepared)
        self._process = os.getpid()

    def _written(self, path: Path) -> tuple[int, int]:
        """A file's size and when it was written, which a copy has, too."""
        found = path.stat()
        return found.st_size, found.st_mtime_ns

    def __call__(self, engine: Engine, _new_files: bool) -> bool:
        if os.getpid() != self._process:
            # Another fork may have put other files in place of those that are open here.
            self._process = os.getpid()
            engine.dispose(close=False)
            return False
        log, index = (Path(f"{self._database}-{name}") for name in ("wal", "shm"))
        in_use = engine.pool.checkedout()  # type: ignore[attr-defined] # the pool of files has it
        # Whoever takes the folder away or closes the last connection moves what the log holds.
        is_there = log.exists() and index.exists()
        if in_use or not is_there or self._written(self._database) != self._as_copied:
            engine.dispose()
            return False
        with index.open("r+b") as file:
            file.write(bytes(self._HEAD))
        os.truncate(log, 0)
        return True


@pytest.fixture(scope="session")
def _postgresql_ground(postgresql_cluster, tmp_path_factory, compiled):
    folder = tmp_path_factory.mktemp("postgresql") / "var"
    address = make_url(postgresql_cluster).set(database="kash").render_as_string(False)
    server = create_engine(postgresql_cluster, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text("CREATE DATABASE kash"))
    app = _make_app(_settings(folder, database_url=address), compiled)
    _set_up(app)
    with app.app_context():
        _let_be_emptied(db.engine)
        db.engine.dispose()
    with server.connect() as connection:
        connection.execute(text("ALTER DATABASE kash RENAME TO prepared"))
    prepared = folder.with_name("prepared")
    shutil.copytree(folder, prepared)

    return Ground(app, folder, prepared, Reset(server, address), dict(app.config))


class Reset:
    """Puts the database `kash` back to what it was when it was prepared.

    To make a database anew is the work of a second, so its rows are taken out of the same tables,
    unless a test has changed a table or a trigger, or has left something locked. The application's
    connections stay: a new one has to learn of every table again.
    """

    def __init__(self, server: Engine, address: str) -> None:
        self._server = server
        self._new_files = False
        # Neither triggers nor foreign keys are asked.
        options = "-c session_replication_role=replica -c lock_timeout=2s"
        self._inside = create_engine(
            address, pool_size=1, pool_pre_ping=True, connect_args={"options": options}
        )
        names = [table.name for table in Base.metadata.sorted_tables]
        self.make_anew()
        with self._inside.connect() as connection:
            self._schema = connection.scalar(SCHEMA)
            self._rows = {
                name: rows
                for name in names
                if (rows := connection.scalar(text(f'SELECT json_agg(kept) FROM "{name}" kept')))
            }
            sequences = connection.execute(
                text("SELECT sequencename, coalesce(last_value, 1), last_value IS NOT NULL"
                     " FROM pg_sequences WHERE schemaname = 'public'")
            ).all()  # fmt: skip
        self._count_on = "SELECT " + ", ".join(
            f"setval('\"{name}\"', {value}, {called})" for name, value, called in sequences
        )

    def __call__(self, engine: Engine, new_files: bool = False) -> bool:
        if not self._taken_out():
            engine.dispose()
            self.make_anew()
        # Whoever asks for new ones leaves behind what nobody else shall find, either.
        elif new_files or self._new_files:
            self._write_anew()
        self._new_files = new_files
        return False

    def make_anew(self) -> None:
        with self._server.connect() as connection:
            connection.execute(text("DROP DATABASE IF EXISTS kash WITH (FORCE)"))
            connection.execute(text("CREATE DATABASE kash TEMPLATE prepared STRATEGY file_copy"))

    def _write_anew(self) -> None:
        """Have each table that ever held something lie in a new file that holds what it holds now,
        and its indexes, too: a quarter of the work of a new database."""
        with self._inside.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            held = connection.scalars(_EVER_HELD_SOMETHING).all()
            connection.exec_driver_sql(f"VACUUM (FULL) {', '.join(held)}")

    def _taken_out(self) -> bool:
        """Whether all rows but those of the beginning could be taken out."""
        with contextlib.suppress(DBAPIError), self._inside.begin() as connection:
            connection.execute(_OTHERS_END)
            if connection.scalar(SCHEMA) != self._schema:
                return False
            connection.execute(text(f"SELECT {_EMPTIED}()"))
            connection.execute(text(self._count_on))
            for name, rows in self._rows.items():
                connection.execute(
                    text(f'INSERT INTO "{name}" SELECT * FROM'
                         f' json_populate_recordset(NULL::"{name}", cast(:rows AS json))'),
                    {"rows": json.dumps(rows)},
                )  # fmt: skip
            return True
        return False


# Whatever defines, alters or drops a table, a column, a constraint, a trigger or a function changes
# how many there are or the newest transaction that wrote of one. A table that was only written
# anew, as the product does with the keys of what was shredded, is what it was.
SCHEMA = text(
    "SELECT string_agg(concat_ws(':', number, newest), ' ' ORDER BY kind) FROM ("
    "SELECT 'class' AS kind, count(*) AS number, sum(hashtext(relname)::bigint) AS newest"
    " FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    + "".join(
        f" UNION ALL SELECT '{name}', count(*), max(xmin::text::bigint) FROM pg_{name}"
        f" WHERE {which}"
        for name, which in {
            "attribute": "attrelid >= 16384",
            "constraint": "oid >= 16384",
            "trigger": "oid >= 16384",
            "proc": "oid >= 16384",
        }.items()
    )
    + ") AS found"
)
_EVER_HELD_SOMETHING = text(
    "SELECT oid::regclass::text FROM pg_class"
    " WHERE relkind = 'r' AND oid >= 16384 AND pg_relation_size(oid) > 0"
)
# Whoever is idle holds nothing.
_OTHERS_END = text(
    "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
)
_EMPTIED = "tests_emptied"


def _let_be_emptied(engine: Engine) -> None:
    """Have the database know one function that takes all rows out, whose plans it keeps."""
    rows = " ".join(f'DELETE FROM "{table.name}";' for table in Base.metadata.sorted_tables)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            f"CREATE FUNCTION {_EMPTIED}() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {rows} END $$"
        )


def _standing_on(request: pytest.FixtureRequest, engine: str) -> Iterator[APIFlask]:
    ground: Ground = request.getfixturevalue(f"_{engine}_ground")
    ground.put_back(new_files=request.node.get_closest_marker("new_files") is not None)
    with ground.app.app_context():
        yield ground.app
        db.session.remove()


@pytest.fixture
def sqlite_app(request):
    """An application on SQLite with a fresh programme, in an application context."""
    yield from _standing_on(request, "sqlite")


@pytest.fixture
def postgresql_app(request):
    """The same on PostgreSQL."""
    yield from _standing_on(request, "postgresql")


@pytest.fixture(
    params=[pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.services)]
)
def both_engines_app(request):
    """The same, once on each engine. Use it in place of `app` for services and queries."""
    yield from _standing_on(request, request.param)


@pytest.fixture
def app(request):
    """The application of this test: on SQLite, unless the test asks for another one."""
    for name in ("both_engines_app", "postgresql_app"):
        if name in request.fixturenames:
            return request.getfixturevalue(name)
    return request.getfixturevalue("sqlite_app")


@pytest.fixture
def as_it_was(sqlite_app):
    """Takes back the rows of a test of queries (`tests/rows.py`), which commits nothing."""
    yield
    db.session.rollback()


@pytest.fixture
def client(app):
    """A browser in which nobody is signed in."""
    return app.test_client()


@pytest.fixture
def groups(app):
    """The programme's two groups: police (A) and community (B)."""
    first, second = db.session.query(Group).order_by(Group.position).all()
    return first, second


# --- People ---------------------------------------------------------------------------------


@pytest.fixture
def actor(app):
    """`actor("trainer", name=…, person_id=…)` makes an account and returns who acts with it."""
    count = 0

    def make(*roles: str, name: str = "", person_id: int | None = None, **more: Any) -> Actor:
        nonlocal count
        count += 1
        public_id = new_public_id()
        email = more.pop("email", f"{'-'.join(roles) or 'nobody'}-{count}@example.org")
        account = Account(
            public_id=public_id,
            name=name or f"Account {count}",
            email_sealed=seal(email, kind="account.email", public_id=public_id),
            email_lookup=email_key(email),
            password_hash=hash_password(more.pop("password", PASSWORD)),
            person_id=person_id,
            roles=[AccountRole(role=str(Role(role))) for role in roles],
            settled_at=more.pop("settled_at", utc_now() - timedelta(days=30)),
            **more,
        )
        db.session.add(account)
        # Once it is committed it would have to be read again.
        db.session.flush()
        made = actor_of(account)
        db.session.commit()
        return made

    return make


@pytest.fixture
def client_for(app):
    """`client_for(actor)`: a browser in which this actor has just signed in."""

    def open_browser(who: Actor, browser: FlaskClient | None = None) -> FlaskClient:
        token = new_token()
        db.session.add(
            SignedInSession(
                token_hash=token_hash(token), account_id=who.account_id, fresh_at=utc_now()
            )
        )
        db.session.commit()
        browser = browser or app.test_client()
        with browser.session_transaction() as session:
            session["_user_id"] = token
            session["_fresh"] = True
        return browser

    return open_browser


@pytest.fixture
def sign_in(actor, client_for):
    """`sign_in("trainer")`: a browser in which a new account with these roles is signed in."""

    def make(*roles: str, **more: Any) -> FlaskClient:
        return client_for(actor(*roles, **more))

    return make


@dataclass(frozen=True)
class AMember:
    """Somebody with keys of the vault, signed in, with the vault open in her browser."""

    actor: Actor
    client: FlaskClient
    public_id: str
    passphrase: str
    recovery_code: str
    cookie: str

    def vault(self) -> OpenVault:
        """Her vault as it is open in her session at this moment, for calls below the pages."""
        db.session.rollback()
        found = find_opening(db.session(), self.actor.session_id, self.cookie, utc_now())
        assert found is not None
        return found[0]


@pytest.fixture
def a_member(app, actor, client_for):
    """`a_member("documentation")`: an account whose vault is open in its browser.

    The first to be made makes the compartments that its roles entitle to; those who follow are let
    into what has been made, `identity` only once a custodian was made. `second_step=False` leaves
    the account without one, `is_open=False` the vault closed.
    """
    makers: dict[str, tuple[int, X25519PrivateKey]] = {}

    def vault_of_maker(name: str) -> OpenVault:
        number, private = makers[name]
        session = db.session()
        return open_in_memory(session, session.get_one(VaultMember, number), private, utc_now())

    def make(*roles: str, second_step: bool = True, is_open: bool = True, **more: Any) -> AMember:
        who = actor(*roles, **more)
        passphrase, code = new_passphrase(), new_recovery_code()
        keys = make_keys(passphrase, code)
        session, now = db.session(), utc_now()
        member = add_member(session, who.public_id, keys, now)
        may = entitled(who.roles)
        for name in missing_compartments(session, sorted(may)):
            make_compartment(session, name, [member], now)
        for name in sorted(may & set(makers)):
            let_in(session, vault_of_maker(name), member, [name], now)
        member.admitted_by, member.admitted_at = who.public_id, now
        if second_step:
            account = session.get_one(Account, who.account_id)
            account.totp_sealed = seal(
                "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", kind="account.totp", public_id=account.public_id
            )
        session.commit()
        for name in may:
            makers.setdefault(name, (member.id, keys.private))
        client = client_for(who)
        with client.session_transaction() as kept:
            token = kept["_user_id"]
        row = db.session.query(SignedInSession).filter_by(token_hash=token_hash(token)).one()
        who = replace(who, session_id=row.public_id)
        cookie = ""
        if is_open:
            member = db.session.query(VaultMember).filter_by(holder=who.public_id).one()
            cookie = begin_opening(db.session(), member, keys.private, row.public_id, utc_now())
            db.session.commit()
            client.set_cookie("vault", cookie)
        db.session.rollback()
        return AMember(who, client, keys.public_id, passphrase, code, cookie)

    return make


# --- Looking --------------------------------------------------------------------------------


@dataclass
class Queries:
    """The statements that ran; `count` leaves out what begins and ends transactions."""

    statements: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.statements)


@pytest.fixture
def count_queries(app):
    """`with count_queries() as queries: …`, then `queries.count`."""

    @contextlib.contextmanager
    def counting() -> Iterator[Queries]:
        seen = Queries()

        def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not re.match(r"(BEGIN|COMMIT|ROLLBACK|PRAGMA|SAVEPOINT|RELEASE)", statement):
                seen.statements.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    return counting


def csrf_token(page: str) -> str:
    """The token of a form in a page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found is not None, "the page has no form with a token"
    return found.group(1)
