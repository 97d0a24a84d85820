"""What two people, or two taps of one, do to a case in the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from kash.incidents.queries.cases import open_case
from kash.incidents.queries.letterbox import opened_box, owner_of
from kash.incidents.queries.mediation import own_briefs
from kash.incidents.rules.mediation import Result
from kash.incidents.rules.one_line import CaseLine
from kash.incidents.services import alerts
from kash.incidents.services.cases import assign, changing
from kash.incidents.services.mediation import answer_brief, close_brief, say_not_yet
from kash.incidents.services.one_line import note_line
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry
from kash.policy import SYSTEM
from tests.conftest import AMember
from tests.incidents.nights import Night
from tests.incidents.test_mediation import a_case, ask, on_duty


@pytest.fixture
def officers(both_engines_app, a_member):
    return [a_member("documentation", name=name) for name in ("Anna", "Brenda")]


@pytest.fixture
def at_once(both_engines_app):
    """Do all of these in one moment; what became of each: its fault, None if it was done."""

    def done(*acts: Callable[[], None]) -> list[Exception | None]:
        begins = Barrier(len(acts))

        def act(one: Callable[[], None]) -> Exception | None:
            with both_engines_app.app_context():
                begins.wait(20)
                try:
                    one()
                except Exception as fault:
                    return fault
                finally:
                    db.session.remove()
            return None

        db.session.rollback()
        with ThreadPoolExecutor(len(acts)) as hands:
            return list(hands.map(act, acts))

    return done


def entries(action: str) -> int:
    query = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == action)
    found = db.session.scalar(query) or 0
    db.session.rollback()
    return found


def three_held(officer: AMember) -> str:
    reference = a_case(persons=3)
    with changing("incidents.changed", officer.actor, officer.vault(), reference) as case:
        for person in case.record.persons:
            person.arrested_at = utc_now() - timedelta(hours=1)
    return reference


def test_of_two_who_take_a_case_at_once_one_has_it_and_owns_it(officers, at_once):
    reference = three_held(officers[0])
    version = open_case(officers[0].actor, officers[0].vault(), reference).version

    def taking(one: AMember) -> Callable[[], None]:
        vault = one.vault()
        return lambda: assign(
            reference, one.actor.public_id, by=one.actor, vault=vault, version=version
        )

    faults = at_once(*map(taking, officers))
    assert sorted(type(fault).__name__ for fault in faults) == ["CaseChangedMeanwhile", "NoneType"]
    winner = officers[faults.index(None)].actor.public_id
    record = open_case(officers[0].actor, officers[0].vault(), reference).record
    assert (record.assigned_to, owner_of(reference)) == (winner, winner)
    assert [event.what for event in record.timeline].count("assigned") == 1


def test_two_members_who_note_the_same_release_at_once_note_it_once(officers, at_once):
    reference = three_held(officers[0])

    def noting(one: AMember) -> Callable[[], None]:
        vault = one.vault()
        return lambda: note_line(one.actor, vault, reference, CaseLine("released", "p2"))

    assert sum(fault is None for fault in at_once(*map(noting, officers))) == 1
    record = open_case(officers[0].actor, officers[0].vault(), reference).record
    assert [event.what for event in record.timeline].count("released") == 1
    assert [person.released_at is not None for person in record.persons] == [False, True, False]


def test_two_mediators_who_answer_at_once_are_both_read(officers, actor, at_once):
    reference = three_held(officers[0])
    mediators = [actor("peer", name=name) for name in ("Akoth", "Barasa")]
    for mediator in mediators:
        on_duty(mediator)
        ask(officers[0], reference, mediator)
    briefs = [own_briefs(mediator)[0].public_id for mediator in mediators]
    goes, cannot = (
        lambda n=n: answer_brief(mediators[n], briefs[n], accepts=n == 0) for n in range(2)
    )
    assert at_once(goes, cannot) == [None, None]
    with changing("incidents.changed", officers[1].actor, officers[1].vault(), reference):
        pass
    record = open_case(officers[0].actor, officers[0].vault(), reference).record
    assert [one.response for one in record.interventions] == ["agreed", "refused"]


def test_two_taps_of_a_mediator_at_once_are_one(officers, actor, at_once):
    reference, mediator = three_held(officers[0]), actor("peer", name="Akoth")
    on_duty(mediator)
    ask(officers[0], reference, mediator)
    (brief,) = own_briefs(mediator)
    taps = (
        ("mediation.brief_answered", lambda: answer_brief(mediator, brief.public_id, accepts=True)),
        ("mediation.brief_answered", lambda: say_not_yet(mediator, brief.public_id)),
        (
            "mediation.brief_closed",
            lambda: close_brief(mediator, brief.public_id, [Result("release", "released", 2)]),
        ),
    )
    for action, tap in taps:
        before = entries(action)
        assert at_once(tap, tap) == [None, None]
        assert entries(action) == before + 1
    # The last one deletes what was asked: the second tap finds nothing any more.

    def ends() -> None:
        close_brief(mediator, brief.public_id, [Result("release", "released", 3)])

    assert sorted(type(fault).__name__ for fault in at_once(ends, ends)) == ["NoneType", "NotFound"]


def test_who_gets_a_case_is_rung_though_a_step_was_noted_in_the_same_minute(
    both_engines_app, officers, at_once, monkeypatch
):
    anna, brenda = officers
    night = Night(both_engines_app, monkeypatch)
    for place, (one, phone) in enumerate(
        zip(officers, ("+254712000001", "+254712000002"), strict=True), 1
    ):
        alerts.set_duty(
            SYSTEM, one.actor.public_id, position=place, hours=(), active=True, phone=phone
        )
    reference = three_held(anna)
    assign(reference, anna.actor.public_id, by=anna.actor, vault=anna.vault())
    night.later(1)
    vault = anna.vault()
    faults = at_once(
        lambda: assign(reference, brenda.actor.public_id, by=anna.actor, vault=vault),
        lambda: note_line(anna.actor, vault, reference, CaseLine("released", "p1")),
    )
    assert faults == [None, None]
    owned = opened_box(db.session()).owners[reference]
    db.session.rollback()
    assert owned.account == brenda.actor.public_id
    assert night.later(1) == ["+254712000002"]
    # What she does herself puts off the next ring.
    assign(reference, anna.actor.public_id, by=brenda.actor, vault=brenda.vault())
    note_line(anna.actor, vault, reference, CaseLine("released", "p2"))
    assert night.later(1) == []
