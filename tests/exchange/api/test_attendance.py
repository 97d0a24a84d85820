"""Marks that programs send: the four answers of a phone, once each, by whoever may mark now."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from werkzeug.test import TestResponse

from kash.attendance.models import EntryAlias, Mark, MarkOperation, RosterEntry, Slot
from kash.exchange.api.models import KeptAnswer
from kash.people.models import Person
from kash.platform.database import db, new_public_id, utc_now, writing
from kash.platform.vault import AuditEntry
from kash.workshops.models import Facilitator, Workshop

from .conftest import Program


@dataclass
class Register:
    """A register as a program knows it, and what it sends to it."""

    program: Program
    workshop: str
    slot: str
    entries: list[str]

    def operation(self, number: int = 0, **changes: Any) -> dict[str, Any]:
        """A mark of somebody on the register."""
        given = {
            "op_id": new_public_id(),
            "slot": self.slot,
            "entry": self.entries[number],
            "status": "present",
            "expected_version": 0,
            "made_at": utc_now().isoformat(),
        }
        return given | changes

    def send(self, *operations: dict[str, Any], key: str = "", **more: Any) -> TestResponse:
        """Send operations, under a key."""
        return self.program.ask(
            f"/workshops/{self.workshop}/attendance/operations",
            "POST",
            json={"operations": list(operations)},
            headers={"Idempotency-Key": key or new_public_id()} | more,
        )

    def answers(self, *operations: dict[str, Any], key: str = "") -> list[tuple[str, str, int]]:
        """The answers to operations: each with its reason, and the version that stands."""
        sent = self.send(*operations, key=key)
        assert sent.status_code == 200, sent.text
        return [(one["answer"], one["reason"], one["version"]) for one in sent.json["answers"]]


@pytest.fixture
def register(app, plan, program, held):
    """A workshop whose first session has begun."""
    one = program("attendance.mark", "attendance.read", "workshops.read", owner=held.trainer)
    with writing() as session:
        session.execute(update(Slot).values(starts_at=utc_now() - timedelta(hours=1)))
    told = one.ask(f"/workshops/{held.workshop}/attendance").json
    slots = one.ask(f"/workshops/{held.workshop}").json["sessions"]
    return Register(one, held.workshop, slots[0]["slot"], [item["id"] for item in told["items"]])


def _marks() -> list[tuple[str, int]]:
    return [tuple(row) for row in db.session.execute(select(Mark.status, Mark.version))]


@pytest.mark.any_engine
def test_marks_are_applied_and_told_again_with_the_answers_that_a_phone_gets(
    both_engines_app, register
):
    first = register.operation()
    assert register.answers(first) == [("applied", "", 1)]
    assert register.answers(
        first,
        register.operation(status="late"),
        register.operation(1, status="late"),
        register.operation(1, status="nothing"),
        register.operation(1, entry="0" * 16),
        first | {"status": "absent"},
    ) == [
        ("duplicate", "", 1),
        ("conflict", "", 1),
        ("applied", "", 1),
        ("rejected", "status_unknown", 1),
        ("rejected", "not_on_roster", 0),
        ("rejected", "id_reused", 1),
    ]
    assert sorted(_marks()) == [("late", 1), ("present", 1)]
    token, owner = register.program.token, register.program.owner.public_id
    assert set(db.session.execute(select(MarkOperation.device, MarkOperation.marked_by))) == {
        (f"api:{token}", owner)
    }
    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "api.marks_made")
    ).all()
    assert [(one.actor, one.subjects[1]) for one in entries] == [(token, owner)] * 2
    told = register.program.ask(f"/workshops/{register.workshop}/attendance?limit=1").json
    assert [mark["status"] for mark in told["items"][0]["marks"]] == ["present"]


@pytest.mark.any_engine
def test_a_mark_of_somebody_who_is_no_officer_is_neither_taken_nor_told(both_engines_app, register):
    """The answer would tell the mark that stands, and so whether she came."""
    entry = db.session.scalars(
        select(RosterEntry)
        .join(Person, Person.id == RosterEntry.person_id)
        .where(Person.chosen_name == "Zawadi Sampuli")
    ).one()
    slot = db.session.scalars(select(Slot).where(Slot.public_id == register.slot)).one()
    before = "0" * 15 + "1"
    db.session.add_all(
        [
            Mark(slot_id=slot.id, person_id=entry.person_id, status="late", version=1),
            EntryAlias(public_id=before, entry_id=entry.id),
        ]
    )
    db.session.commit()
    hers = entry.public_id
    sent = register.send(
        register.operation(entry=hers),
        register.operation(entry=hers, expected_version=1),
        register.operation(entry=before),
        register.operation(),
    )
    told = [(one["answer"], one["reason"], one["status"]) for one in sent.json["answers"]]
    assert told == [("rejected", "not_on_roster", None)] * 3 + [("applied", "", "present")]
    assert sorted(_marks()) == [("late", 1), ("present", 1)]


@pytest.mark.any_engine
def test_a_request_that_comes_again_gets_the_same_answer_and_does_nothing(
    both_engines_app, register
):
    first, key = register.operation(), "k" * 20
    told = register.send(first, key=key)
    with writing() as session:
        session.execute(update(Mark).values(status="absent", version=2))
    assert register.send(first, key=key).json == told.json
    assert _marks() == [("absent", 2)]
    other = register.send(register.operation(), key=key)
    assert (other.status_code, other.json["type"]) == (422, "urn:kash:problem:key-reused")
    assert _marks() == [("absent", 2)]
    # The same operation under a new key is known by its own id.
    assert register.answers(first) == [("duplicate", "", 2)]


def test_two_that_come_at_once_under_one_key_are_one(both_engines_app, register):
    first, key = register.operation(), "k" * 20
    with ThreadPoolExecutor(2) as pool:
        sent = [pool.submit(register.send, first, key=key) for _ in range(2)]
        told = [one.result() for one in sent]
    assert [one.status_code for one in told] == [200, 200]
    assert told[0].json == told[1].json
    assert told[0].json["answers"][0]["answer"] == "applied"
    assert _marks() == [("present", 1)]


@pytest.mark.any_engine
def test_what_changed_nothing_is_answered_again_too_and_leaves_no_entry(app, register):
    refused, key = register.operation(status="nothing"), "k" * 20
    assert register.send(refused, key=key).json == register.send(refused, key=key).json
    assert register.send(register.operation(), key=key).status_code == 422
    assert db.session.scalar(select(func.count()).select_from(KeptAnswer)) == 1
    assert not db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "api.marks_made")
    ).all()


@pytest.mark.any_engine
def test_the_key_of_one_token_says_nothing_of_anothers(app, register, program):
    key = "k" * 20
    register.send(register.operation(), key=key)
    register.program = program("attendance.mark", owner=register.program.owner, name="Another")
    assert register.answers(register.operation(1), key=key) == [("applied", "", 1)]


@pytest.mark.any_engine
def test_whoever_runs_the_workshop_no_longer_marks_nothing_by_a_token(app, register):
    assert register.answers(register.operation()) == [("applied", "", 1)]
    with writing() as session:
        session.execute(delete(Facilitator))
        session.execute(update(Workshop).values(created_by=new_public_id()))
    refused = register.send(register.operation(1))
    assert (refused.status_code, refused.json["type"]) == (403, "urn:kash:problem:scope")
    assert _marks() == [("present", 1)]


@pytest.mark.any_engine
def test_nobody_marks_in_the_workshop_of_another(app, register, plan):
    register.workshop = plan().workshop
    assert register.send(register.operation()).status_code == 403
    register.workshop = new_public_id()
    assert register.send(register.operation()).status_code == 404


@pytest.mark.any_engine
def test_a_closed_register_and_one_that_has_not_begun_take_nothing(app, register):
    with writing() as session:
        session.execute(update(Slot).values(closed_at=utc_now(), closed_by=new_public_id()))
    assert register.answers(register.operation()) == [("rejected", "slot_closed", 0)]
    later = utc_now() + timedelta(days=1)
    with writing() as session:
        session.execute(update(Slot).values(closed_at=None, closed_by=None, starts_at=later))
    assert register.answers(register.operation()) == [("rejected", "not_begun", 0)]


@pytest.mark.any_engine
def test_what_was_made_after_the_cancelling_is_not_taken(app, register):
    before = (utc_now() - timedelta(minutes=5)).isoformat()
    with writing() as session:
        session.execute(update(Workshop).values(cancelled_at=utc_now() - timedelta(minutes=1)))
    assert register.answers(register.operation(), register.operation(1, made_at=before)) == [
        ("rejected", "cancelled", 0),
        ("applied", "", 1),
    ]


@pytest.mark.any_engine
@pytest.mark.parametrize("key", ["", "short", "with spaces in it"])
def test_nothing_is_written_without_a_key_that_can_be_kept(key, app, register):
    sent = register.send(register.operation(), **{"Idempotency-Key": key})
    assert (sent.status_code, sent.json["type"]) == (400, "urn:kash:problem:key-missing")
    assert _marks() == []
