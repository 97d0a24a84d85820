"""The rule, serials and steps, by their properties."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.certificates.rules.issuing import (
    ALPHABET,
    IssuingRecord,
    Missing,
    Requirement,
    Rule,
    grouped,
    minutes_needed,
    missing_requirements,
    new_serial,
    read_serial,
)
from kash.certificates.rules.steps import BatchStep, allowed_steps

rules = st.builds(Rule, least_share=st.integers(1, 100), name_must_be_confirmed=st.booleans())
totals = st.integers(1, 10_000)
seeds = st.integers(0, 2**32)


def serial_of(seed: int) -> str:
    return new_serial(random.Random(seed).choice)


@given(rules, totals, st.data())
def test_the_hours_that_are_missing_are_just_those_that_are_missing(
    rule: Rule, total: int, data: st.DataObject
) -> None:
    minutes = data.draw(st.integers(0, total))
    missing = missing_requirements(rule, IssuingRecord(minutes, total, name_confirmed=True))
    reaches = 100 * minutes >= rule.least_share * total
    assert (missing == ()) == reaches
    if not reaches:
        (one,) = missing
        assert one.requirement is Requirement.HOURS
        filled = IssuingRecord(one.need, total, name_confirmed=True)
        assert missing_requirements(rule, filled) == ()
        almost = IssuingRecord(one.need - 1, total, name_confirmed=True)
        assert missing_requirements(rule, almost) == (
            Missing(Requirement.HOURS, need=one.need, have=one.need - 1),
        )


@given(rules, totals)
def test_more_hours_never_take_a_certificate_away(rule: Rule, total: int) -> None:
    need = minutes_needed(rule, total)
    assert 0 < need <= total
    assert missing_requirements(rule, IssuingRecord(total, total, name_confirmed=True)) == ()


@given(rules)
def test_a_workshop_without_hours_gives_nobody_a_certificate(rule: Rule) -> None:
    (one,) = missing_requirements(rule, IssuingRecord(0, 0, name_confirmed=True))
    assert one.requirement is Requirement.HOURS


def test_everything_that_is_missing_is_said_at_once() -> None:
    rule = Rule(least_share=80, name_must_be_confirmed=True)
    record = IssuingRecord(60, 600, name_confirmed=False, minor=True, has_certificate=True)
    assert [one.requirement for one in missing_requirements(rule, record)] == [
        Requirement.ADULT,
        Requirement.NOT_YET,
        Requirement.HOURS,
        Requirement.NAME,
    ]


def test_an_unconfirmed_name_counts_only_where_the_rule_says_so() -> None:
    record = IssuingRecord(600, 600, name_confirmed=False)
    assert missing_requirements(Rule(80, name_must_be_confirmed=False), record) == ()
    assert missing_requirements(Rule(80, name_must_be_confirmed=True), record) == (
        Missing(Requirement.NAME),
    )


@given(seeds)
def test_a_serial_reads_back_however_it_is_typed(seed: int) -> None:
    serial = serial_of(seed)
    assert len(serial) == 12
    assert set(serial) <= set(ALPHABET)
    for typed in (serial, grouped(serial), serial.lower(), f"  {grouped(serial)} "):
        assert read_serial(typed) == serial
    misread = serial.replace("1", "I").replace("0", "O")
    assert read_serial(misread) == serial


@given(seeds, st.integers(0, 11), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_found(seed: int, position: int, wrong: str) -> None:
    serial = serial_of(seed)
    typed = serial[:position] + wrong + serial[position + 1 :]
    assert (read_serial(typed) is not None) == (typed == serial)


@given(seeds, st.integers(0, 10))
def test_two_swapped_neighbours_are_found(seed: int, position: int) -> None:
    serial = serial_of(seed)
    swapped = serial[:position] + serial[position + 1] + serial[position] + serial[position + 2 :]
    assert (read_serial(swapped) is not None) == (swapped == serial)


@given(st.text(max_size=60))
def test_no_typed_text_breaks_the_reader(typed: str) -> None:
    read = read_serial(typed)
    assert read is None or len(read) == 12


@pytest.mark.parametrize(
    ("state", "actor", "steps"),
    [
        ("proposed", "one", set()),
        ("proposed", "two", {BatchStep.APPROVE, BatchStep.RETURN}),
        ("approved", "one", {BatchStep.ISSUE, BatchStep.RETURN}),
        ("approved", "two", {BatchStep.ISSUE, BatchStep.RETURN}),
        ("issued", "one", {BatchStep.PRINT}),
        ("returned", "two", set()),
    ],
)
def test_who_may_do_what_next(state: str, actor: str, steps: set[BatchStep]) -> None:
    assert allowed_steps(state, proposed_by="one", actor=actor) == steps
