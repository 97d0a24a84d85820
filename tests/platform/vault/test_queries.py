"""Entries of the trail that somebody looks for, beside those that just aren't meant."""

from datetime import UTC, datetime, timedelta

import pytest

from kash.platform.database import db
from kash.platform.vault import AuditEntry
from kash.platform.vault.chain import code_of, root_subject
from kash.platform.vault.models import AuditSubject
from kash.platform.vault.queries import (
    BY_DAY,
    entries_about,
    entries_with_root,
    entry_with_code,
    known_actions,
    named_before,
    newest_entries,
    recent,
    told_by_day,
)
from tests.rows import row

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
ROOT = "0123456789abcdef" * 4


@pytest.fixture
def trail(sqlite_app):
    """`trail("a", "people.added", "x")`: an entry of an actor that names these."""
    first = 10**6

    def add(actor: str, action: str, *subjects: str, minutes: int = 0, mac: str = "") -> AuditEntry:
        nonlocal first
        first += 1
        at = NOW + timedelta(minutes=minutes)
        mac = mac or f"{first:064x}"
        told = {"at": at, "subjects": list(subjects), "mac": mac, "previous": ""}
        found = row(AuditEntry, seq=first, actor=actor, action=action, **told)
        for subject in subjects:
            row(AuditSubject, subject=subject, seq=first)
        return found

    yield add
    db.session.rollback()


def test_entries_stand_the_newest_first_by_actor_action_and_what_they_name(trail):
    by_day = f"{BY_DAY}sought"
    made = [
        trail("a", "x.added", "one", "two"),
        trail("b", "x.added", "two"),
        trail("a", "x.removed", "one"),
        trail("a", by_day, "one"),
        trail("a", by_day, minutes=5),
        trail("b", by_day, minutes=4),
    ]
    session = db.session()

    def found(**asked: str) -> list[AuditEntry]:
        return list(session.scalars(newest_entries(**asked).where(AuditEntry.seq > 10**6)))

    assert found() == [made[2], made[1], made[0]]
    assert found(actor="a") == [made[2], made[0]]
    assert found(action="x.added") == [made[1], made[0]]
    assert found(actor="a", action="x.added") == [made[0]]
    pages = [recent(session, page=page, size=1, actor="a") for page in (1, 2, 3)]
    assert pages == [[made[2]], [made[0]], []]
    about = session.scalars(entries_about("one")).all()
    assert about == [made[3], made[2], made[0]]
    assert session.scalars(entries_about("two", but_by="a")).all() == [made[1]]
    assert named_before(session, ["one", "three"]) == {"one"}
    actions = known_actions(session)
    assert {"x.added", "x.removed"} <= set(actions)
    assert (list(actions), by_day in actions) == (sorted(set(actions)), False)
    until = NOW + timedelta(minutes=5)
    told = [(NOW, "a", by_day), (NOW + timedelta(minutes=4), "b", by_day)]
    assert sorted(told_by_day(session, NOW, until)) == told
    assert told_by_day(session, NOW, until, actor="b") == told[1:]
    assert told_by_day(session, NOW + timedelta(minutes=1), until) == told[1:]


def test_a_code_of_paper_leads_to_the_first_entry_and_a_root_to_all_that_name_it(trail):
    mac = "fedcba9876543210" * 4
    made = [trail("a", "x.added", mac=mac), trail("a", "x.added", mac=mac[:60] + "0000")]
    session = db.session()
    assert entry_with_code(session, code_of(mac)) == made[0]
    assert entry_with_code(session, "no code") is None
    locked = [trail("a", "x.locked", root_subject(ROOT)) for _at in range(2)]
    trail("a", "x.locked", root_subject(mac))
    assert entries_with_root(session, code_of(ROOT)) == locked[::-1]
    assert entries_with_root(session, "no code") == []
