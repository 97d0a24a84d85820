"""A damaged database is told of while it serves, not when the last good backup has gone."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import inspect, text

from kash.feature import declared
from kash.platform.condition import condition, last_check, note_damage
from kash.platform.database import db, utc_now
from kash.platform.jobs import Chore
from kash.platform.operations import database_check
from kash.platform.operations.database_check import check_part, check_whole
from kash.platform.operations.migrations import plain_postgresql_url
from kash.settings import Settings
from tests.platform.operations.damage import flip, letter_of, page_of
from tests.platform.operations.test_backup import fill


@pytest.fixture
def here(tmp_path, small_programme):
    settings = Settings(data_dir=tmp_path / "here")
    small_programme(settings)
    return settings


def test_it_is_looked_at_every_hour_and_not_when_reports_are_mixed(app):
    chores = {chore.name: chore for chore in declared(Chore)}
    check, mixing = chores["check_database"], chores["mix_reports"]
    assert (check.minutes, mixing.minutes) == (60, 60)
    assert (check.minute, mixing.minute) == ("30", "0")


def test_a_whole_database_is_found_whole(new_place, opened):
    place = new_place("here")
    fill(opened(place))
    now = utc_now()
    check_part(place, now, seconds=60)
    assert (last_check(place).whole_at, condition(place, now).wrong) == (now, [])
    assert check_whole(place, now) == []


@pytest.mark.parametrize("harm", ["a page", "a letter", "the list of tables"])
def test_a_flipped_byte_is_told_while_the_site_serves(here, opened, capsys, harm):
    database, now = here.data_dir / "kash.sqlite3", utc_now()
    client = opened(here).test_client()
    place = {
        "a page": lambda: page_of(database, "account"),
        "a letter": lambda: letter_of(database, "person", "sort_name", "mbalamwezi"),
        "the list of tables": lambda: 100,
    }[harm]()
    flip(database, place)
    check_part(here, now, seconds=60)
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert {line["event"] for line in told} == {"database_damaged"}
    answer = client.get("/healthz")
    assert answer.status_code == 503
    if harm != "the list of tables":
        assert answer.json == {"status": "needs help", "wrong": ["damaged"]}
    # It stays so until a whole round finds nothing.
    check_part(here, now + timedelta(hours=1), seconds=60)
    assert condition(here, now).damaged == now
    flip(database, place)
    check_part(here, now + timedelta(hours=2), seconds=60)
    assert condition(here, now).damaged is None


def test_a_large_database_is_read_a_part_an_hour_and_none_is_left_out(here, opened):
    with opened(here).app_context():
        tables = sorted(inspect(db.engine).get_table_names())
    # The search's own tables are among them, and not all of those does SQLAlchemy tell.
    seen: list[str] = []
    while not (check := check_part(here, utc_now(), seconds=0)).whole_at:
        seen.append(check.next_table)
    assert seen == sorted(seen)
    assert set(tables) - {*seen} == {tables[0]}

    # Damage in the last of them is found when its turn has come, and stays told meanwhile.
    database = here.data_dir / "kash.sqlite3"
    flip(database, page_of(database, "workshop"))
    rounds = 0
    while condition(here, utc_now()).damaged is None:
        check_part(here, utc_now(), seconds=0)
        rounds += 1
    assert rounds == sorted({tables[0], *seen}).index("workshop") + 1


def test_what_a_page_came_upon_stays_told_until_a_whole_round(here):
    now = utc_now()
    check_part(here, now, seconds=0)
    note_damage(here, now)
    # The rest of this round began before that, and takes nothing back.
    while check_part(here, now, seconds=0).next_table:
        assert condition(here, now).damaged == now
    assert condition(here, now).damaged == now
    check_part(here, now, seconds=60)
    assert condition(here, now).damaged is None


def test_the_command_names_what_is_damaged(here, opened):
    runner = opened(here).test_cli_runner()
    whole = runner.invoke(args=["database", "check"])
    assert (whole.exit_code, whole.output) == (0, "The database is whole.\n")
    database = here.data_dir / "kash.sqlite3"
    flip(database, page_of(database, "account"))
    found = runner.invoke(args=["database", "check"])
    assert found.exit_code == 1
    assert "damaged: account" in found.output.splitlines()
    assert condition(here, utc_now()).wrong == ["damaged"]


def test_a_whole_trail_in_a_damaged_database_does_not_pass_for_a_programme_in_order(here, opened):
    runner = opened(here).test_cli_runner()
    assert runner.invoke(args=["audit", "verify"]).exit_code == 0
    note_damage(here, utc_now())
    verified = runner.invoke(args=["audit", "verify"])
    assert verified.exit_code == 1
    assert "The database is damaged: see flask database check." in verified.output.splitlines()


@pytest.mark.services
@pytest.mark.parametrize("harmed", ["person", "pk_person"])
def test_a_page_of_postgresql_that_is_no_page_any_more_is_told(cluster, opened, tmp_path, harmed):
    first = Settings(data_dir=tmp_path / "here", database_url=cluster())
    app = opened(first)
    fill(app)
    with app.app_context():
        db.session.execute(text("CREATE EXTENSION amcheck"))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    assert check_whole(first, utc_now()) == []
    # A copy of the files, of which the server holds no page in memory.
    name = first.database_url.split("@/")[1].split("?")[0]
    server = first.database_url.replace(f"@/{name}?", "@/postgres?")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}_copy TEMPLATE {name} STRATEGY file_copy")
        (data,) = connection.execute("SHOW data_directory").fetchone() or ("",)
    url = first.database_url.replace(f"@/{name}?", f"@/{name}_copy?")
    place = Settings(data_dir=tmp_path / "there", database_url=url)
    place.data_dir.mkdir()
    with psycopg.connect(plain_postgresql_url(place)) as connection:
        found = connection.execute(f"SELECT pg_relation_filepath('{harmed}')").fetchone()
    assert found is not None
    with Path(data, found[0]).open("r+b") as file:
        # The first page of an index says where the others are, and was read on connecting.
        file.seek(0 if harmed == "person" else 8192)
        file.write(b"\xff" * 24)
    now = utc_now()
    check_part(place, now, seconds=60)
    assert condition(place, now).damaged == now
    assert check_whole(place, now) == ["person"]


@pytest.mark.parametrize("look", [check_part, check_whole])
def test_what_a_page_comes_upon_while_tables_are_read_is_not_taken_back(here, monkeypatch, look):
    looked, now = database_check._is_in_order, utc_now()
    met = iter([now])

    def meanwhile(*given: Any) -> bool:
        for moment in met:
            note_damage(here, moment)
        return looked(*given)

    monkeypatch.setattr(database_check, "_is_in_order", meanwhile)
    look(here, now + timedelta(minutes=1))
    assert condition(here, now).damaged == now
    look(here, now + timedelta(hours=1))
    assert condition(here, now).damaged is None
