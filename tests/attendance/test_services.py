"""Marks, closing and sheets: on both engines."""

from dataclasses import replace
from typing import Any

import pytest

from kash.attendance.models import EntryAlias, MarkOperation, MarkStatus, RosterEntry, Slot
from kash.attendance.queries.history import conflicts_of, history
from kash.attendance.queries.registers import attended, grid
from kash.attendance.register import put_on_roster, take_off_roster
from kash.attendance.rules.marking import STANDARD_STATUSES, OperationAnswer, RejectionReason, Reply
from kash.attendance.services.door_operations import person_of_entry
from kash.attendance.services.marking import SomebodyUnmarked, apply_marks, close_slot
from kash.attendance.services.registers import reopen_slot
from kash.platform.database import db, new_public_id, utc_now, writing
from kash.platform.vault import AuditEntry, verify
from kash.platform.web import NotFound
from tests.refusals import refuses


def replies(answers: list[OperationAnswer]) -> list[str]:
    return [str(answer.answer) for answer in answers]


@pytest.mark.any_engine
def test_marks_are_applied_once_and_never_over_another(both_engines_app, keep, trainer):
    kept = keep()
    first = [kept.operation(number, "present") for number in range(3)]
    assert replies(apply_marks(kept.public_id, first, trainer)) == ["applied"] * 3
    assert replies(apply_marks(kept.public_id, first, trainer)) == ["duplicate"] * 3
    late = kept.operation(0, "late", 1)
    stale = kept.operation(0, "absent", 1)
    answers = apply_marks(kept.public_id, [late, stale], trainer)
    assert replies(answers) == ["applied", "conflict"]
    assert (answers[1].status, answers[1].version) == ("late", 2)
    assert kept.marks() == {0: ("late", 2), 1: ("present", 1), 2: ("present", 1)}
    assert replies(apply_marks(kept.public_id, [stale], trainer)) == ["conflict"]
    decided = kept.operation(0, "absent", 2)
    assert replies(apply_marks(kept.public_id, [decided], trainer)) == ["applied"]
    entries = db.session.query(AuditEntry).order_by(AuditEntry.seq).all()
    assert [entry.action for entry in entries] == ["attendance.marks_made"] * 3
    assert {tuple(entry.subjects) for entry in entries} == {(kept.public_id,)}
    assert verify(db.session()).sound


@pytest.mark.any_engine
def test_one_bad_operation_stops_no_other(both_engines_app, keep, trainer):
    kept, elsewhere = keep(), keep(people=1, slots=1)
    good = kept.operation(0, "present")
    batch = [
        replace(good, op_id="x" * 99),
        replace(good, op_id="1", slot=elsewhere.slots[0]),
        replace(good, op_id="2", entry=elsewhere.entries[0]),
        replace(good, op_id="3", status="apology"),
        replace(good, op_id="4", slot="ñ\0", entry="y" * 5000),
        good,
    ]
    answers = apply_marks(kept.public_id, batch, trainer)
    assert [answer.reason for answer in answers] == [
        RejectionReason.UNREADABLE,
        RejectionReason.SLOT_UNKNOWN,
        RejectionReason.NOT_ON_ROSTER,
        RejectionReason.STATUS_UNKNOWN,
        RejectionReason.SLOT_UNKNOWN,
        RejectionReason.NONE,
    ]
    assert kept.marks() == {0: ("present", 1)}
    assert elsewhere.marks() == {}
    assert db.session.query(MarkOperation).count() == 1


@pytest.mark.any_engine
def test_an_id_used_for_another_register_is_refused(both_engines_app, keep, trainer):
    one, two = keep(), keep()
    apply_marks(one.public_id, [one.operation(0, "late", op_id="same")], trainer)
    (answer,) = apply_marks(two.public_id, [two.operation(0, "late", op_id="same")], trainer)
    assert (answer.answer, answer.reason) == (Reply.REJECTED, RejectionReason.ID_REUSED)
    assert two.marks() == {}


def test_a_batch_without_effect_leaves_no_entry(app, keep, trainer):
    kept = keep()
    apply_marks(kept.public_id, [kept.operation(0, "nonsense")], trainer)
    apply_marks(kept.public_id, [], trainer)
    assert db.session.query(AuditEntry).count() == 0
    with pytest.raises(NotFound):
        apply_marks(new_public_id(), [], trainer)


@pytest.mark.any_engine
def test_a_closed_slot_takes_no_marks_until_it_is_opened_again(both_engines_app, keep, trainer):
    kept = keep()
    with refuses("Mark this session first, then close it"):
        close_slot(kept.public_id, kept.slots[0], trainer)
    done = close_slot(kept.public_id, kept.slots[0], trainer, [kept.operation(0, "present")])
    assert (replies(done.answers), done.closed) == (["applied"], True)
    slot = db.session.query(Slot).filter_by(public_id=kept.slots[0]).one()
    assert slot.closed_by == trainer.public_id
    late = kept.operation(1, "late")
    (answer,) = apply_marks(kept.public_id, [late], trainer)
    assert (answer.answer, answer.reason) == (Reply.REJECTED, RejectionReason.SLOT_CLOSED)
    reopen_slot(kept.public_id, kept.slots[0], trainer)
    assert replies(apply_marks(kept.public_id, [late], trainer)) == ["applied"]
    assert kept.marks() == {0: ("present", 1), 1: ("late", 1)}


def test_nobody_of_this_register_is_forgotten_and_others_are_not_counted(sqlite_app, keep, trainer):
    kept, _elsewhere = keep(people=2), keep(people=3)
    at = (kept.public_id, kept.slots[0], trainer)
    with pytest.raises(SomebodyUnmarked):
        close_slot(*at, [kept.operation(0, "present")], everybody=True)
    both = [kept.operation(number, "present") for number in (0, 1)]
    assert close_slot(*at, both, everybody=True).closed


@pytest.mark.any_engine
def test_a_slot_is_not_closed_over_a_conflict(both_engines_app, keep, trainer):
    kept = keep()
    apply_marks(kept.public_id, [kept.operation(0, "present")], trainer)
    closing = close_slot(
        kept.public_id,
        kept.slots[0],
        trainer,
        [kept.operation(0, "absent"), kept.operation(1, "late")],
    )
    assert (replies(closing.answers), closing.closed) == (["conflict", "applied"], False)
    assert db.session.query(Slot).filter(Slot.closed_at.is_not(None)).count() == 0
    assert kept.marks() == {0: ("present", 1), 1: ("late", 1)}


@pytest.mark.any_engine
def test_who_left_the_roster_keeps_her_marks_but_counts_no_longer(both_engines_app, keep, trainer):
    kept = keep()
    apply_marks(kept.public_id, [kept.operation(number, "present") for number in range(3)], trainer)
    person = db.session.query(RosterEntry).filter_by(public_id=kept.entries[0]).one().person_id
    with writing() as session:
        take_off_roster(session, kept.id, person, utc_now())
    (answer,) = apply_marks(kept.public_id, [kept.operation(0, "late", 1)], trainer)
    assert answer.reason is RejectionReason.NOT_ON_ROSTER
    assert len(attended(kept.id)) == 2
    assert len(grid(kept.id).rows) == 2
    assert grid(kept.id).present == {kept.slots[0]: 2}
    with writing() as session:
        back = put_on_roster(session, kept.id, person)
        assert back.public_id == kept.entries[0]
    assert len(attended(kept.id)) == 3


@pytest.mark.any_engine
def test_many_marks_go_in_few_statements(both_engines_app, keep, trainer, count_queries):
    kept = keep(people=60)
    # The first action of all also begins the trail.
    apply_marks(kept.public_id, [kept.operation(0, "present", slot=1)], trainer)
    counts = []
    for status, version, people in (("present", 0, 1), ("late", 0, 59)):
        first = 0 if people == 1 else 1
        batch = [kept.operation(number, status, version) for number in range(first, first + people)]
        with count_queries() as seen:  # type: ignore[attr-defined]
            apply_marks(kept.public_id, batch, trainer)
        counts.append(seen.count)
    assert counts[0] == counts[1]
    assert len(kept.marks()) == 60


def test_a_batch_reads_no_marks_of_other_registers(sqlite_app, keep, trainer):
    kept = keep(people=2)
    apply_marks(kept.public_id, [kept.operation(0, "present")], trainer)
    driver: Any = db.session.connection().connection.dbapi_connection
    asked: list[str] = []
    driver.set_trace_callback(asked.append)
    apply_marks(kept.public_id, [kept.operation(1, "present")], trainer)
    driver.set_trace_callback(None)
    state = next(text for text in asked if "'mark'" in text)
    plan = [row[-1] for row in driver.execute(f"EXPLAIN QUERY PLAN {state}")]
    # Of somebody's marks there may be many thousands.
    assert [step for step in plan if step.startswith("SEARCH mark USING")] == [
        "SEARCH mark USING INDEX sqlite_autoindex_mark_1 (slot_id=?)"
    ]


@pytest.mark.any_engine
def test_the_history_says_who_and_when(both_engines_app, keep, trainer, actor):
    kept, other = keep(), actor("trainer", name="Neema Jaribio")
    apply_marks(kept.public_id, [kept.operation(0, "present")], trainer)
    apply_marks(kept.public_id, [kept.operation(0, "late", 1)], other)
    mine = kept.operation(0, "absent", 1)
    answers = apply_marks(kept.public_id, [mine], trainer)
    found = history(kept.id, kept.slots[0], kept.entries[0])
    assert found["name"] == "Person 000"
    assert [(line["who"], line["status"], line["answer"]) for line in found["lines"]] == [
        ("Amani Mfano", "absent", "conflict"),
        ("Neema Jaribio", "late", "applied"),
        ("Amani Mfano", "present", "applied"),
    ]
    (conflict,) = conflicts_of(kept.id, answers, [mine])
    assert [conflict[key] for key in ("name", "mine", "theirs", "who", "version")] == [
        "Person 000",
        "absent",
        "late",
        "Neema Jaribio",
        2,
    ]
    with pytest.raises(NotFound):
        history(keep().id, kept.slots[0], kept.entries[0])


def test_the_standard_statuses_are_there_once(both_engines_app, keep):
    keep()
    keep(purpose="meeting")
    rows = db.session.query(MarkStatus).order_by(MarkStatus.position).all()
    assert [(row.code, row.letter, row.weight, row.purpose) for row in rows] == [
        (status.code, status.letter, status.weight, status.purpose) for status in STANDARD_STATUSES
    ]


@pytest.mark.any_engine
def test_a_meeting_has_statuses_of_its_own(both_engines_app, keep, trainer):
    kept = keep(purpose="meeting", slots=1)
    answers = apply_marks(
        kept.public_id,
        [kept.operation(0, "present"), kept.operation(1, "apology"), kept.operation(2, "late")],
        trainer,
    )
    assert replies(answers) == ["applied", "applied", "rejected"]


def test_a_phone_that_knows_an_entry_by_its_old_id_means_the_same_person(sqlite_app, keep):
    """Two entries became one when two people were merged; the phone was in a hall meanwhile."""
    kept, elsewhere = keep(people=3), keep(people=1)
    rows = {row.public_id: row for row in db.session.query(RosterEntry)}
    merged, alone = rows[kept.entries[1]], rows[elsewhere.entries[0]]
    old = new_public_id()
    db.session.add(EntryAlias(public_id=old, entry_id=merged.id))
    db.session.commit()
    for known in (old, merged.public_id):
        assert person_of_entry(db.session(), kept.id, known) == merged.person_id
    assert person_of_entry(db.session(), kept.id, alone.public_id) is None
    take_off_roster(db.session(), kept.id, merged.person_id, utc_now())
    assert person_of_entry(db.session(), kept.id, old) is None
    db.session.rollback()
