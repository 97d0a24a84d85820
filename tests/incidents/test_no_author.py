"""An author cannot be found: reports by twenty people who are signed in, filed among
ordinary pages, then whatever the disk holds is searched for who filed what.

Each author does something that is written down, with her name and the time, right before she files:
whoever finds out in which order the reports arrived finds every author. Each search that follows
guesses that order from something else that lies there.
"""

import random
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from math import comb
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from kash.accounts.models import CountedTries
from kash.incidents.models import Incident
from kash.incidents.queries import cases
from kash.incidents.services import letterbox as mixing
from kash.incidents.services.letterbox import mix_reports
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry, SealedDocument
from kash.platform.vault import documents as scrubbing
from kash.platform.web.logs import configure_logs
from kash.policy import Actor
from tests.conftest import AMember
from tests.incidents.filed_cases import let_arrive
from tests.profile import usual_or_long

pytestmark = pytest.mark.new_files

FILE = "/w/n"
AUTHORS, REPORTS = 20, usual_or_long(40, 100)


@dataclass
class Author:
    actor: Actor
    phone: FlaskClient
    speaks: str = "en"

    def does_something_ordinary(self) -> None:
        """Leaves an entry with her id and the time, and touches her session."""
        self.speaks = "sw" if self.speaks == "en" else "en"
        answer = self.phone.post("/language", data={"language": self.speaks})
        assert answer.status_code == 303

    def files(self, note: str, *, held: bool = False) -> None:
        page = self.phone.post(FILE, data={"go": "begin-yes" if held else "begin"}).text
        found = re.search(r'name="code" value="(\w{12})"', page)
        assert found is not None
        sent = {"code": found[1], "screen": "what", "go": "next", "acts": "L1"}
        assert self.phone.post(FILE, data=sent).status_code == 200
        sent = {"code": found[1], "screen": "words", "go": "next", "narrative": note}
        assert self.phone.post(FILE, data=sent).status_code == 200
        sent = {"code": found[1], "screen": "review", "go": "now" if held else "send"}
        assert self.phone.post(FILE, data=sent).status_code == 200


@pytest.fixture
def chosen(monkeypatch):
    """Random keys that are the same in each run, so that chance fails no test now and then."""
    dice = random.Random(20_261_124)
    monkeypatch.setattr("secrets.randbits", dice.getrandbits)
    monkeypatch.setattr("secrets.choice", dice.choice)
    return dice


@pytest.fixture
def authors(actor, client_for, monkeypatch):
    """Twenty authors; a minute passes with each request, so that each ordinary one is noted."""
    made = [actor("peer") for _each in range(AUTHORS)]
    # All of it happens on one day, which no programme has.
    monkeypatch.setattr("kash.incidents.rules.quota.TOKENS", 2 * REPORTS)
    clock = utc_now()

    def tick() -> Any:
        nonlocal clock
        clock += timedelta(seconds=61)
        return clock

    monkeypatch.setattr("kash.accounts.sessions.utc_now", tick)
    monkeypatch.setattr("kash.accounts.sessions.session_is_over", lambda *_moments: False)
    return [Author(one, client_for(one)) for one in made]


def most_by_chance(reports: int, attackers: int) -> int:
    """What guessing finds at most, of all attackers and in all but one of a million runs: a few of
    the reports, where whoever knows the order finds each."""
    tail, found = 0.0, reports
    while True:
        tail += (
            comb(reports, found) * (1 / AUTHORS) ** found * (1 - 1 / AUTHORS) ** (reports - found)
        )
        if tail > 1e-6 / attackers:
            return found
        found -= 1


def _rows(columns: str, table: str) -> dict[int, Any]:
    return {row[0]: row[1] for row in db.session.execute(text(f"SELECT {columns} FROM {table}"))}


def _places(content: bytes, bodies: dict[int, bytes]) -> dict[int, Any]:
    """Where in a file each document's ciphertext begins."""
    return {key: content.find(bytes(body)[:40]) for key, body in bodies.items()}


def orders(app: APIFlask) -> dict[str, dict[int, Any]]:
    """Whatever could tell in which order reports arrived: for each document's number, a rank."""
    db.session.rollback()
    bodies = _rows("id, body", "vault_document")
    incidents = _rows("document_id, id", "incident")
    found: dict[str, dict[int, Any]] = {
        "number of the document": {key: key for key in bodies},
        "number of the report": incidents,
        "reference": _rows("document_id, public_id", "incident"),
        "receipt": _rows("document_id, receipt_hash", "incident"),
    }
    if db.engine.dialect.name == "sqlite":
        for table, key in (
            ("vault_document", "id"),
            ("vault_document_key", "document_id"),
            ("incident", "document_id"),
        ):
            found[f"row of {table}"] = _rows(f"{key}, rowid", table)
        file = Path(str(db.engine.url.database))
        found["place in the file"] = _places(file.read_bytes(), bodies)
        log = file.with_name(file.name + "-wal")
        found["place in the log"] = _places(log.read_bytes() if log.exists() else b"", bodies)
        return found
    for table, key in (
        ("vault_document", "id"),
        ("vault_document_key", "document_id"),
        ("incident", "document_id"),
    ):
        found[f"transaction of {table}"] = _rows(f"{key}, xmin::text::bigint", table)
        lying = _rows(f"{key}, ctid::text", table)
        found[f"place in {table}"] = {
            one: tuple(map(int, place.strip("()").split(","))) for one, place in lying.items()
        }
    return found


def hits(order: dict[int, Any], truth: dict[int, str], told: Sequence[str]) -> int:
    """How many authors are found if the reports arrived in this order, or in its reverse."""
    ranked = sorted(truth, key=lambda one: (order[one], one))
    either = [
        sum(truth[one] == actor for one, actor in zip(way, told, strict=True))
        for way in (ranked, ranked[::-1])
    ]
    return max(either)


def _truth(member: AMember) -> dict[int, str]:
    """Who filed what: only the sealed records say so."""
    found, damaged = cases.open_cases(member.actor, member.vault())
    assert damaged == []
    return {case.sealed.id: case.record.filing.author for case in found}


def test_whatever_the_disk_holds_tells_no_author(
    both_engines_app, a_member, authors, chosen, capfd
):
    member = a_member("documentation")
    configure_logs("info")
    turns = [author for author in authors for _each in range(REPORTS // AUTHORS)]
    chosen.shuffle(turns)
    for number, author in enumerate(turns):
        author.does_something_ordinary()
        author.files(f"report {number}")
        if number % 3 == 0:
            chosen.choice(authors).phone.get("/services")
    assert let_arrive() == REPORTS
    configure_logs("error")
    lines = capfd.readouterr().err
    assert '"endpoint": "web.language"' in lines
    assert "incidents" not in lines

    db.session.rollback()
    assert list(db.session.scalars(select(CountedTries.kind))) == []
    entries = db.session.execute(
        select(AuditEntry.actor, AuditEntry.action).order_by(AuditEntry.seq)
    ).all()
    ids = {author.actor.public_id for author in authors}
    told = [row.actor for row in entries if row.actor in ids]
    assert {row.action for row in entries if row.actor in ids} == {"accounts.language_chosen"}
    # The control: whoever knew the order would find them all.
    assert told == [author.actor.public_id for author in turns]

    truth = _truth(member)
    assert len(truth) == REPORTS
    before = {name: hits(order, truth, told) for name, order in orders(both_engines_app).items()}
    assert max(before.values()) <= most_by_chance(REPORTS, 2 * len(before)), before
    mix_reports()
    after = {name: hits(order, truth, told) for name, order in orders(both_engines_app).items()}
    assert max(after.values()) <= most_by_chance(REPORTS, 2 * len(after)), after
    assert _truth(member) == truth


def test_the_search_finds_authors_where_order_is_kept(app, a_member, authors, chosen, monkeypatch):
    for place in ("kash.platform.vault.documents", "kash.incidents.services.letterbox"):
        monkeypatch.setattr(f"{place}.without_order", lambda *_given: None)
    monkeypatch.setattr("kash.incidents.services.filing.scrub", lambda **_how: True)
    member = a_member("documentation")
    # The log is not begun anew meanwhile.
    db.session.execute(text("PRAGMA wal_autocheckpoint = 0"))
    turns = chosen.sample(authors, 12)
    for author in turns:
        # What is seen at once: all else comes together.
        author.files("short", held=True)
    told = [author.actor.public_id for author in turns]
    truth = _truth(member)
    found = {name: hits(order, truth, told) for name, order in orders(app).items()}
    assert found["row of incident"] == found["row of vault_document"] == len(turns)
    assert found["place in the log"] == len(turns)
    assert found["number of the report"] <= most_by_chance(len(turns), 4)


@pytest.mark.any_engine
def test_mixing_loses_nothing_and_is_done_only_if_something_arrived(
    both_engines_app, a_member, authors
):
    member = a_member("documentation")
    for author in authors[:3]:
        author.files("kept")
    let_arrive()
    kept = set(db.session.scalars(select(SealedDocument.public_id)))
    truth = _truth(member)
    for _twice in range(2):
        mix_reports()
        assert set(db.session.scalars(select(SealedDocument.public_id))) == kept
        assert _truth(member) == truth
    assert len(list(db.session.scalars(select(Incident.id)))) == 3


def test_mixing_empties_the_log_as_soon_as_a_reader_lets_it(app, a_member, authors, monkeypatch):
    """Else the log would keep where each report lay until somebody else empties it."""
    a_member("documentation")
    authors[0].files("kept")
    let_arrive()
    database = app.config["SETTINGS"].database_file
    log = database.with_name(f"{database.name}-wal")
    with closing(sqlite3.connect(database, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM incident").fetchone()
        pauses = []

        def ends(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 2:
                reader.execute("COMMIT")

        monkeypatch.setattr(scrubbing.time, "sleep", ends)
        mix_reports()
    assert (len(pauses), log.stat().st_size) == (2, 0)


def test_mixing_keeps_nobody_waiting_behind_a_backup(
    postgresql_app, a_member, authors, monkeypatch
):
    a_member("documentation")
    for author in authors[:2]:
        author.files("kept")
        let_arrive()
    monkeypatch.setattr(mixing, "_LOCK_WAIT", 50)
    with db.engine.connect() as backup:
        # Who waits for it without an end is let on, and finds that out.
        backup.execute(text("SET idle_in_transaction_session_timeout = '2s'"))
        backup.execute(text("SELECT count(*) FROM vault_document")).scalar()
        mix_reports()
        assert backup.execute(text("SELECT 1")).scalar() == 1
        assert _apart()
    mix_reports()
    assert not _apart()


@pytest.mark.parametrize("begun", [0, 1])
def test_what_mixing_could_not_end_is_done_in_the_next_hour(
    postgresql_app, a_member, authors, monkeypatch, begun
):
    a_member("documentation")
    for author in authors[:2]:
        author.files("kept")
        let_arrive()
    # No other table is left to tell it.
    monkeypatch.setattr(mixing, "_TABLES", {"vault_document": mixing._TABLES["vault_document"]})
    clustered = mixing._clustered
    turns = iter([True] * begun + [False])
    with monkeypatch.context() as held_up:
        held_up.setattr(mixing, "_clustered", lambda *given: next(turns) and clustered(*given))
        mix_reports()
    assert _apart()
    mix_reports()
    assert not _apart()


def _apart() -> bool:
    """Whether some table's rows tell of more than one transaction."""
    with mixing._alone() as connection:
        return any(mixing._arrived(connection, table) for table in mixing._TABLES)
