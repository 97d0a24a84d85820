"""Whom to ask, and what of an answer is written into the record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.incidents.rules.conflicts import Reader, conflict_of
from kash.incidents.rules.mediation import (
    CLOSING,
    Answer,
    Mediator,
    asked,
    may_mediate,
    runs_out,
    take_over,
)
from kash.incidents.rules.record import Intervention, Party, Record
from kash.people.rules import Stretch

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
def test_nobody_with_a_part_in_it_is_ever_offered(
    offered: list[Mediator], involved: list[Party], station: str, minute: int
) -> None:
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


@pytest.mark.parametrize("kept", ["10234", "no 10234", "P/No. 010-234", "No 0 10 234"])
def test_a_service_number_is_the_same_however_it_is_written(kept: str) -> None:
    record = Record(parties=[Party(id="x", service_number="No 010-234")])
    assert conflict_of(Reader("a1", service_numbers=frozenset({kept})), record)
    assert conflict_of(Reader("a1", service_numbers=frozenset({"10235"})), record) is None


def test_whoever_refused_is_not_offered_again() -> None:
    one = Mediator("a1", frozenset(), (), reader=Reader("a1"))
    record = Record(interventions=[Intervention(id="i1", mediator="a1", response="refused")])
    assert may_mediate([one], record, 0) == []
    assert may_mediate([one], Record(), 0) == [one]


@given(st.datetimes(timezones=st.just(UTC)))
def test_when_a_brief_ends_tells_the_day_and_no_hour(now: datetime) -> None:
    if now.year > 9990:
        return
    end = runs_out(now)
    assert (end.hour, end.minute, end.second) == (0, 0, 0)
    assert timedelta(days=7) < end - now <= timedelta(days=8)


@given(st.sampled_from(["", *CLOSING]), st.sampled_from(["agreed", "refused", "no_answer"]))
def test_a_brief_is_done_with_once_it_has_an_end(result: str, response: str) -> None:
    record = Record()
    asked(record, "a1", "b1", "release", NOW)
    done = take_over(record, {"b1": Answer(response, result, NOW)})
    (one,) = record.interventions
    assert (one.response, one.result, one.answered_at) == (response, result, NOW)
    ended = bool(result) or response != "agreed"
    assert done == (["b1"] if ended else [])
    assert one.brief == ("" if ended else "b1")
    # What is done with is not asked for again.
    assert take_over(record, {}) == []
