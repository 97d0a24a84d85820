"""Cases that are changed together: whoever waits for one holds none that others wait for."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from apiflask import APIFlask
from sqlalchemy import select, text

from kash.incidents.models import Incident
from kash.incidents.rules.record import Record
from kash.incidents.services.cases import add_link, changing
from kash.platform.database import db
from tests.incidents.test_additions import NOTHING, WORDS, told

_SECONDS = 20


def in_the_order_of_their_ids(*references: str) -> list[str]:
    found = select(Incident.public_id).where(Incident.public_id.in_(references))
    ordered = list(db.session.scalars(found.order_by(Incident.id)))
    db.session.rollback()
    return ordered


def must_wait_empty_handed(app: APIFlask, first: str, last: str, act: Callable[[], None]) -> None:
    """While somebody else has the first of two cases, what changes both has not locked the last."""

    def acting() -> None:
        with app.app_context():
            act()

    locked = text("SELECT 1 FROM incident WHERE public_id = :one FOR UPDATE NOWAIT")
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with ThreadPoolExecutor(1) as pool:
        with db.engine.connect() as other, db.engine.connect() as looking:
            other.execute(locked, {"one": first})
            changed = pool.submit(acting)
            until = time.monotonic() + _SECONDS
            while not looking.scalar(waiting):
                looking.rollback()
                assert time.monotonic() < until, "nobody waits"
                assert not changed.done() or changed.result() is None
            looking.execute(locked, {"one": last})
        changed.result(_SECONDS)


@pytest.fixture
def officer(a_member):
    a_member("custodian")
    return a_member("documentation")


def test_a_report_is_changed_with_what_was_told_afterwards_in_one_order(
    postgresql_app, officer, actor, record_of
):
    """Of two officers who changed one of two reports each, one was told to try again."""
    vault = officer.vault()
    first, last = in_the_order_of_their_ids(*told(actor("peer"), NOTHING, WORDS))

    def have(reference: str) -> None:
        with changing("incidents.changed", officer.actor, vault, reference) as case:
            case.record.assigned_to = officer.actor.public_id

    for reference in (first, last):
        have(reference)
    db.session.rollback()
    must_wait_empty_handed(postgresql_app, first, last, lambda: have(last))
    assert record_of(last, vault).assigned_to == officer.actor.public_id


def test_cases_are_linked_in_one_order_whichever_names_the_other(
    postgresql_app, officer, filed, record_of
):
    vault = officer.vault()
    first, last = in_the_order_of_their_ids(filed(Record()), filed(Record()))

    def link() -> None:
        add_link(last, "incident", first, by=officer.actor, vault=vault)

    must_wait_empty_handed(postgresql_app, first, last, link)
    assert [one.id for one in record_of(first, vault).links] == [last]
    assert [one.id for one in record_of(last, vault).links] == [first]
