"""A backup counts once it passed what a restore asks of it, and no older one goes before that."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import pytest
from click.testing import CliRunner, Result

from kash.condition import condition
from kash.database import utc_now
from kash.operations import backup
from kash.operations.backup import write_backup
from kash.operations.commands import operations
from kash.operations.database_check import check_part
from kash.operations.errors import Damaged
from kash.operations.restoring import restore_backup
from kash.settings import Settings
from tests.operations.damage import empty_log, flip, letter_of, page_of
from tests.operations.test_backup import IDENTITY, RECIPIENT, Open, Place, fill


@pytest.fixture
def here(tmp_path: Path, opened: Open) -> Settings:
    settings = Settings(data_dir=tmp_path / "here", backup_recipient=RECIPIENT)
    fill(opened(settings))
    empty_log(settings.data_dir / "kash.sqlite3")
    return settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a backup that is to go once there is a newer one."""
    made = tmp_path / "copies"
    made.mkdir()
    old = made / "kash-2026-01-01T000000Z.age"
    old.write_text("old")
    then = (utc_now() - timedelta(days=31)).timestamp()
    os.utime(old, (then, then))
    return made


@pytest.fixture
def back_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Settings], Result]:
    """The command, as the timer runs it."""

    def run(settings: Settings) -> Result:
        monkeypatch.setenv("KASH_DATA_DIR", str(settings.data_dir))
        monkeypatch.setenv("KASH_BACKUP_RECIPIENT", settings.backup_recipient)
        return CliRunner().invoke(operations, ["backup", str(folder)])

    return run


def health(settings: Settings) -> list[str]:
    return condition(settings, utc_now()).wrong


@pytest.mark.parametrize("harm", ["a page", "a letter"])
def test_of_a_database_with_a_flipped_byte_no_backup_counts_and_no_good_one_goes(
    here: Settings, folder: Path, back_up: Callable[[Settings], Result], harm: str
) -> None:
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

    # Once that is mended, the next one counts, and the check of the database has the last word.
    flip(database, place)
    made = back_up(here)
    assert (made.exit_code, made.output.splitlines()[-1]) == (0, "Old backups deleted: 1")
    (written,) = folder.iterdir()
    assert health(here) == ["damaged"]
    check_part(here, utc_now(), seconds=60)
    assert health(here) == []
    restore_backup(Settings(data_dir=here.data_dir.with_name("there")), written, [IDENTITY])


def test_of_a_database_that_is_gone_no_backup_counts(
    here: Settings, folder: Path, back_up: Callable[[Settings], Result]
) -> None:
    for path in here.data_dir.glob("kash.sqlite3*"):
        path.unlink()
    failed = back_up(here)
    assert failed.exit_code == 1
    assert failed.output.splitlines()[-1].startswith("Error: The database ")
    assert list(here.data_dir.glob("kash.sqlite3*")) == []
    assert [path.name for path in folder.iterdir()] == ["kash-2026-01-01T000000Z.age"]
    assert health(here) == ["backup failed"]


def test_a_key_that_was_not_given_is_a_backup_that_failed(
    here: Settings, folder: Path, back_up: Callable[[Settings], Result]
) -> None:
    failed = back_up(here.model_copy(update={"backup_recipient": ""}))
    assert (failed.exit_code, "Set KASH_BACKUP_RECIPIENT" in failed.output) == (1, True)
    assert health(here) == ["backup failed"]


def test_a_backup_that_was_not_written_as_it_was_made_is_not_kept(
    here: Settings, folder: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    encrypt = backup.encrypt

    def onto_a_bad_disk(pieces: Any, file: IO[bytes], **more: Any) -> list[Any]:
        identities = encrypt(pieces, file, **more)
        file.seek(file.tell() // 2)
        file.write(b"x")
        return identities

    monkeypatch.setattr(backup, "encrypt", onto_a_bad_disk)
    with pytest.raises(Damaged, match=r"Older ones were left as they are\.$"):
        write_backup(opened(here), folder)
    assert [path.name for path in folder.iterdir()] == ["kash-2026-01-01T000000Z.age"]


@pytest.mark.parametrize("harm", ["database", "key"])
def test_a_backup_whose_database_or_key_would_not_open_is_not_kept(
    new_place: Place,
    opened: Open,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    harm: str,
) -> None:
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
    with pytest.raises(Damaged, match=f"The {harm}( file)? in this backup is damaged"):
        write_backup(app, tmp_path / "copy.age")
    assert list(tmp_path.glob("*.age*")) + list(tmp_path.glob(".*")) == []


def test_what_a_killed_backup_left_goes_with_the_next(
    here: Settings, folder: Path, opened: Open
) -> None:
    left = {".kash-2026-01-01T000000Z.age.part": 4, ".kash-2026-01-02T000000Z.age.part": 1}
    for name, hours in left.items():
        (folder / name).write_text("half")
        then = (utc_now() - timedelta(hours=hours)).timestamp()
        os.utime(folder / name, (then, then))
    write_backup(opened(here), folder)
    # One that is younger may still be written.
    assert [path.name for path in folder.glob(".*")] == [".kash-2026-01-02T000000Z.age.part"]
