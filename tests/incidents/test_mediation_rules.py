"""Whom to ask, and what of an answer is written into the record."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.incidents.names import REQUEST_NAMES, RESULT_NAMES, WANTED_NAMES
from kash.incidents.rules.consents import CaseConsent, Conflict, Reader, conflict_of
from kash.incidents.rules.mediation import (
    FOR_PEOPLE,
    REQUESTS,
    RESULTS,
    Answer,
    Mediator,
    Result,
    asked,
    events_of,
    is_result,
    may_ask,
    may_be_asked_for,
    may_mediate,
    not_confirmed,
    open_requests,
    runs_out,
    somebody_is_free,
    take_over,
    who_may_be_helped,
)
from kash.incidents.rules.parts import (
    WISHES,
    Asked,
    Filing,
    Information,
    Intervention,
    Party,
    Person,
)
from kash.incidents.rules.record import Record
from kash.people.rules.directory import Stretch

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
STATIONS = ["s1", "s2", "s3"]

readers = st.builds(
    Reader,
    account=st.sampled_from(["a1", "a2", "a3", "a4"]),
    person=st.sampled_from(["", "p1", "p2"]),
    stations=st.frozensets(st.sampled_from(STATIONS)),
    service_numbers=st.frozensets(st.sampled_from(["10234", "010 234", "77"])),
)
mediators = st.lists(
    readers.flatmap(
        lambda reader: st.builds(
            Mediator,
            account=st.just(reader.account),
            stations=st.frozensets(st.sampled_from(STATIONS)),
            spoken=st.just(("sw",)),
            stretches=st.sampled_from([(), (Stretch(480, 1020),)]),
            active=st.booleans(),
            reader=st.just(reader),
        )
    ),
    max_size=6,
)
parties = st.lists(
    st.builds(
        Party,
        id=st.just("x"),
        kind=st.sampled_from(["police", "client"]),
        station=st.sampled_from(["", *STATIONS]),
        service_number=st.sampled_from(["", "10234"]),
        person=st.sampled_from(["", "p1"]),
        account=st.sampled_from(["", "a1"]),
    ),
    max_size=3,
)


@given(mediators, parties, st.sampled_from(["", *STATIONS]), st.integers(0, 10079))
def test_nobody_with_a_part_in_it_is_ever_offered(offered, involved, station, minute):
    record = Record(parties=involved)
    chosen = may_mediate(offered, record, minute, station)
    assert {id(one) for one in chosen} == {
        id(one) for one in offered if one.active and conflict_of(one.reader, record) is None
    }
    # Whoever is at the station comes before whoever is not, and among those who is on duty.
    order = [
        (bool(station) and station not in one.stations, not one.on_duty(minute)) for one in chosen
    ]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({"account": "a1"}, Conflict.NAMED),
        ({"person": "p1"}, Conflict.NAMED),
        ({"service_number": "No 010-234"}, Conflict.NAMED),
        ({"kind": "police", "station": "s1"}, Conflict.STATION),
        ({"account": "a2", "person": "p2", "service_number": "77"}, None),
    ],
)
def test_one_thing_that_is_known_of_a_party_keeps_her_away(known, why):
    reader = Reader(
        account="a1", person="p1", stations=frozenset({"s1"}), service_numbers=frozenset({"10234"})
    )
    record = Record(parties=[Party(id="x", **{"kind": "client"} | known)])
    assert conflict_of(reader, record) is why


@given(readers, parties)
def test_whoever_is_a_party_by_account_person_number_or_station_has_a_conflict(reader, involved):
    numbers = {number.replace(" ", "").lstrip("0") for number in reader.service_numbers}
    named = any(
        (one.account and one.account == reader.account)
        or (one.person and one.person == reader.person)
        or one.service_number in numbers
        for one in involved
    )
    there = any(one.kind == "police" and one.station in reader.stations for one in involved)
    expected = Conflict.NAMED if named else Conflict.STATION if there else None
    assert conflict_of(reader, Record(parties=involved)) is expected


@pytest.mark.parametrize("kept", ["10234", "no 10234", "P/No. 010-234", "No 0 10 234"])
def test_a_service_number_is_the_same_however_it_is_written(kept):
    record = Record(parties=[Party(id="x", service_number="No 010-234")])
    assert conflict_of(Reader("a1", service_numbers=frozenset({kept})), record)
    assert conflict_of(Reader("a1", service_numbers=frozenset({"10235"})), record) is None


def test_whoever_refused_is_not_offered_again():
    one = Mediator("a1", frozenset(), (), reader=Reader("a1"))
    record = Record(interventions=[Intervention(id="i1", mediator="a1", response="refused")])
    assert may_mediate([one], record, 0) == []
    assert may_mediate([one], Record(), 0) == [one]


@given(st.datetimes(timezones=st.just(UTC)))
def test_when_a_brief_ends_tells_the_day_and_no_hour(now):
    if now.year > 9990:
        return
    end = runs_out(now)
    assert (end.hour, end.minute, end.second) == (0, 0, 0)
    assert timedelta(days=7) < end - now <= timedelta(days=8)


@given(mediators, st.sampled_from(["a1", "a2", "p1"]), st.sampled_from(["filer", "source", "hers"]))
def test_whoever_filed_it_told_it_or_suffered_it_is_never_offered(offered, whose, how):
    record = Record()
    if how == "filer":
        record.filing = Filing(how="phone", author=whose)
    elif how == "source":
        record.information = [
            Information(id="i1", account=whose),
            Information(id="i2", person=whose),
        ]
    else:
        record.persons = [Person(id="p1", code="A", person=whose)]
    chosen = may_mediate(offered, record, 0)
    if how != "hers":
        assert whose not in {one.account for one in chosen}
    if how != "filer":
        assert whose not in {one.reader.person for one in chosen}
    assert {id(one) for one in chosen} == {
        id(one) for one in offered if one.active and conflict_of(one.reader, record) is None
    }


def test_an_officer_who_wrote_down_what_she_was_told_works_on():
    record = Record(filing=Filing(how="paper", author="a1"))
    assert conflict_of(Reader("a1"), record) is None


def test_every_request_has_its_names_and_results():
    assert list(REQUESTS) == list(RESULTS) == list(REQUEST_NAMES)
    assert list(WANTED_NAMES) == [*REQUESTS, *(wish for wish in WISHES if wish not in REQUESTS)]
    said = {result for results in RESULTS.values() for result in results}
    assert said | {""} == set(RESULT_NAMES)
    assert all(results[-1] == "none" for results in RESULTS.values())


RESULTS_SAID = st.sampled_from(REQUESTS).flatmap(
    lambda kind: st.builds(
        Result, st.just(kind), st.sampled_from(RESULTS[kind]), st.none() | st.integers(-1, 4)
    )
)


@given(RESULTS_SAID, st.integers(0, 3))
def test_of_how_many_is_said_where_it_is_about_people(one, people):
    counted = one.kind in FOR_PEOPLE and one.result != "none" and people > 1
    fits = one.count is not None and 1 <= one.count <= people if counted else one.count is None
    assert is_result(one, people) == fits
    assert not is_result(Result(one.kind, "whatever"), people)


@given(
    st.lists(st.sampled_from(REQUESTS), unique=True, min_size=1),
    st.sampled_from(["agreed", "refused", "no_answer"]),
    st.booleans(),
    st.data(),
)
def test_a_brief_is_done_with_once_it_has_an_end(requests, response, ended, data):
    record = Record()
    asked(record, "a1", "b1", requests, NOW)
    results = tuple(
        Result(kind, data.draw(st.sampled_from(RESULTS[kind]))) for kind in requests if ended
    )
    done = take_over(record, {"b1": Answer(response, results, NOW, NOW if ended else None)})
    (one,) = record.interventions
    assert (one.response, one.answered_at) == (response, NOW)
    # Each thing that was asked for has its own answer.
    assert [(each.kind, each.result) for each in one.asked] == [
        (each.kind, each.result) for each in results
    ] or [(kind, "") for kind in requests] == [(each.kind, each.result) for each in one.asked]
    over = ended or response != "agreed"
    assert done == (["b1"] if over else [])
    assert one.brief == ("" if over else "b1")
    words = [f"mediator_{response}"] if response != "no_answer" else []
    words += ["mediation_ended"] if ended else []
    told = [(event.what, event.by, event.at, event.about) for event in events_of(record)]
    assert told == [(word, "a1", NOW, "i1") for word in words]
    # What is done with is not asked for again.
    assert take_over(record, {}) == []


@pytest.mark.parametrize(("ended", "result"), [(NOW, ""), (None, RESULTS["release"][0])])
def test_a_mediation_ends_with_a_result_and_a_moment(ended, result):
    answered = Intervention(
        id="i1",
        response="agreed",
        answered_at=NOW,
        ended_at=ended,
        asked=[Asked(kind="release", result=result)],
    )
    record = Record(interventions=[answered])
    assert [event.what for event in events_of(record)] == ["mediator_agreed"]


def three_women() -> Record:
    return Record(
        persons=[
            Person(id=f"p{number}", code=f"P{number}", arrested_at=NOW - timedelta(hours=9))
            for number in (1, 2, 3)
        ]
    )


@given(st.lists(st.sampled_from(["p1", "p2", "p3"]), unique=True, min_size=1), st.integers(1, 3))
def test_two_of_three_released_frees_nobody_by_name_and_three_of_three_frees_all(whom, free):
    record, free = three_women(), min(free, len(whom))
    asked(record, "a1", "b1", ["release"], NOW, whom)
    count = free if len(whom) > 1 else None
    take_over(record, {"b1": Answer("agreed", (Result("release", "released", count),), NOW, NOW)})
    released = {one.id for one in record.persons if one.released_at}
    assert released == (set(whom) if free == len(whom) else set())
    assert somebody_is_free(record) == (free < len(whom))
    for one in record.persons:
        one.released_at = one.released_at or (NOW if one.id in whom[:free] else None)
    assert not somebody_is_free(record)


@pytest.mark.parametrize("persons", [[], ["p1"]])
def test_nobody_is_waited_for_before_anybody_was_let_go(persons):
    record = three_women()
    record.interventions = [
        Intervention(id="i1", persons=persons, asked=[Asked(kind="release", result=result)])
        for result in ("", "refused")
    ]
    assert not somebody_is_free(record)


def test_nobody_written_down_later_is_freed_by_an_answer_that_was_not_about_her():
    record = Record()
    asked(record, "a1", "b1", ["release"], NOW)
    record.persons = three_women().persons
    take_over(record, {"b1": Answer("agreed", (Result("release", "released"),), NOW, NOW)})
    assert [one.released_at for one in record.persons] == [None] * 3
    # An officer is told that she has to write down who it was.
    assert somebody_is_free(record)
    record.persons[1].released_at = NOW
    assert not somebody_is_free(record)


def test_whoever_is_added_after_a_mediator_was_asked_stays_held():
    record = three_women()
    asked(record, "a1", "b1", ["release"], NOW, ["p1", "p2"])
    take_over(record, {"b1": Answer("agreed", (Result("release", "released", 2),), NOW, NOW)})
    assert [one.released_at for one in record.persons] == [NOW, NOW, None]
    assert not somebody_is_free(record)


@pytest.mark.parametrize(
    ("free", "marked", "to_say"), [(2, [None, None], True), (3, [NOW] * 2, False)]
)
def test_two_of_three_are_not_taken_for_all_once_one_is_off_the_record(free, marked, to_say):
    record = three_women()
    asked(record, "a1", "b1", ["release"], NOW, ["p1", "p2", "p3"])
    del record.persons[2]
    take_over(record, {"b1": Answer("agreed", (Result("release", "released", free),), NOW, NOW)})
    assert [one.released_at for one in record.persons] == marked
    assert somebody_is_free(record) == to_say


ANSWERS = st.lists(
    st.builds(
        CaseConsent,
        purpose=st.just("mediation"),
        given=st.booleans(),
        at=st.just(NOW),
        by=st.just("a9"),
        person=st.sampled_from(["", "p1", "p2", "p3"]),
        origin=st.sampled_from(["herself", "not_asked"]),
    ),
    max_size=6,
)


@given(ANSWERS, st.lists(st.sampled_from(["p1", "p2", "p3"]), unique=True))
def test_nobody_is_asked_about_whoever_refused_or_is_free_and_did_not_agree(answers, whom):
    record = three_women()
    record.persons[2].released_at = NOW
    record.consents = answers
    able = {one.id for one in who_may_be_helped(record)}
    agreed = {one for one in ("p1", "p2", "p3") if record.consents_to("mediation", one)}
    for one in ("p1", "p2"):
        says = list(record.answers_to("mediation", one))
        if not says or says[0].origin == "not_asked":
            agreed.add(one)
    assert able == agreed
    # All else waits for her yes.
    for kind in REQUESTS:
        for one in ("p1", "p2", "p3"):
            may = may_be_asked_for(record, one, ["release", kind])
            wanted = record.consents_to("mediation", one) or (kind == "release" and one in able)
            assert may == wanted
    assert may_ask(record) == bool(able)
    assert may_ask(record, whom) == (bool(whom) and set(whom) <= able)


def _said(purpose: str, person: str, *, given: bool, **more: Any) -> CaseConsent:
    return CaseConsent(purpose=purpose, given=given, at=NOW, by="a9", person=person, **more)


def test_what_is_asked_without_her_word_is_marked_until_she_confirms_and_ends_with_her_no():
    record = three_women()
    assert not_confirmed(record) == ["p1", "p2", "p3"]
    record.consents = [
        _said("mediation", "p1", given=True),
        _said("mediation", "p2", given=False),
        # She lets nothing be kept: what nobody agreed to is not begun.
        _said("record", "p3", given=False),
    ]
    assert not_confirmed(record) == []
    assert [one.id for one in who_may_be_helped(record)] == ["p1"]
    # What was left unticked for somebody who could not be asked is no word of hers.
    record.consents = [_said("mediation", "p1", given=False, wish=True, origin="not_asked")]
    assert not_confirmed(record) == ["p1", "p2", "p3"]
    record.consents[0].origin = "told_reporter"
    assert not_confirmed(record) == ["p2", "p3"]


def test_a_release_asked_without_her_word_ends_if_keeping_is_taken_back():
    record = three_women()
    asked(record, "a1", "b1", ["release"], NOW, ["p1"])
    assert open_requests(record) == {"b1": []}
    record.consents = [_said("mediation", "p1", given=True)]
    assert open_requests(record) == {"b1": ["release"]}


def test_with_nobody_on_record_the_release_of_who_is_held_is_asked():
    record = Record(filing=Filing(how="phone", held=True))
    assert (may_ask(record), not_confirmed(record)) == (True, [""])
    record.consents = [_said("mediation", "", given=False)]
    assert (may_ask(record), not_confirmed(record)) == (False, [])
    assert not may_ask(Record(filing=Filing(how="phone")))
