"""How the machine is doing is told though the database is damaged, the disk full, or a backup was
killed; and nothing is begun where a programme has lost its database."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from kash.platform import condition as conditions
from kash.platform.condition import (
    LEAST_ROOM,
    LONGEST_BACKUP,
    REFUSAL_COUNTS,
    Condition,
    condition,
    note_backup,
    note_damage,
    note_refusal,
    refuse_unfit_place,
)
from kash.platform.database import utc_now
from kash.settings import CannotStart, Settings


@pytest.fixture
def place(tmp_path):
    settings = Settings(data_dir=tmp_path / "var")
    settings.data_dir.mkdir()
    return settings


def test_where_all_is_well_nothing_is_wrong(place):
    assert condition(place, utc_now()) == Condition()
    assert Condition().wrong == []


@pytest.mark.parametrize("disk", ["data_dir", "database", "files"])
def test_a_disk_that_is_nearly_full_is_told_before_it_is(tmp_path, monkeypatch, disk):
    folders = {name: tmp_path / name for name in ("data_dir", "database", "files")}
    settings = Settings(
        data_dir=folders["data_dir"],
        database_url=f"sqlite:///{folders['database']}/kash.sqlite3",
        storage_url=f"file://{folders['files']}",
    )

    def room(least: int) -> Callable[[Path], object]:
        return lambda asked: SimpleNamespace(
            f_bavail=least if asked == folders[disk] else LEAST_ROOM, f_frsize=1
        )

    monkeypatch.setattr(conditions.os, "statvfs", room(LEAST_ROOM))
    assert condition(settings, utc_now()).wrong == []
    monkeypatch.setattr(conditions.os, "statvfs", room(LEAST_ROOM - 1))
    assert condition(settings, utc_now()).wrong == ["no room"]


def test_what_a_quota_refuses_is_told_for_a_while(place):
    now = utc_now()
    note_refusal(place)
    assert condition(place, now).wrong == ["no room"]
    assert condition(place, now + REFUSAL_COUNTS + timedelta(seconds=5)).wrong == []


def test_a_backup_that_failed_or_was_killed_is_told_until_one_succeeds(place):
    now = utc_now()
    note_backup(place, now, ended=False)
    assert condition(place, now + LONGEST_BACKUP).backup_failed is None
    # It was killed, and so said nothing itself.
    later = now + LONGEST_BACKUP + timedelta(seconds=1)
    assert condition(place, later) == Condition(backup_failed=now)
    note_backup(place, now, ended=True, failed=True)
    assert condition(place, now) == Condition(backup_failed=now)
    note_backup(place, later, ended=True)
    assert condition(place, later) == Condition()


def test_damage_is_known_since_it_was_found_first(place):
    now = utc_now()
    note_damage(place, now)
    note_damage(place, now + timedelta(hours=1))
    assert condition(place, now) == Condition(damaged=now)
    assert condition(place, now).wrong == ["damaged"]


def test_what_is_kept_of_it_may_itself_be_broken(place):
    for name in ("last-backup.json", "last-check.json"):
        (place.data_dir / name).write_text('["began"')
    assert condition(place, utc_now()) == Condition()


# --- Before anything is opened ----------------------------------------------------------------


def a_programme_was_here(settings: Settings) -> None:
    settings.audit_folder.mkdir(parents=True)
    (settings.audit_folder / "0123456789abcdef.jsonl").write_text("{}\n")


@pytest.mark.parametrize("left", ["nothing", "an empty file"])
def test_a_programme_that_lost_its_database_is_not_begun_anew(place, left):
    a_programme_was_here(place)
    database = place.data_dir / "kash.sqlite3"
    if left == "an empty file":
        database.touch()
    with pytest.raises(CannotStart, match=rf"^The database {database} is gone"):
        refuse_unfit_place(place)
    assert database.exists() == (left == "an empty file")


def test_a_programme_that_has_its_database_starts_and_so_does_a_new_one(place):
    refuse_unfit_place(place)
    a_programme_was_here(place)
    database = place.data_dir / "kash.sqlite3"
    database.write_bytes(b"SQLite format 3\0")
    refuse_unfit_place(place)
    assert database.read_bytes() == b"SQLite format 3\0", "looking at it changes nothing"


def test_a_data_directory_on_a_read_only_disk_is_said_in_a_line(place, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(CannotStart, match=f"^{place.data_dir} cannot be written"):
        refuse_unfit_place(place)


def test_a_data_directory_that_cannot_be_made_is_said_in_a_line(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CannotStart, match="cannot be made: Not a directory"):
        refuse_unfit_place(Settings(data_dir=tmp_path / "file" / "var"))
