"""Records that an older version sealed, and consents with how they are known."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.incidents.rules.case_file import contents, who_agreed
from kash.incidents.rules.clocks import moments_of
from kash.incidents.rules.consents import ORIGINS, PURPOSES, UNASKED, CaseConsent
from kash.incidents.rules.filing import Screen, compose
from kash.incidents.rules.filing import as_bytes as as_screen
from kash.incidents.rules.mediation import somebody_is_free
from kash.incidents.rules.older_records import EDITION, brought_up_to_date, origin_of
from kash.incidents.rules.parts import Filing, Person
from kash.incidents.rules.record import Record, as_bytes, from_bytes
from kash.incidents.rules.totals import Keeps, what_keeps

NOW = "2026-11-20T09:00:00Z"
LATER = "2026-11-20T15:00:00Z"
AUTHOR = "a" * 16


def old(teller: str = "witness", persons: int = 3, **more: Any) -> dict[str, Any]:
    """What the version before sealed of a phone's report that a member had changed since."""
    return {
        "filing": {"how": "phone", "author": AUTHOR, "filed_at": NOW, "colour": "kept"},
        "happening": {"begun_on": "2026-11-20", "arrested_at": NOW, "weather": "rain"},
        "persons": [{"id": f"p{n}", "code": f"P{n}"} for n in range(1, persons + 1)],
        "information": [{"id": "i1", "source": teller}],
        "terms": [{"id": "t1", "kind": "release"}, {"id": "t2", "kind": "pay", "what": "500"}],
        "consents": [
            {"purpose": purpose, "given": True, "at": NOW, "by": AUTHOR} for purpose in PURPOSES
        ],
        "something_new": [1, 2],
        **more,
    }


def read(plain: dict[str, Any]) -> Record:
    return from_bytes(json.dumps(plain).encode().ljust(2000))


def test_a_witnesss_tick_in_an_old_report_is_nobodys_consent():
    record = read(old())
    for person in record.persons:
        holding = [one for one in PURPOSES if record.consents_to(one, person.id)]
        # It is kept all the same: nobody asked that it be deleted.
        assert holding == ["record", "mediation"]
        assert record.is_unasked("mediation", person.id)
    assert who_agreed(record) == []


@pytest.mark.parametrize(
    ("teller", "persons", "origins"),
    [
        ("herself", 1, ["herself"]),
        ("peer", 1, ["told_reporter"]),
        ("witness", 1, ["not_asked"]),
        ("herself", 3, ["not_asked"] * 3),
        ("peer", 2, ["not_asked"] * 2),
    ],
)
def test_an_old_tick_is_hers_only_if_she_was_the_only_one(teller, persons, origins):
    record = read(old(teller, persons))
    assert [one.origin for one in record.consents if one.purpose == "court"] == origins


def test_what_an_officer_noted_before_stays_as_it_is():
    noted = {"purpose": "court", "given": True, "at": LATER, "by": "o", "wording": "2026-6"}
    record = read(old(consents=[*old()["consents"], noted]))
    assert record.consents_to("court")
    assert not record.consents_to("funder")


def test_what_was_wished_for_on_an_old_phone_is_no_longer_printed_as_agreed():
    record = read(old())
    assert record.wanted == ["release"]
    assert [(one.id, one.what) for one in record.terms] == [("t2", "500")]
    kept = {"id": "t1", "kind": "release", "fulfilled_on": "2026-11-21"}
    assert [one.kind for one in read(old(terms=[kept])).terms] == ["release"]


def test_an_old_arrest_belongs_to_each_and_an_old_release_to_whoever_was_alone():
    record = read(old())
    moment = datetime.fromisoformat(NOW)
    assert [one.arrested_at for one in record.persons] == [moment] * 3
    freed = {"id": "i1", "mediator": "m", "request": "release", "response": "agreed"}
    freed |= {"result": "released", "answered_at": LATER}
    record = read(old(persons=1, interventions=[dict(freed)]))
    assert [one.released_at for one in record.persons] == [datetime.fromisoformat(LATER)]
    # Of three nobody said who: none is taken to be free, and somebody is asked to write it down.
    record = read(old(interventions=[dict(freed)]))
    assert [one.released_at for one in record.persons] == [None] * 3
    assert somebody_is_free(record)
    (one,) = record.interventions
    assert [(each.kind, each.result) for each in one.asked] == [("release", "released")]
    assert one.ended_at == datetime.fromisoformat(LATER)
    assert [one.arrested_at for one in read(old(persons=0)).persons] == [moment]


PLAIN = st.builds(
    old,
    st.sampled_from(["herself", "witness", "peer"]),
    st.integers(0, 4),
    wanted=st.lists(st.sampled_from(["pay", "stop"]), unique=True),
    interventions=st.lists(
        st.fixed_dictionaries(
            {"id": st.just("i1"), "request": st.sampled_from(["release", "return"])},
            optional={
                "result": st.sampled_from(["released", "none"]),
                "answered_at": st.just(LATER),
            },
        ),
        max_size=2,
    ),
)


@given(PLAIN)
def test_an_old_record_is_brought_up_once_and_loses_nothing_that_nobody_knows(plain):
    record = read(plain)
    assert record.edition == EDITION
    again = json.loads(as_bytes(record))
    assert brought_up_to_date(json.loads(as_bytes(record))) == again
    assert from_bytes(as_bytes(record)) == record
    assert (again["something_new"], again["happening"]["weather"]) == ([1, 2], "rain")
    assert again["filing"]["colour"] == "kept"
    assert "arrested_at" not in again["happening"]
    assert not any("request" in one or "result" in one for one in again.get("interventions", ()))


# --- How a consent is known ----------------------------------------------------------------------


@given(
    st.sampled_from(["", *ORIGINS]),
    st.sampled_from(["", "herself", "witness", "peer"]),
    st.integers(1, 5),
)
def test_nobody_answers_for_another(said, teller, persons):
    origins = [origin_of(said, teller, number, persons) for number in range(persons)]
    assert "herself" not in origins[1:]
    if said == "not_asked" or (not said and (teller in ("", "witness") or persons > 1)):
        assert set(origins) == {"not_asked"}


@given(st.sampled_from(["", "herself", "witness", "peer"]), st.integers(0, 5), st.integers(1, 3))
def test_a_report_that_was_ticked_to_be_kept_is_kept_though_a_question_was_skipped(
    teller, persons, edition
):
    if edition == 3:
        said = Screen(consents=["record"], count=persons, teller=teller)
        screens = {"next": "n" * 16}
        filed = Filing(how="phone", author=AUTHOR, filed_at=datetime.now(UTC), screens=screens)
        record = compose(Record(filing=filed), {"next": as_screen(said)}, UTC)
    else:
        plain = old(teller, persons)
        if edition == 2:
            origins = {"herself": "herself", "peer": "told_reporter"} if persons <= 1 else {}
            for one in plain["consents"]:
                one["origin"] = origins.get(teller, "not_asked")
            plain["edition"] = 2
        record = read(plain)
    assert what_keeps(record, "submitted") is Keeps.CONSENT


@pytest.mark.parametrize("teller", ["herself", "peer"])
def test_that_she_could_not_be_asked_stays_so_where_somebody_chose_it(teller):
    said = Screen(consents=["record"], teller=teller, origin="not_asked", count=3)
    filed = Filing(how="phone", filed_at=datetime.now(UTC), screens={"next": "n" * 16})
    record = compose(Record(filing=filed), {"next": as_screen(said)}, UTC)
    assert what_keeps(record, "submitted") is None
    plain = old(teller, 1, terms=[]) | {"edition": 2}
    for one in plain["consents"]:
        one["origin"] = "not_asked"
    assert what_keeps(read(plain), "submitted") is None


ANSWERS = st.lists(
    st.builds(
        CaseConsent,
        purpose=st.sampled_from(PURPOSES),
        given=st.booleans(),
        at=st.sampled_from([datetime(2026, 11, day, tzinfo=UTC) for day in (1, 2)]),
        by=st.just(AUTHOR),
        person=st.sampled_from(["", "p1", "p2"]),
        origin=st.sampled_from(ORIGINS),
    ),
    max_size=8,
)


@given(ANSWERS)
def test_on_could_not_be_asked_nothing_holds_but_mediation(answers):
    record = Record(persons=[Person(id="p1", code="A"), Person(id="p2", code="B")])
    record.consents = [one for one in answers if one.origin == "not_asked"]
    assert {one for one in PURPOSES if record.consents_to(one)} <= UNASKED == {"mediation"}
    assert contents(record, ["p1", "p2"], with_narrative=True).persons == []
    marked = record.is_unasked("mediation")
    assert marked == record.consents_to("mediation")


@given(ANSWERS)
def test_that_she_could_not_be_asked_never_outweighs_what_she_said(answers):
    persons = [Person(id="p1", code="A"), Person(id="p2", code="B")]
    hers = [one for one in answers if one.origin != "not_asked"]
    said, whole = Record(persons=persons, consents=hers), Record(persons=persons, consents=answers)
    for person in ("p1", "p2"):
        for purpose in PURPOSES:
            if list(said.answers_to(purpose, person)):
                assert whole.consents_to(purpose, person) == said.consents_to(purpose, person)
                assert not whole.is_unasked(purpose, person)


def test_of_two_answers_of_one_moment_the_last_counts():
    at = datetime(2026, 11, 1, tzinfo=UTC)
    record = Record(
        consents=[
            CaseConsent(purpose="court", given=given, at=at, by="x", wording="2026-6")
            for given in (True, False)
        ]
    )
    assert not record.consents_to("court")
    later = record.consents[0].model_copy(update={"at": at + timedelta(minutes=1)})
    record.consents.insert(0, later)
    assert record.consents_to("court")


# --- edition 3 ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("persons", "owed_to", "becomes"),
    [(1, "", "p1"), (1, "q1", "p1"), (3, "", ""), (3, "p2", "p2")],
)
def test_an_old_release_frees_only_whom_it_can_mean(persons, owed_to, becomes):
    term = {"id": "t1", "kind": "release", "owed_to": owed_to, "fulfilled_on": "2026-11-21"}
    plain = {
        "edition": 2,
        "persons": [
            {"id": f"p{n}", "code": f"P{n}", "arrested_at": NOW} for n in range(1, persons + 1)
        ],
        "terms": [term, {"id": "t2", "kind": "pay", "fulfilled_on": "2026-11-21"}],
    }
    record = read(plain)
    assert [one.owed_to for one in record.terms] == [becomes, ""]
    held = [one.person for one in moments_of(record) if one.arrested_at]
    everybody = [one.id for one in record.persons]
    assert held == [one for one in everybody if one != becomes]
    again = from_bytes(as_bytes(record))
    assert again == record


@pytest.mark.parametrize(
    ("age", "left"), [("under_18", ""), ("25_34", "anna"), ("unknown", "anna")]
)
def test_an_older_case_of_a_child_is_taken_from_the_officer_who_had_it(age, left):
    plain = {
        "edition": 2,
        "persons": [{"id": "p1", "code": "P1", "age_band": age}],
        "assigned_to": "anna",
    }
    record = read(plain)
    assert record.assigned_to == left
    record.assigned_to = "grace"
    assert from_bytes(as_bytes(record)).assigned_to == "grace"
