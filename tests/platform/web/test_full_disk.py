"""A full disk: it is said as it is, nothing typed is lost, and reading goes on."""

import errno
import json
import re
import sqlite3
import sys
from datetime import timedelta
from html import unescape
from typing import Any

import psycopg
import pytest
from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from kash.accounts.models import Breach, SignedInSession
from kash.incidents.queries.cases import open_cases
from kash.platform import database, storage
from kash.platform.database import db, utc_now, writing
from kash.platform.jobs.models import WAITING, Job
from kash.platform.jobs.services import enqueue
from kash.platform.storage import StorageFull
from kash.platform.storage import store as folder
from kash.platform.web.errors import posted
from kash.platform.web.logs import configure_logs
from tests.incidents.filed_cases import let_arrive
from tests.incidents.sent_reports import carried

TYPED = "Two lists lay open\nin the hall <b>& 'seen'"


def no_room(engine: str) -> OperationalError:
    """As the driver of the engine tells it."""
    if engine == "postgresql":
        return OperationalError(None, None, psycopg.errors.DiskFull("could not extend file"))
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return OperationalError(None, None, error)


@pytest.fixture
def disk(app, monkeypatch):
    """`fill(disk)` fills it, `disk.undo()` makes room."""
    return monkeypatch


def fill(disk: pytest.MonkeyPatch) -> None:
    engine = db.engine.dialect.name

    def refused(_url: object) -> Any:
        raise no_room(engine)

    disk.setattr(database, "in_turn", refused)


def seen_long_ago() -> None:
    """The next page of each session notes that it was seen."""
    db.session.execute(
        update(SignedInSession).values(last_seen_at=utc_now() - timedelta(minutes=10))
    )
    db.session.commit()


def faults(written: str) -> list[dict[str, Any]]:
    return [line for line in map(json.loads, written.splitlines()) if line["event"] == "fault"]


def test_reading_goes_on_though_no_session_can_be_noted_as_seen(
    both_engines_app, actor, client_for, disk
):
    browsers = [client_for(actor(role)) for role in ("trainer", "administrator", "police_peer")]
    seen_long_ago()
    fill(disk)
    for browser in browsers:
        for address in ("/", "/account"):
            assert browser.get(address).status_code == 200


def test_what_was_typed_is_kept_and_saved_once_there_is_room(
    both_engines_app, actor, client_for, disk, capsys
):
    browser = client_for(actor("director"))
    form = {"what": TYPED, "noticed_at": "2026-01-01T08:00", "affected": ["names", "contacts"]}
    fill(disk)
    capsys.readouterr()
    refused = browser.post("/breaches/new", data=form)
    assert refused.status_code == 507
    assert "There is no room on the disk" in refused.text
    assert "There is no room left on the server&#39;s disk" in refused.text
    assert [(line["fault"], line["endpoint"]) for line in faults(capsys.readouterr().err)] == [
        ("no room", "accounts.open_breach")
    ]
    assert browser.get("/healthz").json == {"status": "needs help", "wrong": ["no room"]}

    disk.undo()
    assert db.session.scalars(select(Breach)).all() == []
    main = refused.text.split('id="main"', 1)[1]
    (address,) = re.findall(r'method="post" action="([^"]+)"', main)
    kept = re.findall(
        r'<textarea autocomplete="off" name="(\w+)" hidden>\n(.*?)</textarea>', main, re.S
    )
    again: dict[str, list[str]] = {}
    for name, value in kept:
        again.setdefault(name, []).append(unescape(value))
    assert again == {
        name: [value] if isinstance(value, str) else value for name, value in form.items()
    }
    assert browser.post(unescape(address), data=again).status_code in (302, 303)
    assert len(db.session.scalars(select(Breach)).all()) == 1


def test_a_script_is_told_so_too(app, actor, client_for, disk):
    browser = client_for(actor("director"))
    fill(disk)
    answer = browser.post(
        "/breaches/new",
        data={"what": "x", "noticed_at": "2026-01-01T08:00", "affected": ["names"]},
        headers={"X-Requested-With": "fetch"},
    )
    assert answer.status_code == 507
    assert answer.json["error"].startswith("There is no room left on the server's disk")


def test_passwords_are_not_laid_into_the_page(client, disk):
    fill(disk)
    answer = client.post("/sign-in", data={"email": "a@b.org", "password": "seven boats cross"})
    assert (answer.status_code, "seven boats" in answer.text) == (507, False)


def test_whoever_leaves_in_a_hurry_is_gone_from_the_browser_on_a_full_disk(
    app, actor, client_for, disk
):
    browser = client_for(actor("trainer"))
    fill(disk)
    assert browser.get("/leave").status_code == 200
    assert browser.get("/").location.startswith("/sign-in")


def test_today_of_an_open_vault_shows_the_rest_and_no_case_that_could_not_be_noted(
    app, a_member, disk
):
    officer = a_member("documentation")
    assert "Open the vault to see" not in officer.client.get("/").text
    fill(disk)
    page = officer.client.get("/")
    assert (page.status_code, "Open the vault to see" in page.text) == (200, True)
    register = officer.client.get("/w")
    assert register.status_code == 507
    assert "What must be noted before it is shown waits until there is room." in register.text


def test_who_files_leaves_no_trace_of_having_found_no_room(
    app, a_member, actor, client_for, disk, capsys
):
    a_member("documentation")
    peer = client_for(actor("peer"))
    data = current_app.config["SETTINGS"].data_dir
    before = {path.name for path in data.iterdir()}
    fill(disk)
    configure_logs("info")
    capsys.readouterr()
    try:
        answer = peer.post("/w/n", data={"go": "begin-yes"})
    finally:
        written = capsys.readouterr().err
        configure_logs("error")
    assert (answer.status_code, "There is no room on the disk" in answer.text) == (507, True)
    assert written == ""
    assert {path.name for path in data.iterdir()} == before


def kept_fields(page: str) -> dict[str, list[str]]:
    """What the page would send again."""
    main = page.split('id="main"', 1)[1]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(
        r'<textarea autocomplete="off" name="(\w+)" hidden>\n(.*?)</textarea>', main, re.S
    ):
        found.setdefault(name, []).append(unescape(value))
    return found


def test_what_was_told_in_a_report_is_in_the_same_report_once_there_is_room(
    app, a_member, actor, client_for, disk
):
    officer = a_member("documentation")
    peer = client_for(actor("peer"))
    first = carried(peer.post("/w/n", data={"go": "begin"}).text)
    screen = {**first, "screen": "words", "go": "next", "narrative": TYPED}
    fill(disk)
    refused = peer.post("/w/n", data=screen)
    assert refused.status_code == 507
    again = kept_fields(refused.text)
    assert again == {name: [value] for name, value in screen.items()}
    disk.undo()
    review = carried(peer.post("/w/n", data=again).text)
    assert (review["screen"], review["code"]) == ("review", first["code"])
    peer.post("/w/n", data={**review, "go": "send"})
    let_arrive()
    (case,), _damaged = open_cases(officer.actor, officer.vault())
    assert case.record.narrative == TYPED


@pytest.mark.parametrize("name", ["code", "recovery_code"])
def test_a_code_that_lets_somebody_in_is_not_laid_into_the_page(app, name):
    form = {name: "482913", "reason": "why"}
    for address in ("/account/second-step", "/sign-in/code", "/w/v"):
        with app.test_request_context(address, method="POST", data=form):
            assert posted(onto_page=True)[1] == [("reason", "why")]


def test_the_code_of_a_badge_goes_back_into_the_page_and_is_kept_nowhere_else(app):
    address = "/workshops/w/attendance/s/scan"
    with app.test_request_context(address, method="POST", data={"code": "AB12"}):
        assert posted(onto_page=True)[1] == [("code", "AB12")]
        assert posted()[1] == []


def test_what_was_done_is_not_told_as_if_it_had_failed(app, disk):
    """The queue hears of work once it is durable; there may be room for the one and not the other.
    The worker asks for what waits."""
    queue = app.extensions["kash_jobs"]

    def full(_public_id: str) -> None:
        raise no_room("sqlite").orig  # type: ignore[misc] # it has one

    disk.setattr(queue, "send", full)
    with app.test_request_context(), writing() as session:
        asked = enqueue(session, "certificates.print_file", owner="system", title="One").public_id
    assert db.session.scalars(select(Job.state).where(Job.public_id == asked)).all() == [WAITING]


def test_a_file_that_finds_no_room_is_told_apart_from_a_store_that_is_away(app, disk):
    def full(_path: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    disk.setattr(folder, "_begun", full)
    with pytest.raises(StorageFull):
        storage.put("one", b"content")


def test_a_log_on_a_full_disk_stops_no_page(app, client, disk):
    class Full:
        def write(self, _text: str = "") -> None:
            raise OSError(errno.ENOSPC, "full")

        flush = write

    configure_logs("info")
    try:
        with disk.context() as meanwhile:
            meanwhile.setattr(sys, "stderr", Full())
            assert client.get("/sign-in").status_code == 200
    finally:
        configure_logs("error")


def test_a_damaged_database_is_said_and_told_to_whoever_watches(
    app, actor, client_for, monkeypatch
):
    browser = client_for(actor("director"))
    error = sqlite3.DatabaseError("database disk image is malformed")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT

    def damaged(*_args: object, **_more: object) -> None:
        raise OperationalError(None, None, error)

    monkeypatch.setattr("kash.accounts.views.breaches.breach_listing", damaged)
    answer = browser.get("/breaches")
    assert (answer.status_code, "is damaged on the server&#39;s disk" in answer.text) == (500, True)
    assert browser.get("/healthz").json == {"status": "needs help", "wrong": ["damaged"]}


def test_a_database_that_does_not_answer_is_no_mistake_of_ours(app, actor, client_for, monkeypatch):
    client = client_for(actor("trainer"))

    def away(*_args: object, **_more: object) -> None:
        raise OperationalError(None, None, psycopg.OperationalError("connection refused"))

    monkeypatch.setattr(db.session.registry().__class__, "execute", away)
    monkeypatch.setattr(db.session.registry().__class__, "scalar", away)
    answer = client.get("/")
    assert (answer.status_code, "Not at the moment" in answer.text) == (503, True)
