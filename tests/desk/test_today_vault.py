"""Today of a member of the vault: she learns that something may wait, and nobody learns that it
does."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from kash.incidents.rules.filing import Screen, new_code
from kash.incidents.rules.parts import Filing, Party, Person
from kash.incidents.rules.record import Record
from kash.incidents.services.filing import answer_screen, submit
from kash.platform.database import db
from kash.platform.vault import AuditEntry
from kash.platform.vault.models import AuditSubject
from tests.incidents.filed_cases import filed, let_arrive


def _main(client: FlaskClient) -> str:
    page = client.get("/").text.split('id="main"', 1)[1].split("</main>", 1)[0]
    kept = re.sub(r"(?s)<(script|style|svg)\b.*?</\1>", " ", page)
    return " ".join(unescape(re.sub(r"(?s)<[^>]+>", " ", kept)).split())


def _lines(client: FlaskClient) -> dict[str, int]:
    """What waits, and how much of it."""
    page = client.get("/").text
    found = re.findall(r'class="key">(\d+)</div>\s*<div class="what">\s*<a [^>]*>(.*?)</a>', page)
    return {unescape(title): int(count) for count, title in found}


@pytest.mark.any_engine
def test_an_officer_is_never_told_that_nothing_waits_while_reports_do(both_engines_app, a_member):
    a_member("documentation")
    for role in ("documentation", "custodian"):
        closed = a_member(role, is_open=False)
        before = _main(closed.client)
        assert "Open the vault to see" in before
        assert "Nothing waits" not in before
        for _each in range(31):
            filed(Record(filing=Filing(held=True)))
        # The same words whether or not anything came.
        assert _main(closed.client) == before


@pytest.mark.any_engine
def test_nobody_without_keys_reads_of_the_vault(both_engines_app, a_member, actor, client_for):
    a_member("documentation")
    for role in ("peer", "police_peer", "trainer", "administrator", "director", "funder"):
        assert "Open the vault" not in _main(client_for(actor(role)))


# Of a programme that was just set up, to an officer: the second of the steps.
FIRST_STEP = {"Fill the list of services": 2}


@pytest.mark.any_engine
def test_with_her_vault_open_she_sees_what_waits(both_engines_app, a_member, actor):
    anna, grace = a_member("documentation"), a_member("custodian")
    assert "The vault is open, and nothing new is in it" in _main(anna.client)
    code = new_code()
    peer = actor("peer")
    answer_screen(peer, code, "what", Screen(acts=["M1"]))
    submit(peer, code, "en")
    assert "nothing new" in _main(anna.client)
    let_arrive()
    child = Person(id="p1", code="P1", age_band="under_18")
    filed(Record(persons=[child]))
    filed(Record(filing=Filing(held=True)))
    filed(Record(assigned_to=anna.actor.public_id), state="triaged")
    filed(Record(assigned_to=anna.actor.public_id), state="closed")
    assert _lines(anna.client) == {
        "Somebody is held or in danger": 1,
        "New reports that nobody took up yet": 2,
        "Cases that are yours": 2,
        **FIRST_STEP,
    }
    filed(Record(parties=[Party(id="q1", kind="programme")]))
    # Who took the money is not known, so that it may have been an officer.
    assert _lines(grace.client) == {
        "New reports that nobody took up yet": 3,
        "Cases that wait for your decision": 1,
        "Cases with somebody under 18, or who may be": 1,
        "Cases about somebody of the programme": 1,
    }


@pytest.mark.any_engine
def test_what_she_sees_is_one_entry_in_the_audit_without_ids(both_engines_app, a_member):
    anna = a_member("documentation")
    for _each in range(3):
        filed()
    before = db.session.scalar(select(func.max(AuditEntry.seq))) or 0
    db.session.rollback()
    anna.client.get("/")
    entries = db.session.execute(
        select(AuditEntry.seq, AuditEntry.action).where(AuditEntry.seq > before)
    ).all()
    assert [one.action for one in entries] == ["incidents.searched"]
    about = select(AuditSubject.subject).where(AuditSubject.seq > before)
    assert list(db.session.scalars(about)) == []


@pytest.mark.any_engine
def test_today_asks_no_more_of_many_cases_than_of_one(both_engines_app, a_member, count_queries):
    anna = a_member("documentation")
    counts = []
    for more in (1, 2):
        for _each in range(more):
            filed()
        # Keys that are still as they were filed are kept with the first look.
        anna.client.get("/")
        with count_queries() as queries:  # type: ignore[attr-defined]
            anna.client.get("/")
        counts.append(queries.count)
    assert counts[0] == counts[1]
