"""An archive takes two people: one has the file, another the words that open it."""

import io
import re
from pathlib import Path

import pytest
from sqlalchemy import select, update

from kash.accounts.models import AccountBacking, AccountRole
from kash.certificates.models import FunderMark
from kash.exchange.archive.models import ArchiveRequest
from kash.exchange.archive.services import (
    ArchiveWish,
    agree_to_archive,
    ask_for_archive,
    make_archive,
)
from kash.platform.approvals.approval import StandsBehind, WrongStep
from kash.platform.database import db, writing
from kash.platform.jobs import SILENT
from kash.platform.jobs.models import Job
from kash.platform.jobs.runner import run_waiting
from kash.platform.operations.archive import Lock, WrongKeyGiven, decrypted, unlock
from kash.platform.vault import AuditEntry
from kash.policy import Role
from kash.workshops.models import Funder
from tests.quick_locks import quick_locks  # noqa: F401 - a fixture
from tests.refusals import refuses

WISH = ArchiveWish("We move to a machine of our own.")


@pytest.fixture
def cheap_lock(monkeypatch):
    """A lock that costs no second of the processor, for what is not about opening the file."""
    monkeypatch.setattr("kash.exchange.archive.services.lock_of", lambda _words: Lock(b"", "age1"))


def _request() -> ArchiveRequest:
    db.session.rollback()
    return db.session.scalars(select(ArchiveRequest)).one()


@pytest.mark.usefixtures("quick_locks")
def test_the_file_goes_to_one_and_its_words_to_another(app, actor, client_for, tmp_path):
    administrator, director = actor(Role.ADMINISTRATOR), actor(Role.DIRECTOR)
    public_id = ask_for_archive(WISH, by=administrator)
    page = f"/settings/archive/{public_id}"
    shown = client_for(director).post(f"{page}/agree").text
    words = " ".join(re.findall(r"<li><code>([a-z]+)</code></li>", shown))
    assert len(words.split()) == 6
    job = db.session.scalars(select(Job)).one()
    assert (job.owner, job.arguments) == (administrator.public_id, {"request": public_id})
    made = make_archive(SILENT, request=public_id).whole()
    path = tmp_path / "archive.age"
    path.write_bytes(made)
    with decrypted(path, unlock(path, words)) as content:
        assert b"tables/account/000000.jsonl" in io.BytesIO(content.read()).getvalue()
    with pytest.raises(WrongKeyGiven):
        unlock(path, " ".join(reversed(words.split())))
    # The words are in no page that comes after, nor in what is stored.
    for who in (administrator, director):
        assert words.split()[0] + "</code>" not in client_for(who).get(page).text
    row = _request()
    assert words not in f"{row.armour}{row.recipient}{job.arguments}{job.title}"
    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action.startswith("archive.")).order_by(AuditEntry.seq)
    ).all()
    assert [(one.action, one.actor, one.subjects[0]) for one in entries] == [
        ("archive.asked", administrator.public_id, public_id),
        ("archive.agreed", director.public_id, public_id),
    ]
    assert [one.name for one in Path(app.config["SETTINGS"].data_dir).glob("tmp*")] == []


@pytest.mark.usefixtures("cheap_lock")
def test_nobody_agrees_who_stands_behind_whoever_asked(app, actor):
    administrator, director = actor(Role.ADMINISTRATOR), actor(Role.DIRECTOR)
    with writing() as session:
        session.add(AccountBacking(account_id=director.account_id, by=administrator.public_id))
    public_id = ask_for_archive(WISH, by=administrator)
    with pytest.raises(StandsBehind):
        agree_to_archive(public_id, by=director)
    assert (_request().state, _request().job) == ("proposed", None)


@pytest.mark.usefixtures("cheap_lock")
def test_one_is_asked_for_at_a_time_and_decided_on_once(app, actor):
    administrator, director = actor(Role.ADMINISTRATOR), actor(Role.DIRECTOR)
    public_id = ask_for_archive(WISH, by=administrator)
    with refuses("An archive was asked for already."):
        ask_for_archive(WISH, by=administrator)
    agree_to_archive(public_id, by=director)
    with pytest.raises(WrongStep):
        agree_to_archive(public_id, by=director)
    assert ask_for_archive(WISH, by=administrator) != public_id


@pytest.mark.usefixtures("cheap_lock")
def test_whoever_asked_is_told_on_today_that_the_file_is_ready_while_it_is_kept(
    app, actor, client_for
):
    administrator, director = actor(Role.ADMINISTRATOR), actor(Role.DIRECTOR)
    agree_to_archive(ask_for_archive(WISH, by=administrator), by=director)
    told = []
    for result in (None, "results/archive", None):
        with writing() as session:
            job = session.scalars(select(Job)).one()
            job.result_key = result
            page = f'href="/jobs/{job.public_id}"'
        told.append([page in client_for(one).get("/").text for one in (administrator, director)])
    assert told == [[False, False], [True, False], [False, False]]


@pytest.mark.usefixtures("quick_locks")
def test_none_is_made_that_lacks_files_and_whoever_asked_is_told(app, actor, client_for):
    administrator, director = actor(Role.ADMINISTRATOR), actor(Role.DIRECTOR)
    public_id = ask_for_archive(WISH, by=administrator)
    agree_to_archive(public_id, by=director)
    with writing() as session:
        funder = Funder(name="Haki Fund")
        session.add(funder)
        session.flush()
        session.add(FunderMark(funder_id=funder.id))
    run_waiting()
    told = "could not be made"
    assert [told in client_for(one).get("/").text for one in (administrator, director)] == [
        True,
        False,
    ]
    page = client_for(administrator).get(f"/settings/archive/{public_id}").text
    assert "files that belong to records are missing" in page
    ask_for_archive(WISH, by=administrator)
    assert told not in client_for(administrator).get("/").text


@pytest.mark.usefixtures("quick_locks")
def test_whoever_is_no_administrator_any_more_fetches_no_archive(app, actor, client_for):
    administrator, director = actor(Role.ADMINISTRATOR), actor(Role.DIRECTOR)
    agree_to_archive(ask_for_archive(WISH, by=administrator), by=director)
    run_waiting()
    job = db.session.scalars(select(Job)).one()
    client = client_for(administrator)
    addresses = (f"/jobs/{job.public_id}", f"/jobs/{job.public_id}/result")
    assert [client.get(one).status_code for one in addresses] == [200, 200]
    with writing() as session:
        session.execute(
            update(AccountRole)
            .where(AccountRole.account_id == administrator.account_id)
            .values(role=Role.TRAINER)
        )
    assert [client.get(one).status_code for one in addresses] == [404, 404]


def test_a_director_sends_it_back_with_a_reason_that_who_asked_reads(app, actor, client_for):
    administrator, director = actor(Role.ADMINISTRATOR), actor(Role.DIRECTOR)
    public_id = ask_for_archive(WISH, by=administrator)
    page = f"/settings/archive/{public_id}"
    empty = client_for(director).post(f"{page}/return", data={"reason": ""})
    assert (empty.status_code, _request().state) == (422, "proposed")
    client_for(director).post(f"{page}/return", data={"reason": "To whom does it go?"})
    assert "To whom does it go?" in client_for(administrator).get(page).text
    first = client_for(administrator).get("/").text
    assert "the archive that you asked for was sent back" in first
    assert f'href="{page}"' in first
    assert (_request().state, _request().armour) == ("returned", "")
