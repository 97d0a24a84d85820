"""The programme's own statuses: what they count, who may be marked so, and what stays fixed."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.attendance.forms import status_word
from kash.attendance.queries.registers import attended
from kash.attendance.queries.statuses import forget_statuses, status, statuses_for
from kash.attendance.rules.marking import (
    MadeMark,
    RejectionReason,
    Reply,
    SlotTime,
    Status,
    presences,
)
from kash.attendance.services.marking import (
    StatusDetails,
    add_status,
    apply_marks,
    change_status,
    order_statuses,
)
from kash.platform.database import db
from kash.platform.vault import AuditEntry
from kash.platform.web.errors import ChangedMeanwhile, Problem
from kash.policy import SYSTEM
from tests.refusals import refuses

PHONE = StatusDetails("by telephone", "t", 50, "warn")


def _status(code: str) -> Status:
    forget_statuses()
    db.session.rollback()
    return status(code)


def _change(code: str, **more: object) -> None:
    kept = _status(code)
    values = {
        "name": status_word(code),
        "letter": kept.letter,
        "weight": kept.weight,
        "tone": kept.tone,
        "active": kept.active,
    }
    change_status(
        code,
        StatusDetails(**(values | more)),
        kept.row_version,
        SYSTEM,  # type: ignore[arg-type]
    )


@pytest.mark.any_engine
def test_an_own_status_counts_its_share(both_engines_app, keep, actor):
    kept = keep(people=2, slots=1)
    code = add_status(PHONE, SYSTEM)
    answers = apply_marks(
        kept.public_id, [kept.operation(0, code), kept.operation(1, "present")], actor("trainer")
    )
    assert [answer.answer for answer in answers] == [Reply.APPLIED, Reply.APPLIED]
    people = sorted(attended(kept.id).items())
    assert [there.percentage for _person, there in people] == [50, 100]
    assert (_status(code).letter, status_word(code)) == ("T", "by telephone")


@pytest.mark.any_engine
def test_a_used_weight_stays_and_a_new_one_may_change(both_engines_app, keep, actor):
    kept = keep(people=1, slots=1)
    code = add_status(PHONE, SYSTEM)
    _change(code, weight=60)
    assert _status(code).weight == 60
    apply_marks(kept.public_id, [kept.operation(0, code)], actor("trainer"))
    with refuses("People were marked so"):
        _change(code, weight=40)
    _change(code, name="on the line")
    assert (_status(code).weight, status_word(code)) == (60, "on the line")


@pytest.mark.any_engine
def test_what_is_out_of_use_is_refused_with_the_reason(both_engines_app, keep, actor):
    kept = keep(people=2, slots=1)
    by = actor("trainer")
    code = add_status(PHONE, SYSTEM)
    apply_marks(kept.public_id, [kept.operation(0, code)], by)
    _change(code, active=False)
    answers = apply_marks(
        kept.public_id,
        [
            kept.operation(1, code),
            kept.operation(1, "never heard of"),
            kept.operation(0, code, version=1),
        ],
        by,
    )
    assert [(answer.answer, answer.reason) for answer in answers] == [
        (Reply.REJECTED, RejectionReason.STATUS_RETIRED),
        (Reply.REJECTED, RejectionReason.STATUS_UNKNOWN),
        (Reply.APPLIED, RejectionReason.NONE),
    ]
    assert kept.marks() == {0: (code, 1)}
    assert min(attended(kept.id).items())[1].percentage == 50


@pytest.mark.any_engine
@pytest.mark.parametrize("code", ["present", "absent"])
def test_no_register_loses_present_and_absent(both_engines_app, code):
    with refuses("Every register needs"):
        _change(code, active=False)
    with refuses("always counts"):
        _change(code, weight=10)
    _change(code, name="Hapa", letter="H")
    assert (status_word(code), _status(code).letter) == ("Hapa", "H")


@pytest.mark.any_engine
@pytest.mark.parametrize(
    ("details", "field"),
    [
        (StatusDetails("late", "Q", 10), "name"),
        (StatusDetails("by boat", "p", 10), "letter"),
        (StatusDetails("by boat", "7", 10), "letter"),
        (StatusDetails("", "Q", 10), "name"),
    ],
)
def test_names_and_letters_stand_once(both_engines_app, details, field):
    with pytest.raises(Problem) as problem:
        add_status(details, SYSTEM)
    assert problem.value.field == field


def test_who_saved_meanwhile_is_not_overwritten(both_engines_app):
    code = add_status(PHONE, SYSTEM)
    change_status(code, PHONE, 1, SYSTEM)
    with pytest.raises(ChangedMeanwhile):
        change_status(code, PHONE, 1, SYSTEM)


@pytest.mark.any_engine
def test_order_is_one_entry_and_nothing_else(both_engines_app):
    code = add_status(PHONE, SYSTEM)
    # A page that puts them in order has asked for them before.
    assert statuses_for("workshop")[-1].code == code
    order_statuses([code, "nonsense"], SYSTEM)
    assert [one.code for one in statuses_for("workshop")] == [
        code,
        "present",
        "late",
        "left_early",
        "excused",
        "absent",
    ]
    last = db.session.query(AuditEntry).order_by(AuditEntry.seq.desc()).first()
    assert last is not None
    assert (last.action, last.subjects) == ("attendance.statuses_ordered", ["settings"])


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 100), min_size=1),
    st.lists(st.integers(5, 300), min_size=1, max_size=6),
    st.data(),
)
def test_hours_are_each_share_of_each_session(weights, minutes, data):
    """Whatever statuses a programme has: never more than took place, and more weight never less."""
    codes = st.sampled_from(sorted(weights))
    marks = [MadeMark(slot, 1, data.draw(codes)) for slot in range(len(minutes))]
    slots = [SlotTime(slot, length, closed=True) for slot, length in enumerate(minutes)]
    found = presences([1], slots, marks, weights)[1]
    assert found.weighted == sum(
        length * weights[mark.status] for length, mark in zip(minutes, marks, strict=True)
    )
    assert 0 <= found.minutes <= found.total_minutes == sum(minutes)
    assert found.counts == Counter(mark.status for mark in marks)
    heavier = {code: min(100, weight + 1) for code, weight in weights.items()}
    assert presences([1], slots, marks, heavier)[1].weighted >= found.weighted


def test_a_programme_has_only_so_many_statuses(sqlite_app):
    def added(number: int) -> str:
        letter = f"Z{chr(ord('A') + number)}"
        return add_status(StatusDetails(f"status {number}", letter, 50, "warn"), SYSTEM)

    there = len(statuses_for("workshop"))
    for number in range(20 - there):
        added(number)
    with refuses("A register can show no more marks"):
        added(25)
