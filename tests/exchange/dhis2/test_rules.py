"""A push sends changes only, zero is not none, and an answer is believed as far as it speaks."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.exchange.dhis2.rules import (
    SEXES,
    PushOutcome,
    SentValue,
    ValueSlot,
    dhis2_period,
    known_cells,
    lies_there,
    plan,
    read_back,
    read_summary,
    settled,
)
from kash.figures.indicators.rules import Period, read_period

SLOTS = [ValueSlot(f"element000{one}", "", "", "unit0000001") for one in range(4)]
VALUES = st.none() | st.integers(0, 9)
WANTED = st.dictionaries(st.sampled_from(SLOTS), VALUES)
HISTORY = st.lists(
    st.builds(SentValue, st.sampled_from(SLOTS), VALUES, st.sampled_from(sorted(PushOutcome)))
)


@given(WANTED, HISTORY)
def test_after_a_push_that_was_taken_nothing_else_lies_there_and_nothing_is_sent_again(
    wanted, history
):
    planned = plan(wanted, history)
    sent = [SentValue(slot, value, PushOutcome.STORED) for slot, value in planned.values.items()]
    sent += [SentValue(slot, None, PushOutcome.STORED) for slot in planned.withdrawn]
    there = {slot: one for slot, one in lies_there([*history, *sent]).items() if one is not None}
    assert there == {slot: one for slot, one in wanted.items() if one is not None}
    assert plan(wanted, [*history, *sent]).is_empty


def test_zero_goes_and_no_data_withdraws_what_lay_there():
    slot = SLOTS[0]
    assert plan({slot: 0}, []).values == {slot: 0}
    assert plan({slot: None}, []).is_empty
    stored = [SentValue(slot, 0, PushOutcome.STORED)]
    assert plan({slot: 0}, stored).is_empty
    assert plan({slot: None}, stored).withdrawn == (slot,)
    lost = [*stored, SentValue(slot, 3, PushOutcome.UNKNOWN)]
    assert plan({slot: 0}, lost).values == {slot: 0}
    assert plan({slot: 0}, [*stored, SentValue(slot, 3, PushOutcome.REFUSED)]).is_empty


def _said(status: int = 409, count: int = 3, **summary: object) -> list[str]:
    return [one.outcome for one in read_summary(status, json.dumps(summary).encode(), count)]


def test_409_is_read_value_by_value():
    counts = {"imported": 1, "updated": 1, "ignored": 1, "deleted": 0}
    conflict = {"errorCode": "E7610", "value": "Not\nfound", "indexes": [1]}
    mixed = ["stored", "refused", "stored"]
    assert _said(importCount=counts, conflicts=[conflict]) == mixed
    assert _said(response={"importCount": counts, "rejectedIndexes": [1]}) == mixed
    # Who was left out is not said: it is read back.
    assert _said(importCount=counts, conflicts=[{"value": "x"}]) == ["unknown"] * 3
    assert _said(importCount=counts, rejectedIndexes=[0, 1]) == ["unknown"] * 3
    assert _said(importCount={"ignored": 3}, conflicts=[{"value": "x"}]) == ["refused"] * 3
    assert _said(200, importCount={"imported": 3}) == ["stored"] * 3
    assert _said(200, importCount={"imported": 2}) == ["unknown"] * 3
    assert _said(200, importCount={"imported": 3, "ignored": 1}) == ["unknown"] * 3
    assert [_said(status) for status in (401, 404, 302)] == [["not_sent"] * 3] * 3
    assert _said(500, importCount={"imported": 3}) == ["unknown"] * 3
    refused = read_summary(409, json.dumps({"importCount": counts, "conflicts": [conflict]}).encode(), 3)[1]  # fmt: skip # noqa: E501
    assert (refused.code, refused.sentence) == ("E7610", "Not found")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda some: (
        st.lists(some, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["response", "importCount", "imported", "ignored", "conflicts", "indexes",
                 "rejectedIndexes", "dataValues", "value", "period"]
            ),
            some,
            max_size=4,
        )
    ),
    max_leaves=12,
)  # fmt: skip


@given(JSON, st.sampled_from([200, 409, 500]), st.integers(0, 4))
def test_whatever_is_answered_each_value_has_an_outcome(answer, status, count):
    content = json.dumps(answer).encode()
    assert len(read_summary(status, content, count)) == count
    assert len(read_summary(status, content[:-1], count)) == count
    read_back(content, "2026Q3")


def test_what_lies_there_settles_what_no_answer_told():
    one = {"dataElement": "a", "period": "2026", "orgUnit": "u", "value": "5"}
    body = {"dataValues": [{**one, "categoryOptionCombo": "c", "attributeOptionCombo": "d"}]}
    there = read_back(json.dumps(body).encode(), "2026")
    assert there is not None
    assert read_back(json.dumps(body).encode(), "2025") == {}
    for slot, value, outcome in (
        (ValueSlot("a", "", "", "u"), 5, "stored"),
        (ValueSlot("a", "c", "d", "u"), 5, "stored"),
        (ValueSlot("a", "c", "", "u"), 6, "not_sent"),
        (ValueSlot("a", "x", "", "u"), 5, "not_sent"),
        (ValueSlot("a", "", "", "u"), None, "not_sent"),
        (ValueSlot("b", "", "", "u"), None, "stored"),
    ):
        assert settled(slot, value, there).outcome == outcome


def test_only_quarters_and_years_go_and_nothing_about_incidents():
    written = {text: dhis2_period(read_period(text)) for text in ("2026-Q3", "2026")}
    assert written == {"2026-Q3": "2026Q3", "2026": "2026"}
    with pytest.raises(ValueError):
        dhis2_period(Period(date(2026, 1, 1), date(2026, 6, 30)))
    cells = known_cells(("18-24",))
    assert {(one.source, one.indicator) for one in cells} == {
        ("workshops", "workshops_held"),
        ("officers", "people_completed"),
        ("officers", "people_reached"),
        ("officers", "certified"),
        ("officers", "refreshed"),
        ("community", "people_completed"),
    }
    assert len({one.code for one in cells}) == len(cells)
    whole, sexes, band = (), [(("sex", one),) for one in SEXES], ("age_band", "18-24")
    officers = [one.place for one in cells if one.source == "officers"]
    assert sorted(officers) == sorted([whole, *sexes] * 4)
    assert [one.place for one in cells if one.source == "community"] == [
        *(whole, *sexes),
        *((band,), *((*sex, band) for sex in sexes)),
    ]
    # Of the community nothing finer than sex and age of the whole programme.
    assert {name for one in cells for name, _value in one.place} == {"sex", "age_band"}
