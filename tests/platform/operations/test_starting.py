"""What a start does with a database of before, of another start, and of a newer version."""

import subprocess
import threading
from typing import Any

import pytest
from sqlalchemy import text

from kash.platform.database import db
from kash.platform.operations import migrations
from kash.platform.operations.migrations import MigrationFailed, migrate_if_behind, newest_revisions


def test_a_second_start_waits_until_the_first_has_brought_the_database_up_to_date(
    new_place, monkeypatch
):
    place = new_place("here")
    now_at: set[str] = set()
    brought: dict[str, bool] = {}
    runs = 0

    def start(name: str) -> None:
        brought[name] = migrate_if_behind(place)

    second = threading.Thread(target=start, args=["second"])

    def run(*_command: Any, **_how: Any) -> subprocess.CompletedProcess[bytes]:
        nonlocal runs
        runs += 1
        if runs == 1:
            second.start()
            # It would be through by now if it did not wait.
            second.join(timeout=1)
        now_at.clear()
        now_at.update(newest_revisions())
        return subprocess.CompletedProcess([], 0)

    monkeypatch.setattr(migrations, "current_revisions", lambda _settings: set(now_at))
    monkeypatch.setattr(subprocess, "run", run)
    start("first")
    second.join(timeout=30)
    assert (brought, runs) == ({"first": True, "second": False}, 1)


def test_a_database_of_a_newer_version_is_called_so_and_left_alone(new_place, opened):
    place = new_place("here")
    with opened(place).app_context():
        db.session.execute(text("UPDATE alembic_version SET version_num = 'from_tomorrow'"))
        db.session.commit()
        with pytest.raises(MigrationFailed) as refused:
            migrate_if_behind(place)
        assert str(refused.value) == (
            "The database was brought up to date by a newer version of Kash than this one. Install "
            "that version again, or restore a backup that this version made."
        )
        assert db.session.scalar(text("SELECT version_num FROM alembic_version")) == "from_tomorrow"


def test_a_database_of_an_earlier_version_is_told_through_which_commit_it_passes(new_place, opened):
    place = new_place("here")
    with opened(place).app_context():
        db.session.execute(text("UPDATE alembic_version SET version_num = '0050'"))
        db.session.commit()
        with pytest.raises(MigrationFailed, match="check out the commit 79ce37c5 of Kash"):
            migrate_if_behind(place)
        assert db.session.scalar(text("SELECT version_num FROM alembic_version")) == "0050"
