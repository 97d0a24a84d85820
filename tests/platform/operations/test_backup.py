"""What is backed up comes back, is never in clear on the way, and nothing else is touched."""

import io
import os
import shutil
import sqlite3
import stat
import tarfile
import textwrap
from base64 import b64decode, b64encode
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pyotp
import pyrage
import pytest
from flask import Flask
from sqlalchemy import select

from kash.accounts.models import Account, Programme, SignedInSession
from kash.application import create_app
from kash.figures.releases.queries import doubts
from kash.figures.releases.rules.tables import last_days
from kash.people.models import Group, Person
from kash.platform import storage
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.operations.archive import (
    DamagedBackup,
    NoKey,
    NotEmpty,
    OperationError,
    ToolFailed,
    WrongKeyGiven,
    decrypted,
    encrypt,
    identities_in,
    needs_passphrase,
    unlock,
)
from kash.platform.operations.backup import restore_backup, write_backup
from kash.platform.operations.snapshot import check_backup
from kash.platform.vault import audited, lookup, note_once, open_text, seal, verify
from kash.policy import SYSTEM
from kash.settings import Settings
from tests.figures.releases.planned import YEAR, plan_of
from tests.forks import module
from tests.quick_locks import quickly_locked

PASSPHRASE = "seven calm herons cross slowly"
IDENTITY = pyrage.x25519.Identity.generate()
RECIPIENT = str(IDENTITY.to_public())
PHONE = "+254700000123"
ROOT = Path(__file__).parents[3]

Place = Callable[..., Settings]


def fill(app: Flask) -> str:
    """A programme with one person who signs in by TOTP, one session and two files."""
    secret = pyotp.random_base32()
    with app.app_context():
        with audited("tests.filled", SYSTEM) as change:
            group = Group(name="Community", letter="B")
            change.session.add(group)
            change.session.flush()
            person = Person(
                public_id=new_public_id(),
                chosen_name="Mbalamwezi",
                sort_name="mbalamwezi",
                group_id=group.id,
                created_by="system",
            )
            person.phone_sealed = seal(PHONE, kind="person.phone", public_id=person.public_id)
            person.phone_lookup = lookup(PHONE, kind="phone")
            account = Account(
                public_id=new_public_id(), name="Mbalamwezi", email_lookup="x", password_hash="x"
            )
            account.email_sealed = seal("a@b.org", kind="mail", public_id=account.public_id)
            account.totp_sealed = seal(secret, kind="totp", public_id=account.public_id)
            change.session.add_all([person, account])
            change.session.flush()
            change.session.add(
                SignedInSession(token_hash="the-session-token-hash", account_id=account.id)
            )
        storage.put("scans/sheet", b"scan" * 700_000)
        storage.put("scans/empty", b"")
        storage.put("jobs/made", b"can be made again")
    return secret


def check_filled(app: Flask, secret: str) -> None:
    with app.app_context():
        person = db.session.scalars(select(Person)).one()
        assert person.phone_lookup == lookup(PHONE, kind="phone")
        assert person.phone_sealed is not None
        opened = open_text(person.phone_sealed, kind="person.phone", public_id=person.public_id)
        assert opened == PHONE
        account = db.session.scalars(select(Account)).one()
        assert account.totp_sealed is not None
        code = pyotp.TOTP(secret).now()
        kept = open_text(account.totp_sealed, kind="totp", public_id=account.public_id)
        assert pyotp.TOTP(kept).verify(code, valid_window=1)
        assert db.session.scalars(select(SignedInSession)).all() == []
        assert {found.key: found.size for found in storage.list()} == {
            "scans/empty": 0,
            "scans/sheet": 2_800_000,
        }
        assert storage.get("scans/sheet") == b"scan" * 700_000
        assert verify(db.session()).sound


def test_a_programme_comes_back_by_passphrase(opened, tmp_path):
    before, after = (Settings(data_dir=tmp_path / name) for name in ("before", "after"))
    app = opened(before)
    secret = fill(app)
    file = tmp_path / "copy.age"
    written = write_backup(app, file, passphrase=PASSPHRASE)
    assert (written.files, written.path, written.size) == (2, file, file.stat().st_size)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with app.app_context():
        assert [row.token_hash for row in db.session.scalars(select(SignedInSession))] == [
            "the-session-token-hash"
        ]

    assert needs_passphrase(file)
    restored = restore_backup(after, file, unlock(file, PASSPHRASE))
    assert (restored.files, restored.migrated, restored.old_key) == (2, False, None)
    assert after.key_file.read_bytes() == before.key_file.read_bytes()
    assert stat.S_IMODE(after.key_file.stat().st_mode) == 0o600
    check_filled(opened(after), secret)


def test_a_programme_comes_back_to_a_recipient(new_place, opened, tmp_path):
    before = new_place("before", backup_recipient=RECIPIENT)
    app = opened(before)
    secret = fill(app)
    file = tmp_path / "copy.age"
    write_backup(app, file)
    assert not needs_passphrase(file)
    key = tmp_path / "identity"
    key.write_text(f"# created: today\n{IDENTITY}\n")
    after = new_place("after")
    restore_backup(after, file, identities_in(key))
    check_filled(opened(after), secret)


@pytest.mark.parametrize("audit_folder", ["put there first", "lost"])
def test_figures_that_a_backup_cannot_know_wait_after_it_was_put_back(
    new_place, opened, tmp_path, audit_folder
):
    """Whoever prints after a backup and puts it back could throw again, on this machine or on
    another."""
    before = new_place("before", backup_recipient=RECIPIENT)
    app, file = opened(before), tmp_path / "copy.age"
    with app.app_context():
        with audited("tests.begun", SYSTEM):
            pass
        plan_of()
        assert doubts(db.session(), utc_now()) == []
    write_backup(app, file)
    with app.app_context(), audited("releases.printed", SYSTEM) as change:
        note_once(change.session, {"2025/who/0": "ab" * 32})
    after = new_place("after")
    if audit_folder == "put there first":
        shutil.copytree(before.audit_folder, after.audit_folder)
    restore_backup(after, file, [IDENTITY])
    again = opened(after)
    with again.app_context():
        waiting = doubts(db.session(), utc_now())
        assert [(one.day, one.unsaid) for one in waiting] == [
            (day, False) for day in last_days(YEAR)
        ]
        assert waiting[0].noted == (1 if audit_folder == "put there first" else 0)
        assert verify(db.session()).problems == []
    told = again.test_cli_runner().invoke(args=["releases", "due"]).output
    assert told.startswith("waits 2025-03-31  who mediation")


def test_nothing_lies_on_the_disk_in_clear(new_place, opened, tmp_path, monkeypatch):
    app = opened(new_place("before", backup_recipient=RECIPIENT))
    fill(app)
    watched = tmp_path / "watched"
    watched.mkdir()
    for name in ("TMPDIR", "SQLITE_TMPDIR"):
        monkeypatch.setenv(name, str(watched))
    made = write_backup(app, watched).path
    assert list(watched.iterdir()) == [made]
    content = made.read_bytes()
    for clear in (b"Mbalamwezi", b"mbalamwezi", b"scanscan", b"CREATE TABLE", b"server.key"):
        assert clear not in content
    plain = io.BytesIO(plain_content(made))
    assert b"the-session-token-hash" not in plain.getvalue()
    with tarfile.open(fileobj=plain) as archive:
        names = archive.getnames()
    assert names[0] == "backup.json"
    assert names[-2:] == ["server.key", "end.json"]
    assert {name for name in names if name.startswith("files/")} == {
        "files/scans/empty",
        "files/scans/sheet",
    }


def plain_content(file: Path) -> bytes:
    with decrypted(file, [IDENTITY]) as content:
        return content.read()


@pytest.fixture
def one_place(tmp_path):
    return Settings(data_dir=tmp_path / "here", backup_recipient=RECIPIENT)


@pytest.fixture(scope="module")
def backed_up_once(tmp_path_factory, small_programme):
    """A folder with a small programme on SQLite and its backup."""
    folder = tmp_path_factory.mktemp("backed-up")
    settings = Settings(data_dir=folder / "here", backup_recipient=RECIPIENT)
    small_programme(settings)
    app = create_app(settings)
    write_backup(app, folder / "copy.age")
    with app.app_context():
        db.engine.dispose()
    return folder


@pytest.fixture
def backed_up(backed_up_once, tmp_path):
    """A copy of each for the test; the backup's path."""
    shutil.copytree(backed_up_once, tmp_path, dirs_exist_ok=True)
    return tmp_path / "copy.age"


def everything(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_programme_is_never_overwritten(one_place, backed_up):
    with closing(sqlite3.connect(one_place.data_dir / "kash.sqlite3")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = everything(one_place.data_dir)
    with pytest.raises(NotEmpty):
        restore_backup(one_place, backed_up, [IDENTITY])
    after = everything(one_place.data_dir)
    assert {name: after[name] for name in before if "-shm" not in name} == {
        name: content for name, content in before.items() if "-shm" not in name
    }


def test_files_alone_are_not_overwritten_either(backed_up, tmp_path):
    place = Settings(data_dir=tmp_path / "there")
    (place.data_dir / "files").mkdir(parents=True)
    (place.data_dir / "files" / "kept").write_text("kept")
    with pytest.raises(NotEmpty):
        restore_backup(place, backed_up, [IDENTITY])
    assert everything(place.data_dir) == {"files/kept": b"kept"}


@pytest.mark.parametrize("harm", ["cut", "cut a lot", "flip", "append", "start"])
def test_a_damaged_backup_changes_nothing(backed_up, tmp_path, harm):
    content = bytearray(backed_up.read_bytes())
    if harm == "cut":
        del content[-1:]
    elif harm == "cut a lot":
        del content[len(content) // 2 :]
    elif harm == "flip":
        content[len(content) // 2] ^= 1
    elif harm == "append":
        content += b"more"
    else:
        del content[:20]
    backed_up.write_bytes(content)
    place = Settings(data_dir=tmp_path / "there")
    with pytest.raises(OperationError):
        restore_backup(place, backed_up, [IDENTITY])
    assert not place.key_file.exists()
    assert not (place.data_dir / "kash.sqlite3").exists()


@pytest.fixture(scope="module")
def by_passphrase(tmp_path_factory):
    """A file by a passphrase, which is opened at once."""
    path = tmp_path_factory.mktemp("by-passphrase") / "copy.age"
    with path.open("wb") as file, pytest.MonkeyPatch.context() as patch:
        patch.setattr(pyrage.passphrase, "encrypt", quickly_locked)
        encrypt([b"content"], file, passphrase=PASSPHRASE)
    return path


def test_what_is_locked_quickly_is_opened_by_its_passphrase(by_passphrase):
    with decrypted(by_passphrase, unlock(by_passphrase, PASSPHRASE)) as content:
        assert content.read() == b"content"


def test_a_wrong_passphrase_is_said(by_passphrase):
    with pytest.raises(WrongKeyGiven, match="not the backup's passphrase"):
        unlock(by_passphrase, "seven calm herons cross quickly")


def test_a_machine_too_slow_for_the_passphrase_does_not_call_it_wrong(by_passphrase, tmp_path):
    whole = by_passphrase.read_bytes()
    armoured, end, _ = whole.partition(b"-----END AGE ENCRYPTED FILE-----")
    made = (armoured + end).decode().splitlines()
    content = b64decode("".join(made[1:-1]))
    head = content.split(b"\n")[1]
    # As if it had been stretched for an hour.
    slow = content.replace(head, head.rsplit(b" ", 1)[0] + b" 30", 1)
    lines = [made[0], *textwrap.wrap(b64encode(slow).decode(), 64), made[-1], ""]
    backed_up = tmp_path / "copy.age"
    backed_up.write_text("\n".join(lines))
    with pytest.raises(ToolFailed, match="too slow, or too busy"):
        unlock(backed_up, PASSPHRASE)


def test_a_wrong_identity_is_said(backed_up, tmp_path):
    with pytest.raises(WrongKeyGiven, match="does not open"):
        restore_backup(
            Settings(data_dir=tmp_path / "there"), backed_up, [pyrage.x25519.Identity.generate()]
        )


def test_another_file_is_no_backup(tmp_path):
    other = tmp_path / "letter.txt"
    other.write_text("Dear all")
    for path in (other, tmp_path / "nothing"):
        with pytest.raises(DamagedBackup):
            needs_passphrase(path)


def test_an_age_file_of_something_else_is_no_backup(tmp_path):
    identity = pyrage.x25519.Identity.generate()
    other = tmp_path / "letter.age"
    other.write_bytes(pyrage.encrypt(b"Dear all" * 4000, [identity.to_public()]))
    with pytest.raises(DamagedBackup):
        restore_backup(Settings(data_dir=tmp_path / "there"), other, [identity])


def test_without_a_key_nothing_is_written(opened, tmp_path):
    app = opened(Settings(data_dir=tmp_path / "here"))
    for passphrase in ("", "too short"):
        with pytest.raises(NoKey):
            write_backup(app, tmp_path / "copy.age", passphrase=passphrase)
    assert {path.name for path in tmp_path.iterdir()} == {"here"}


def test_a_backup_is_never_written_over_a_file(one_place, opened, tmp_path):
    (tmp_path / "copy.age").write_text("kept")
    with pytest.raises(OperationError):
        write_backup(opened(one_place), tmp_path / "copy.age")
    assert (tmp_path / "copy.age").read_text() == "kept"


def test_backups_of_another_engine_are_refused(backed_up, tmp_path):
    place = Settings(data_dir=tmp_path / "there", database_url="postgresql://localhost/none")
    with pytest.raises(OperationError, match="sqlite"):
        check_backup(place, backed_up, [IDENTITY])


def test_old_backups_in_the_folder_go(one_place, opened, tmp_path):
    folder = tmp_path / "copies"
    folder.mkdir()
    days = {"kash-2026-01-01T000000Z.age": 31, "kash-2026-01-30T000000Z.age": 29, "mine.age": 99}
    for name, age in days.items():
        (folder / name).write_text("old")
        then = (utc_now() - timedelta(days=age)).timestamp()
        os.utime(folder / name, (then, then))
    written = write_backup(opened(one_place), folder)
    assert written.deleted == 1
    assert {path.name for path in folder.iterdir()} == {
        "kash-2026-01-30T000000Z.age",
        "mine.age",
        written.path.name,
    }


def test_a_programme_that_chose_fewer_days_than_the_server_has_its_backups_deleted_then(
    one_place, opened, tmp_path
):
    app = opened(one_place)
    with app.app_context():
        db.session.add(
            Programme(
                id=1,
                name="Lake",
                neutral_name="Programme",
                zone="Africa/Nairobi",
                languages=["en"],
                settings={"retention": {"backups": 7}},
            )
        )
        db.session.commit()
    folder = tmp_path / "copies"
    folder.mkdir()
    for name, age in {"kash-2026-01-01T000000Z.age": 8, "kash-2026-01-03T000000Z.age": 6}.items():
        (folder / name).write_text("old")
        then = (utc_now() - timedelta(days=age)).timestamp()
        os.utime(folder / name, (then, then))
    written = write_backup(app, folder)
    assert {path.name for path in folder.iterdir()} == {
        "kash-2026-01-03T000000Z.age",
        written.path.name,
    }


def test_another_key_that_was_there_is_kept(backed_up, tmp_path):
    place = Settings(data_dir=tmp_path / "there")
    place.data_dir.mkdir()
    place.key_file.write_text("another programme's key")
    restored = restore_backup(place, backed_up, [IDENTITY])
    assert restored.old_key == place.data_dir / "server.key.before-restore"
    assert restored.old_key.read_text() == "another programme's key"


def test_the_commands(backed_up, tmp_path):
    def command(*arguments: str, folder: str) -> tuple[int, str, str]:
        return module(
            os.environ | {"KASH_DATA_DIR": str(tmp_path / folder)},
            "kash.platform.operations",
            *arguments,
            "--passphrase-fd",
            "0",
            typed=PASSPHRASE + "\n",
        )

    again = tmp_path / "again.age"
    code, printed, error = command("backup", str(again), folder="here")
    assert (code, error) == (0, "")
    assert printed.splitlines()[:2] == [
        f"Backup written to {again}",
        "Database, stored files: 2, the server's key. No sessions.",
    ]
    code, printed, error = command("restore", str(again), folder="there")
    assert (code, error) == (0, "")
    assert printed.splitlines()[1:] == [
        "Database, stored files: 2, the server's key. Nobody is signed in.",
        "The audit says that it was restored, and began a new mirror.",
    ]
    code, _printed, error = command("restore", str(again), folder="there")
    assert code == 1
    assert error == (
        "Error: The database is not empty. A backup is put back into a new one only.\n"
    )
