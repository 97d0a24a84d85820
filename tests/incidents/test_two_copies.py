"""Two copies of the database, taken before and after a time in which one peer educator was signed
in by herself: whether she filed in it is not told by what differs."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text

from kash.incidents.queries.letterbox import opened_box
from kash.incidents.services.letterbox import tend_letterbox
from kash.platform.database import Base, db, utc_now
from kash.platform.vault import seal
from kash.policy import Actor
from tests.conftest import AMember
from tests.incidents.filed_cases import let_arrive
from tests.incidents.sent_reports import hidden, sent_in_pages

FILE = "/w/n"
# What is written anew each minute whether or not anything came.
ALWAYS = {"letterbox: what stands there", "filing_quota: what stands there"}


@dataclass
class Copy:
    """All rows of all tables, and for a file its size."""

    tables: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    pages: int = 0

    def differs_in(self, later: Copy) -> set[str]:
        """What differs, in the words of somebody who has no key: tables, and how much they hold."""
        found = set()
        for name, rows in self.tables.items():
            others = later.tables[name]
            if len(rows) != len(others):
                found.add(f"{name}: number of rows")
            elif rows != others:
                found.add(f"{name}: what stands there")
            if [_sizes(row) for row in rows] != [_sizes(row) for row in others]:
                found.add(f"{name}: sizes")
        if self.pages != later.pages:
            found.add("size of the file")
        return found


def _sizes(row: tuple[Any, ...]) -> list[int]:
    return [len(one) if isinstance(one, bytes | str) else 0 for one in row]


def _copy() -> Copy:
    db.session.rollback()
    found = Copy()
    for table in Base.metadata.tables.values():
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        rows = db.session.execute(text(f'SELECT {names} FROM "{table.name}"')).all()
        found.tables[table.name] = sorted((tuple(map(_plain, row)) for row in rows), key=repr)
    if db.engine.dialect.name == "sqlite":
        with sqlite3.connect(Path(str(db.engine.url.database))) as file:
            (found.pages,) = file.execute("PRAGMA page_count").fetchone()
    db.session.rollback()
    return found


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _file(phone: FlaskClient, *, begin: str = "begin", how: str = "send") -> None:
    page = phone.post(FILE, data={"go": begin}).text
    found = re.search(r'name="code" value="(\w{12})"', page)
    assert found is not None
    code = found[1]
    sent = {"code": code, "screen": "what", "go": "next", "acts": "L1"}
    assert phone.post(FILE, data=sent).status_code == 200
    sent = {"code": code, "screen": "words", "go": "next", "narrative": "taken " * 200}
    assert phone.post(FILE, data=sent).status_code == 200
    if how:
        answer = phone.post(FILE, data={"code": code, "screen": "review", "go": how})
        assert "large-code" in answer.text


def _takes_back(phone: FlaskClient) -> None:
    receipt = sent_in_pages(phone, word="mti wa mwembe")
    opened = phone.post("/w/r", data={"code": receipt.code, "word": receipt.word}).text
    done = phone.post(
        "/w/r", data={"pass": hidden(opened, "pass"), "purposes": ["court"], "go": "sure"}
    )
    assert "You took this back" in done.text


@pytest.fixture
def window(
    both_engines_app: APIFlask,
    a_member: Callable[..., AMember],
    actor: Callable[..., Actor],
    client_for: Callable[..., FlaskClient],
) -> Callable[[Callable[[FlaskClient], None]], set[str]]:
    """What differs after a peer educator did something alone, and a minute of the worker."""
    a_member("documentation")
    phone = client_for(actor("peer"))
    phone.get("/services")
    tend_letterbox(utc_now())

    def differs(does: Callable[[FlaskClient], None]) -> set[str]:
        before = _copy()
        does(phone)
        tend_letterbox(utc_now())
        return before.differs_in(_copy())

    return differs


@pytest.mark.any_engine
def test_two_copies_around_a_quiet_hour_do_not_say_that_she_filed(
    window: Callable[[Callable[[FlaskClient], None]], set[str]],
) -> None:
    quiet = window(lambda _phone: None)
    assert quiet == ALWAYS
    assert window(_file) == quiet
    # Nor that she began and left it, nor that she threw it away.
    assert window(lambda phone: _file(phone, how="")) == quiet
    assert window(lambda phone: phone.post("/w/r", data={"code": "short"}) and None) == quiet
    # Nor that she chose a word, looked, and took something back.
    assert window(_takes_back) == quiet
    # The control: at the fixed hour there are more reports than before.
    assert "incident: number of rows" in window(lambda _phone: let_arrive() and None)


def test_a_report_in_which_somebody_is_held_is_there_at_once(
    window: Callable[[Callable[[FlaskClient], None]], set[str]],
) -> None:
    told = window(lambda phone: _file(phone, begin="begin-yes", how="now"))
    assert "incident: number of rows" in told


@pytest.mark.any_engine
def test_what_lies_in_the_letterbox_is_read_with_no_key_of_the_database(
    window: Callable[[Callable[[FlaskClient], None]], set[str]],
) -> None:
    assert window(_file) == ALWAYS
    stored = db.session.execute(text("SELECT body FROM letterbox")).scalar_one()
    # The control: whoever has the key file as well reads that there is one, not what it says.
    (sent,) = opened_box(db.session()).sent.values()
    assert sent.record.body.encode() not in bytes(stored)
    assert b"taken taken" not in seal(b"", kind="x", public_id="x") + bytes(stored)
    assert "taken taken" not in opened_box(db.session()).model_dump_json()
