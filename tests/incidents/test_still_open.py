"""What keeps a case open, and how it ended for each person."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kash.incidents.queries import cases
from kash.incidents.rules.casework import Refusal
from kash.incidents.rules.clocks import (
    ENDINGS,
    CourtDays,
    OpenThing,
    clocks_of,
    endings_fit,
    endings_of,
    is_agreed,
    may_be_given_up,
    took_it_back,
    what_is_open,
)
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.filing import Screen, as_bytes, compose
from kash.incidents.rules.parts import (
    Act,
    Asked,
    Filing,
    Hold,
    Intervention,
    Person,
    Referral,
    SearchTry,
    Term,
)
from kash.incidents.rules.record import Record
from kash.incidents.services.second_member import OnHold, StepRefused, take_step
from kash.platform.database import db
from tests.incidents.filed_cases import filed

ZONE, COURTS = ZoneInfo("Africa/Nairobi"), CourtDays()
NOW = datetime(2026, 11, 17, 9, tzinfo=UTC)
TODAY = date(2026, 11, 17)
MAYBE = st.sampled_from([None, NOW, NOW - timedelta(hours=30)])


def open_of(record: Record) -> list[OpenThing]:
    return what_is_open(record, clocks_of(record, ZONE, COURTS))


PERSONS = st.lists(
    st.builds(
        dict,
        arrested_at=MAYBE,
        exposed_at=MAYBE,
        released_at=MAYBE,
        before_court_at=MAYBE,
        not_known_at=MAYBE,
        limits=st.dictionaries(st.sampled_from(["pep", "contraception"]), st.just("late")),
    ),
    max_size=3,
)


@st.composite
def records(draw: Any) -> Record:
    """Cases of any kind, with what may be open in them."""
    persons = [
        Person(id=f"p{number}", code=f"P{number}", **one)
        for number, one in enumerate(draw(PERSONS), 1)
    ]
    ids = [one.id for one in persons]
    some = st.sets(st.sampled_from(ids or ["p1"])).map(sorted)
    whom = st.sampled_from(["", *ids])
    done = st.sampled_from([None, TODAY])
    codes = st.lists(st.sampled_from(["L1", "P6", "F1", "W1"]), max_size=2)
    acts = [
        Act(id=f"a{number}", code=code, persons=draw(some))
        for number, code in enumerate(draw(codes))
    ]
    return Record(
        filing=Filing(held=draw(st.booleans())),
        persons=persons,
        acts=acts,
        interventions=[
            Intervention(
                id="i1",
                persons=draw(some),
                response=draw(st.sampled_from(["waiting", "agreed", "refused", "ended"])),
                ended_at=draw(MAYBE),
            )
        ][: draw(st.integers(0, 1))],
        referrals=[
            Referral(
                id="r1",
                kind="legal",
                person=draw(whom),
                outcome=draw(st.sampled_from(["", "helped"])),
            )
        ][: draw(st.integers(0, 1))],
        terms=[
            Term(
                id="t1",
                kind=draw(st.sampled_from(["release", "return", "pay"])),
                owed_to=draw(whom),
                fulfilled_on=draw(done),
                agreed_on=draw(done),
            )
        ][: draw(st.integers(0, 1))],
    )


def is_free(record: Record, person: Person) -> bool:
    freed = [one.owed_to for one in record.terms if one.kind == "release" and one.fulfilled_on]
    alone = len(record.persons) == 1 and bool(freed)
    return bool(person.released_at) or person.id in freed or alone


def kept_open_by(record: Record) -> tuple[set[str], set[tuple[str, str]], set[str]]:
    """Who is held, whose limits nobody told the end of, and which other kinds of things are open:
    told here from the record alone, in other words than the rule's."""
    held, limits = set(), set()
    acts = [act for act in record.acts if act.code != "W1"]
    for one in record.persons:
        done_to_her = any(one.id in act.persons or not act.persons for act in acts)
        gone = bool(one.not_known_at) or is_free(record, one)
        if (one.arrested_at or record.filing.held or done_to_her) and not gone:
            held.add(one.id)
        if one.arrested_at and not gone and not one.before_court_at:
            limits.add((one.id, "court"))
        if one.exposed_at:
            limits |= {
                (one.id, kind) for kind in ("pep", "contraception") if kind not in one.limits
            }
    kinds = set()
    let_go = any(one.kind == "release" and one.fulfilled_on for one in record.terms)
    if held or (record.filing.held and not record.persons and not let_go):
        kinds.add("held")
    if any(
        one.response in ("waiting", "agreed") and not one.ended_at for one in record.interventions
    ):
        kinds.add("mediator")
    if any(not one.outcome for one in record.referrals):
        kinds.add("referral")
    if any(not one.fulfilled_on for one in record.terms):
        kinds.add("term")
    return held, limits, kinds


@given(records())
def test_nothing_closes_with_somebody_held_a_limit_or_an_open_request(record):
    held, limits, kinds = kept_open_by(record)
    found = open_of(record)
    assert {one.kind for one in found if one.kind != "limit"} == kinds
    assert {person for one in found if one.kind == "held" for person in one.persons} == held
    told = [one for one in found if one.kind == "limit"]
    assert {(person, one.clock) for one in told for person in one.persons} == limits


PARTS = ["held", "limit", "mediator", "referral", "term"]


def finish(record: Record, parts: list[str]) -> Record:
    """Say of these kinds of things what came of them."""
    for one in record.persons:
        if "held" in parts:
            one.released_at = NOW
        if "limit" in parts:
            one.limits = {"pep": "late", "contraception": "late"}
            one.before_court_at = one.before_court_at or NOW
    if "held" in parts and not record.persons:
        record.filing.held = False
    for asked in record.interventions if "mediator" in parts else []:
        asked.ended_at = NOW
    for referral in record.referrals if "referral" in parts else []:
        referral.outcome = "helped"
    for term in record.terms if "term" in parts else []:
        term.fulfilled_on = TODAY
    return record


MAY_END = ["lost_touch", "wants_no_more", *ENDINGS]


def may_end(record: Record, one: Person, ending: str) -> bool:
    """Something on record says that it ended so for her; told in other words than the rule's."""
    if ending == "returned":
        back = [
            term.owed_to for term in record.terms if term.kind == "return" and term.fulfilled_on
        ]
        return bool({"", one.id} & set(back))
    return {
        "released": is_free(record, one),
        "referred": bool({"", one.id} & {referral.person for referral in record.referrals}),
        "court": one.before_court_at is not None,
    }.get(ending, True)


@settings(
    max_examples=max(60, settings().max_examples),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    record=st.builds(
        finish,
        records(),
        st.sampled_from([PARTS, PARTS, *([one for one in PARTS if one != part] for part in PARTS)]),
    ),
    state=st.sampled_from(["verified", "resolved", "resolved"]),
    outcome=st.sampled_from(["settled", "partly_settled", "reached", "duplicate", "withdrawn"]),
    said=st.lists(st.sampled_from(MAY_END), min_size=3, max_size=3),
    silent=st.sampled_from(["", "", "", "p2"]),
    on_hold=st.sampled_from([False, False, False, True]),
)
def test_the_service_closes_a_case_exactly_when_nothing_of_it_is_open(
    member, record, state, outcome, said, silent, on_hold
):
    if on_hold:
        record.holds = [Hold(id="h1", by="x" * 16, at=NOW, reason="Wait.")]
    endings = {
        one.id: ending
        for one, ending in zip(record.persons, said, strict=False)
        if one.id != silent
    }
    _held, limits, kinds = kept_open_by(record)
    agreed = bool(record.terms) and all(one.agreed_on for one in record.terms)
    agreed = agreed and not {"P6", "F1"} & {act.code for act in record.acts}
    fits = {
        "duplicate": True,
        "settled": state == "resolved" and agreed,
        "partly_settled": state == "resolved" and agreed,
        "reached": state == "resolved" and not agreed,
    }.get(outcome, False)
    told = outcome == "duplicate" or all(
        one.id in endings and may_end(record, one, endings[one.id]) for one in record.persons
    )
    why: object = None
    if limits or kinds:
        why = Refusal.STILL_OPEN
    elif not fits:
        why = Refusal.OUTCOME
    elif not told:
        why = Refusal.ENDINGS
    elif on_hold:
        why = OnHold
    reference = filed(record, state)
    refused: object = None
    try:
        take_step(
            reference,
            "close",
            by=member.actor,
            vault=member.vault(),
            outcome=outcome,
            endings=endings,
        )
    except StepRefused as refusal:
        refused = refusal.why
    except OnHold:
        refused = OnHold
    db.session.rollback()
    assert refused == why
    case = cases.open_case(member.actor, member.vault(), reference)
    closing = case.record.closing
    if why:
        assert (case.state, closing.outcome) == (state, "")
    else:
        kept = {} if outcome == "duplicate" else endings
        assert (case.state, closing.outcome, closing.endings) == ("closed", outcome, kept)


def person(**facts: Any) -> Person:
    return Person(id="p1", code="P1", **facts)


@pytest.mark.parametrize(
    ("record", "more"),
    [
        (Record(persons=[person()]), set()),
        (Record(persons=[person(released_at=NOW)]), {"released"}),
        (Record(persons=[person(before_court_at=NOW)]), {"court"}),
        (
            Record(persons=[person()], referrals=[Referral(id="r1", kind="legal", person="p2")]),
            set(),
        ),
        (
            Record(persons=[person()], referrals=[Referral(id="r1", kind="legal", person="p1")]),
            {"referred"},
        ),
        (
            Record(persons=[person()], terms=[Term(id="t1", kind="return", fulfilled_on=TODAY)]),
            {"returned"},
        ),
        (Record(persons=[person()], terms=[Term(id="t1", kind="return")]), set()),
        (
            Record(
                persons=[person()],
                interventions=[
                    Intervention(id="i1", asked=[Asked(kind="return", result="partly")])
                ],
            ),
            {"returned"},
        ),
    ],
)
def test_an_ending_is_what_stands_on_record(record, more):
    always = {"wants_no_more", "lost_touch"}
    assert set(endings_of(record, record.persons[0])) == always | more
    for ending in ENDINGS:
        assert endings_fit(record, {"p1": ending}) == (ending in always | more)
    assert not endings_fit(record, {})
    assert not endings_fit(record, {"p1": "lost_touch", "p2": "lost_touch"})
    assert endings_fit(Record(), {})


def test_nothing_is_agreed_but_what_she_agreed_to_herself():
    assert not is_agreed(Record())
    one, other = Term(id="t1", kind="pay", agreed_on=TODAY), Term(id="t2", kind="pay")
    assert is_agreed(Record(terms=[one]))
    assert not is_agreed(Record(terms=[one, other]))


@pytest.mark.parametrize(
    ("answers", "back"),
    [
        ([], False),
        ([{"given": True}], False),
        ([{"given": True}, {"given": False}], True),
        ([{"given": False}], True),
        ([{"given": False, "origin": "not_asked"}], False),
        ([{"given": False}, {"given": True}], False),
    ],
)
def test_she_took_it_back_only_where_she_did(answers, back):
    consents = [
        CaseConsent(
            purpose="record", at=NOW + timedelta(hours=n), by="a1", person="p1",
            wording="2026-6", **one,
        )
        for n, one in enumerate(answers)
    ]  # fmt: skip
    assert took_it_back(Record(persons=[person()], consents=consents)) is back


@given(st.lists(st.booleans(), max_size=6))
def test_only_tries_since_she_was_last_heard_of_count(heard):
    tries = [SearchTry(at=NOW, by="a1", what="The station", heard=one) for one in heard]
    assert may_be_given_up(person(tries=tries)) is (heard[-2:] == [False, False])


def test_nobody_is_given_up_before_two_tries():
    tries = [SearchTry(at=NOW, by="a1", what="Asked the station") for _ in range(3)]
    assert [may_be_given_up(person(tries=tries[:count])) for count in range(4)] == [
        *(False, False, True, True)
    ]


def test_before_a_court_its_clock_stops_though_she_is_still_held():
    arrested = person(arrested_at=NOW - timedelta(days=9))
    assert [one.kind for one in open_of(Record(persons=[arrested]))] == ["held", "limit"]
    arrested.before_court_at = NOW - timedelta(days=7)
    assert [one.kind for one in open_of(Record(persons=[arrested]))] == ["held"]
    arrested.before_court_at, arrested.not_known_at = None, NOW
    assert open_of(Record(persons=[arrested])) == []


def test_a_day_without_an_hour_counts_from_its_beginning():
    empty = Record(filing=Filing(how="phone", screens={"what": "d1", "when": "d2"}))
    said = {"what": Screen(acts=["L1"]), "when": Screen(day=date(2026, 11, 16))}
    screens = {name: as_bytes(screen) for name, screen in said.items()}
    (arrested,) = compose(empty, screens, ZONE).persons
    assert arrested.arrested_at == datetime(2026, 11, 16, tzinfo=ZONE)
    assert arrested.hours_unknown == ["arrested_at"]
