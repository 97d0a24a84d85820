"""An archive is whole or refused, says what it holds, and opens for nobody who has half of it."""

import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pyrage
import pytest
from flask import Flask
from sqlalchemy import func, select

from kash.accounts.models import Account
from kash.application import create_app
from kash.certificates.models import FunderMark
from kash.exchange.archive.reading_in import import_archive
from kash.exchange.archive.services import DamagedArchive
from kash.exchange.archive.writing_out import Contents, kept_tables, write_archive
from kash.people.models import Zone
from kash.platform import storage
from kash.platform.database import db, writing
from kash.platform.operations.archive import (
    NotEmpty,
    OperationError,
    WrongKeyGiven,
    decrypted,
    encrypt,
)
from kash.platform.operations.backup import write_backup
from kash.platform.vault import AuditEntry, verify
from kash.settings import Settings
from kash.workshops.models import Funder
from tests.exchange.archive.full_tables import fill as fill_tables
from tests.platform.operations.conftest import cluster, opened, small_programme  # noqa: F401 - fixtures
from tests.platform.operations.test_backup import check_filled, fill

IDENTITY = pyrage.x25519.Identity.generate()
RECIPIENT = str(IDENTITY.to_public())


def _write(app: Flask, path: Path, **more: Any) -> Contents:
    with app.app_context():
        return write_archive(path, **more)


def _members(path: Path) -> dict[str, bytes]:
    with decrypted(path, [IDENTITY]) as content:
        whole = io.BytesIO(content.read())
    with tarfile.open(fileobj=whole) as archive:
        return {one.name: archive.extractfile(one).read() for one in archive}  # type: ignore[union-attr]


def _packed(path: Path, members: dict[str, bytes]) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in members.items():
            about = tarfile.TarInfo(name)
            about.size = len(content)
            archive.addfile(about, io.BytesIO(content))
    path.unlink(missing_ok=True)
    with path.open("wb") as file:
        encrypt([packed.getvalue()], file, recipient=RECIPIENT)


@pytest.fixture(scope="module")
def written_once(
    tmp_path_factory,
    small_programme,  # noqa: F811
):
    """A folder with a small programme on SQLite, and its archive with the key."""
    folder = tmp_path_factory.mktemp("written")
    settings = Settings(data_dir=folder / "before", backup_recipient=RECIPIENT)
    small_programme(settings)
    app = create_app(settings)
    _write(app, folder / "archive.age", with_key=True)
    with app.app_context():
        db.engine.dispose()
    return folder


@pytest.fixture
def written(written_once, tmp_path):
    """A copy of each for the test."""
    shutil.copytree(written_once, tmp_path, dirs_exist_ok=True)
    settings = Settings(data_dir=tmp_path / "before", backup_recipient=RECIPIENT)
    return settings, tmp_path / "archive.age"


@pytest.fixture
def empty(tmp_path, empty_database):
    """A place into which migrations have run, and nothing else happened."""
    folder = tmp_path / "after"
    folder.mkdir(mode=0o700)
    shutil.copyfile(empty_database, folder / "kash.sqlite3")
    return Settings(data_dir=folder, backup_recipient=RECIPIENT)


@pytest.fixture(params=["from SQLite", pytest.param("from PostgreSQL", marks=pytest.mark.services)])
def places(
    request,
    cluster,  # noqa: F811
    opened,  # noqa: F811
    empty,
    tmp_path,
):
    """A place with a programme, and an empty one on the other engine."""
    if request.param == "from PostgreSQL":
        at = Settings(
            data_dir=tmp_path / "before", database_url=cluster(), backup_recipient=RECIPIENT
        )
        return at, empty
    other = Settings(
        data_dir=tmp_path / "other", database_url=cluster(), backup_recipient=RECIPIENT
    )
    opened(other)
    return Settings(data_dir=tmp_path / "before", backup_recipient=RECIPIENT), other


def test_a_programme_moves_whole_between_engines(
    opened,  # noqa: F811
    places,
    tmp_path,
):
    before, empty = places
    app = opened(before)
    secret = fill(app)
    with app.app_context(), writing() as session:
        within = Zone(name="County", kind="county")
        session.add(within)
        session.flush()
        # Refers to a row that comes after it in the order of keys.
        session.add(Zone(name="Ward", kind="ward"))
        session.flush()
        ward = session.scalars(select(Zone).where(Zone.name == "Ward")).one()
        within.within_id = ward.id
    path = tmp_path / "archive.age"
    contents = _write(app, path, with_key=True)
    _made_at, brought, _old_key = import_archive(empty, path, [IDENTITY])
    assert brought == contents
    after = opened(empty)
    check_filled(after, secret)
    with after.app_context():
        county = db.session.scalars(select(Zone).where(Zone.name == "County")).one()
        assert db.session.get_one(Zone, county.within_id).name == "Ward"
        assert verify(db.session()).sound


def test_every_table_moves_between_engines_filled_at_its_bounds(
    opened,  # noqa: F811
    places,
    tmp_path,
):
    before, empty = places
    app = opened(before)
    with app.app_context():
        with db.engine.begin() as connection:
            fill_tables(connection)
        filled = {
            table.name
            for table in kept_tables()
            if db.session.scalar(select(func.count()).select_from(table))
        }
    assert {table.name for table in kept_tables()} - filled <= {
        "audit_entry", "audit_head", "audit_subject",
    }  # fmt: skip
    path = tmp_path / "archive.age"
    contents = _write(app, path, with_key=True)
    assert import_archive(empty, path, [IDENTITY])[1] == contents


def test_what_the_database_refuses_is_said_as_that_and_without_a_value(written, empty):
    _before, path = written
    with closing(sqlite3.connect(empty.data_dir / "kash.sqlite3")) as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON person "
            "BEGIN SELECT RAISE(ABORT, 'Mbalamwezi'); END"
        )
    with pytest.raises(OperationError) as refused:
        import_archive(empty, path, [IDENTITY])
    assert str(refused.value) == (
        "The database refused rows of the table person (IntegrityError). Nothing was brought in."
    )


def test_the_command_brings_it_in_by_itself_also_where_no_folder_is_yet(
    opened,  # noqa: F811
    written,
    tmp_path,
):
    """A process of its own, which knows no table before it asks for them."""
    _before, path = written
    key, folder = tmp_path / "key.txt", tmp_path / "new" / "programme"
    key.write_text(f"{IDENTITY}\n")
    done = subprocess.run(
        [sys.executable, "-m", "kash.exchange.archive", path, "--identity", key],
        env=os.environ | {"KASH_DATA_DIR": str(folder), "KASH_DATABASE_URL": ""},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Brought in what was written on ")
    with opened(Settings(data_dir=folder)).app_context():
        assert db.session.scalar(select(func.count()).select_from(Account)) == 1


def test_without_the_key_it_is_brought_in_only_where_the_key_lies(
    opened,  # noqa: F811
    written,
    empty,
    tmp_path,
):
    before, _ = written
    path = tmp_path / "keyless.age"
    _write(opened(before), path)
    assert not any(before.key_file.read_bytes() in one for one in _members(path).values())
    with pytest.raises(OperationError, match="opens with another key file"):
        import_archive(empty, path, [IDENTITY])
    assert not empty.key_file.exists()
    shutil.copy(before.key_file, empty.key_file)
    assert import_archive(empty, path, [IDENTITY])[2] is None


@pytest.mark.parametrize("harm", ["cut", "letter", "row", "file", "table", "key", "contents"])
def test_a_cut_or_altered_archive_brings_nothing(harm, written, empty):
    _before, path = written
    members = _members(path)
    person = "tables/person/000000.jsonl"
    if harm == "cut":
        del members["end.json"]
    elif harm == "letter":
        members[person] = members[person].replace(b"Mbalamwezi", b"Mbalamwesi")
    elif harm == "row":
        members[person] = b""
    elif harm == "file":
        members["files/scans/sheet"] = b"scan" * 699_999 + b"sca."
    elif harm == "table":
        del members["tables/account/000000.jsonl"]
    elif harm == "key":
        members["server.key"] = members["server.key"].replace(b"1", b"2")
    else:
        stated = json.loads(members["contents.json"])
        stated["tables"]["person"]["rows"] = 2
        members["contents.json"] = json.dumps(stated).encode()
    _packed(path, members)
    before = (empty.data_dir / "kash.sqlite3").read_bytes()
    with pytest.raises(OperationError):
        import_archive(empty, path, [IDENTITY])
    assert (empty.data_dir / "kash.sqlite3").read_bytes() == before
    assert {one.name for one in empty.data_dir.iterdir()} <= {"kash.sqlite3", "files"}


def test_a_row_that_no_table_takes_leaves_no_other_behind(
    opened,  # noqa: F811
    written,
    empty,
    monkeypatch,
):
    _before, path = written
    # What the archive says of itself is checked first, so that only a fault of ours comes so far.
    monkeypatch.setattr(
        "kash.exchange.archive.reading_in._compare", lambda *_: (_ for _ in ()).throw(ValueError)
    )
    with pytest.raises(DamagedArchive):
        import_archive(empty, path, [IDENTITY])
    with opened(empty).app_context():
        assert db.session.scalar(select(func.count()).select_from(Account)) == 0
        assert list(storage.list()) == []


def test_what_is_no_archive_of_ours_is_refused(
    opened,  # noqa: F811
    written,
    empty,
    tmp_path,
):
    before, path = written
    backup = tmp_path / "backup.age"
    write_backup(opened(before), backup)
    with pytest.raises(DamagedArchive):
        import_archive(empty, backup, [IDENTITY])
    with pytest.raises(WrongKeyGiven):
        import_archive(empty, path, [pyrage.x25519.Identity.generate()])
    members = _members(path)
    head = json.loads(members["backup.json"]) | {"revision": "0001"}
    _packed(path, members | {"backup.json": json.dumps(head).encode()})
    with pytest.raises(OperationError, match="another version"):
        import_archive(empty, path, [IDENTITY])
    with pytest.raises(NotEmpty):
        import_archive(before, path, [IDENTITY])


def test_every_table_but_those_of_sessions_is_in_it(written):
    stated = json.loads(_members(written[1])["contents.json"])
    assert set(stated["tables"]) == {table.name for table in kept_tables()}
    assert "signed_in_session" not in stated["tables"]
    assert set(stated["files"]) == {"scans/sheet", "scans/empty"}


def test_the_operator_writes_one_by_a_command_which_the_trail_tells(written, tmp_path):
    settings, _archive = written
    app = create_app(settings)
    path = tmp_path / "moving.age"
    made = app.test_cli_runner().invoke(args=["archive", "write", str(path)])
    assert made.exit_code == 0, made.output
    assert made.output.splitlines()[-1] == "Without the server's key."
    assert path.exists()
    with app.app_context():
        newest = select(AuditEntry.action, AuditEntry.subjects).order_by(AuditEntry.seq.desc())
        assert db.session.execute(newest.limit(1)).one() == ("archive.written", ["archive"])
        db.engine.dispose()


def test_none_is_written_that_lacks_files_unless_somebody_says_that_they_are_lost(
    written, tmp_path
):
    settings, _archive = written
    app = create_app(settings)
    path = tmp_path / "moving.age"
    with app.app_context():
        with writing() as session:
            funder = Funder(name="Haki Fund")
            session.add(funder)
            session.flush()
            session.add(FunderMark(funder_id=funder.id))
        db.engine.dispose()
    refused = app.test_cli_runner().invoke(args=["archive", "write", str(path)])
    assert refused.exit_code == 1
    assert "not in the file store (designs: 1)" in refused.output
    assert not path.exists()
    made = app.test_cli_runner().invoke(
        args=["archive", "write", str(path), "--without-lost-files"]
    )
    assert made.exit_code == 0
    assert path.exists()
