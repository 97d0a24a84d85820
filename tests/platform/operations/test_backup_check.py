"""A backup counts once it passed what a restore asks of it, and no older one goes before that."""

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from typing import IO, Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete, select

from kash.accounts.models import Account, Programme
from kash.attendance.models import Register, SheetScan
from kash.certificates.models import Design, DesignImage, FunderMark
from kash.forums.models import (
    Action,
    ActionNote,
    AgendaItem,
    AgendaPaper,
    Forum,
    Meeting,
    SignedCopy,
)
from kash.platform import storage
from kash.platform.condition import condition
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.operations import archive as asking
from kash.platform.operations import backup, commands
from kash.platform.operations.archive import DamagedBackup
from kash.platform.operations.backup import restore_backup, write_backup
from kash.platform.operations.commands import operations
from kash.platform.operations.database_check import NO_TABLE, check_part, check_whole
from kash.platform.operations.snapshot import named_files
from kash.platform.vault import SealedDocument
from kash.settings import Settings
from kash.training.models import MaterialFile
from kash.workshops.models import Funder
from tests.platform.operations.damage import damage_free_pages, flip, letter_of, page_of
from tests.platform.operations.test_backup import IDENTITY, RECIPIENT


@pytest.fixture
def here(tmp_path, small_programme):
    settings = Settings(data_dir=tmp_path / "here", backup_recipient=RECIPIENT)
    small_programme(settings)
    return settings


@pytest.fixture
def folder(tmp_path):
    """With a backup that is to go once there is a newer one."""
    made = tmp_path / "copies"
    made.mkdir()
    old = made / "kash-2026-01-01T000000Z.age"
    old.write_text("old")
    then = (utc_now() - timedelta(days=31)).timestamp()
    os.utime(old, (then, then))
    return made


@pytest.fixture
def back_up(folder, monkeypatch):
    """The command, as the timer runs it."""

    def run(settings: Settings, *options: str) -> Result:
        monkeypatch.setenv("KASH_DATA_DIR", str(settings.data_dir))
        monkeypatch.setenv("KASH_BACKUP_RECIPIENT", settings.backup_recipient)
        return CliRunner().invoke(operations, ["backup", str(folder), *options])

    return run


def health(settings: Settings) -> list[str]:
    return condition(settings, utc_now()).wrong


@pytest.mark.parametrize("harm", ["a page", "a letter"])
def test_of_a_database_with_a_flipped_byte_no_backup_counts_and_no_good_one_goes(
    here, folder, back_up, harm
):
    database = here.data_dir / "kash.sqlite3"
    if harm == "a page":
        place = page_of(database, "person")
    else:
        place = letter_of(database, "person", "sort_name", "mbalamwezi")
    flip(database, place)
    failed = back_up(here)
    assert failed.exit_code == 1
    lines = failed.output.splitlines()
    assert lines[-1] == (
        "Error: The database is damaged. This backup was not kept. "
        "Older ones were left as they are."
    )
    assert [json.loads(line)["event"] for line in lines[:-1]] == ["backup_failed"]
    assert [path.name for path in folder.iterdir()] == ["kash-2026-01-01T000000Z.age"]
    assert health(here) == ["damaged", "backup failed"]

    # Once that is mended, the next one counts, and says so.
    flip(database, place)
    made = back_up(here)
    assert (made.exit_code, made.output.splitlines()[-1]) == (0, "Old backups deleted: 1")
    (written,) = folder.iterdir()
    assert health(here) == []
    restore_backup(Settings(data_dir=here.data_dir.with_name("there")), written, [IDENTITY])


def test_of_a_database_that_is_gone_no_backup_counts(here, folder, back_up):
    for path in here.data_dir.glob("kash.sqlite3*"):
        path.unlink()
    failed = back_up(here)
    assert failed.exit_code == 1
    assert failed.output.splitlines()[-1].startswith("Error: The database ")
    assert list(here.data_dir.glob("kash.sqlite3*")) == []
    assert [path.name for path in folder.iterdir()] == ["kash-2026-01-01T000000Z.age"]
    assert health(here) == ["backup failed"]


def test_a_key_that_was_not_given_is_a_backup_that_failed(here, folder, back_up):
    failed = back_up(here.model_copy(update={"backup_recipient": ""}))
    assert (failed.exit_code, "Set KASH_BACKUP_RECIPIENT" in failed.output) == (1, True)
    assert health(here) == ["backup failed"]


def test_a_backup_that_was_not_written_as_it_was_made_is_not_kept(
    here, folder, opened, monkeypatch
):
    encrypt = backup.encrypt

    def onto_a_bad_disk(pieces: Any, file: IO[bytes], **more: Any) -> list[Any]:
        identities = encrypt(pieces, file, **more)
        file.seek(file.tell() // 2)
        file.write(b"x")
        return identities

    monkeypatch.setattr(backup, "encrypt", onto_a_bad_disk)
    with pytest.raises(DamagedBackup, match=r"Older ones were left as they are\.$"):
        write_backup(opened(here), folder)
    assert [path.name for path in folder.iterdir()] == ["kash-2026-01-01T000000Z.age"]


@pytest.mark.parametrize("harm", ["database", "key"])
def test_a_backup_whose_database_or_key_would_not_open_is_not_kept(
    new_place, opened, tmp_path, monkeypatch, harm
):
    place = new_place("before", backup_recipient=RECIPIENT)
    app = opened(place)
    whole = backup.parts_of_database
    if harm == "key":
        # The server has its keys in memory, and goes on.
        place.key_file.write_bytes(place.key_file.read_bytes()[:-20])
    else:

        def cut(settings: Settings) -> Iterator[bytes]:
            content = b"".join(whole(settings))
            yield content[: len(content) // 2]

        monkeypatch.setattr(backup, "parts_of_database", cut)
    with pytest.raises(DamagedBackup, match=f"The {harm}( file)? in this backup is damaged"):
        write_backup(app, tmp_path / "copy.age")
    assert list(tmp_path.glob("*.age*")) + list(tmp_path.glob(".*")) == []


def test_what_a_killed_backup_left_goes_with_the_next(here, folder, opened):
    left = {".kash-2026-01-01T000000Z.age.part": 4, ".kash-2026-01-02T000000Z.age.part": 1}
    for name, hours in left.items():
        (folder / name).write_text("half")
        then = (utc_now() - timedelta(hours=hours)).timestamp()
        os.utime(folder / name, (then, then))
    write_backup(opened(here), folder)
    # One that is younger may still be written.
    assert [path.name for path in folder.glob(".*")] == [".kash-2026-01-02T000000Z.age.part"]


@pytest.mark.parametrize("mended_by", ["a backup", "a whole check"])
def test_damage_that_only_a_backup_finds_is_not_taken_back_by_the_next_round(
    here, back_up, mended_by
):
    database = here.data_dir / "kash.sqlite3"
    sound = database.read_bytes()
    damage_free_pages(database)
    assert back_up(here).exit_code == 1
    for _ in range(2):
        check_part(here, utc_now(), seconds=60)
        assert health(here) == ["damaged", "backup failed"]
    assert check_whole(here, utc_now()) == [NO_TABLE]
    assert health(here) == ["damaged", "backup failed"]
    database.write_bytes(sound)
    if mended_by == "a backup":
        assert back_up(here).exit_code == 0
        assert health(here) == []
    else:
        assert check_whole(here, utc_now()) == []
        assert health(here) == ["backup failed"]


def test_damage_of_no_table_that_a_whole_check_finds_stays_told(here):
    damage_free_pages(here.data_dir / "kash.sqlite3")
    assert check_whole(here, utc_now()) == [NO_TABLE]
    check_part(here, utc_now(), seconds=60)
    assert health(here) == ["damaged"]


def test_of_a_programme_whose_files_are_gone_no_backup_counts_and_no_good_one_goes(
    here, folder, back_up, opened
):
    """An empty folder is what is left where a disk was not mounted."""
    with opened(here).app_context():
        kept = keep_one_of_each()
        named = named_files()
    assert named == set(kept)
    files = here.data_dir / "files"
    files.rename(files.with_name("elsewhere"))
    failed = back_up(here)
    assert failed.exit_code == 1
    assert failed.output.splitlines()[-1] == (
        "Error: Files that the database names are not in the file store "
        "(designs: 2, evidence: 1, forum-files: 3, materials: 1, programme: 1, scans: 1). Is its "
        "disk there, and is "
        "KASH_STORAGE_URL right? If they are lost for good, add --without-lost-files. "
        "This backup was not kept. Older ones were left as they are."
    )
    assert [path.name for path in folder.iterdir()] == ["kash-2026-01-01T000000Z.age"]
    assert health(here) == ["backup failed"]
    # One file is as good a reason as all of them.
    files.rmdir()
    files.with_name("elsewhere").rename(files)
    (files / kept[0]).unlink()
    assert "(designs: 1)" in back_up(here).output
    assert health(here) == ["backup failed"]
    # Unless somebody says that it is lost.
    made = back_up(here, "--without-lost-files")
    assert (made.exit_code, made.output.splitlines()[-1]) == (0, "Old backups deleted: 1")
    assert health(here) == []


def test_a_stored_file_that_was_cut_in_half_is_in_no_backup_that_counts(
    here, folder, back_up, opened
):
    with opened(here).app_context():
        kept = keep_one_of_each()
    (cut,) = (key for key in kept if key.startswith("evidence/"))
    path = here.data_dir / "files" / cut
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    failed = back_up(here)
    assert (failed.exit_code, failed.output.splitlines()[-1]) == (
        1,
        "Error: A file in the folder evidence of the file store is cut short or was altered since "
        "it was stored. Put it back from an older backup. If it is lost for good, add "
        "--without-lost-files. This backup was not kept. Older ones were left as they are.",
    )
    assert [path.name for path in folder.iterdir()] == ["kash-2026-01-01T000000Z.age"]
    assert health(here) == ["backup failed"]
    path.write_bytes(whole)
    assert back_up(here).exit_code == 0
    # A second one may be of the same second, and so of the same name.
    (made,) = folder.iterdir()
    made.unlink()
    path.write_bytes(whole[: len(whole) // 2])
    assert back_up(here, "--without-lost-files").exit_code == 0


def test_what_is_deleted_while_a_backup_is_made_does_not_stop_it(
    here, opened, tmp_path, monkeypatch
):
    app = opened(here)
    with app.app_context():
        keep_one_of_each()
    listed = storage.list

    def first_something_goes() -> Any:
        for image in db.session.scalars(select(DesignImage)):
            storage.delete(image.key)
        db.session.execute(delete(DesignImage))
        db.session.commit()
        return listed()

    monkeypatch.setattr(storage, "list", first_something_goes)
    # The two of `fill`, and eight of the nine.
    assert write_backup(app, tmp_path / "copy.age").files == 10


def keep_one_of_each() -> list[str]:
    """A picture of a design, a funder's mark, a scan, a piece of evidence, a logo, a file of a
    course, and a paper, evidence of an action and a signed copy of a forum; their keys, the
    design's first."""
    session = db.session
    kinds = ("image", "mark", "register", "scan", "evidence", "material", "paper", "note", "signed")
    ids = {name: new_public_id() for name in kinds}
    logo = f"programme/{new_public_id()}.png"
    funder = Funder(name="A funder")
    register = Register(public_id=ids["register"], purpose="workshop")
    session.add_all([funder, register])
    session.add(
        Programme(
            name="One", neutral_name="One", languages=["en"], settings={"paper": {"logo": logo}}
        )
    )
    session.flush()
    design = session.scalars(select(Design.id)).first()
    assert design is not None
    session.add_all(
        [
            DesignImage(public_id=ids["image"], design_id=design, use="seal", created_by="system"),
            FunderMark(public_id=ids["mark"], funder_id=funder.id),
            SheetScan(
                public_id=ids["scan"],
                register_id=register.id,
                size=1,
                width=1,
                height=1,
                uploaded_by="system",
                uploaded_at=utc_now(),
            ),
            SealedDocument(
                public_id=ids["evidence"], compartment="case", kind="evidence", body=b"sealed"
            ),
            MaterialFile(public_id=ids["material"], kind="pdf", size=4, sha256="0" * 64),
        ]
    )
    account = Account(name="Katibu", email_sealed=b"", email_lookup="", password_hash="")
    session.add(account)
    session.flush()
    forum = Forum(name="Monthly review", secretary_id=account.id)
    meeting = Meeting(forum=forum, register=Register(purpose="meeting"), starts_at=utc_now())
    action, item = Action(text="Ask"), AgendaItem(position=1, title="Rooms", meeting=meeting)
    item.actions.append(action)
    session.add_all([forum, item])
    session.flush()
    told = {"action_id": action.id, "text": "Asked", "by_owner": False}
    session.add_all(
        [
            AgendaPaper(public_id=ids["paper"], item_id=item.id, title="A", kind="pdf", size=4),
            ActionNote(public_id=ids["note"], kind="pdf", size=4, **told),
            ActionNote(**told),
            SignedCopy(
                public_id=ids["signed"],
                meeting_id=meeting.id,
                kind="pdf",
                size=4,
                added_at=utc_now(),
            ),
        ]
    )
    session.commit()
    keys = [
        f"designs/{ids['image']}.png",
        f"designs/marks/{ids['mark']}.png",
        f"scans/{ids['register']}/{ids['scan']}",
        f"evidence/{ids['evidence']}/original",
        logo,
        f"materials/{ids['material']}",
        *(f"forum-files/{ids[name]}" for name in ("paper", "note", "signed")),
    ]
    for key in keys:
        storage.put(key, b"kept")
    return keys


@pytest.mark.parametrize(
    ("slip", "says"),
    [
        ("two that differ", "The two differ."),
        ("too short", "A passphrase has 12 characters or more."),
        ("given up", "Aborted!"),
        ("a name that is taken", "There is a file of this name already."),
        ("a folder that is not there", "there is no folder"),
    ],
)
def test_a_slip_at_the_terminal_is_no_backup_that_failed(tmp_path, monkeypatch, opened, slip, says):
    here = Settings(data_dir=tmp_path / "here")
    opened(here)
    monkeypatch.setenv("KASH_DATA_DIR", str(here.data_dir))
    for place in (commands, asking):
        monkeypatch.setattr(place, "at_a_terminal", lambda: True)
    target = tmp_path / "copy.age"
    if slip == "a name that is taken":
        target.write_text("kept")
    if slip == "a folder that is not there":
        target = tmp_path / "stcik" / "copy.age"
    typed = iter({"too short": ["short", "short"]}.get(slip, ["one of many words", "another one"]))

    def ask(_prompt: str) -> str:
        if slip == "given up":
            raise KeyboardInterrupt
        return next(typed)

    monkeypatch.setattr(asking.getpass, "getpass", ask)
    done = CliRunner().invoke(operations, ["backup", str(target)])
    assert (done.exit_code, says in done.output) == (1, True)
    assert health(here) == []
    # Nobody reads what a timer is told.
    for place in (commands, asking):
        monkeypatch.setattr(place, "at_a_terminal", lambda: False)
    assert CliRunner().invoke(operations, ["backup", str(target)]).exit_code == 1
    assert health(here) == ["backup failed"]
