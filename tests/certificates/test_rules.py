"""The rule, serials and steps, by their properties."""

import random
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.certificates.rules.issuing import (
    ALPHABET,
    BatchStep,
    IssuingRecord,
    Missing,
    Requirement,
    allowed_steps,
    grouped,
    missing_requirements,
    new_serial,
    read_serial,
)
from kash.certificates.tracks.rules.standing import LeafProgress, next_steps, progress_of
from kash.certificates.tracks.rules.tree import Leaf, all_of

DAY = date(2026, 1, 1)

shares = st.integers(1, 100)
totals = st.integers(1, 10_000)
seeds = st.integers(0, 2**32)


def serial_of(seed: int) -> str:
    return new_serial(random.Random(seed).choice)


def missing(record: IssuingRecord, *, must: bool = True) -> tuple[Missing, ...]:
    return missing_requirements(record, name_must_be_confirmed=must)


def stands(share: int, minutes: int, total: int) -> IssuingRecord:
    """Somebody with a confirmed name who attended so many minutes, before a track of one
    requirement: a share of the workshop's hours."""
    leaf = Leaf.of("workshop", share=share)
    here = {1: (100 * minutes // total, DAY)} if total else {}
    lacking = next_steps(1, all_of(leaf), {leaf: here}, {leaf: share})
    unmet = progress_of(1, lacking, {leaf: here}, {leaf: share})
    return IssuingRecord(minutes, total, name_confirmed=True, unmet=unmet)


@given(shares, totals, st.data())
def test_the_hours_that_are_missing_are_just_those_that_are_missing(share, total, data):
    minutes = data.draw(st.integers(0, total))
    lacks = missing(stands(share, minutes, total))
    reaches = 100 * minutes >= share * total
    assert (lacks == ()) == reaches
    if not reaches:
        (one,) = lacks
        assert (one.requirement, one.have) == (Requirement.TRACK, minutes)
        assert 0 < one.need <= total
        assert missing(stands(share, one.need, total)) == ()
        (almost,) = missing(stands(share, one.need - 1, total))
        assert (almost.need, almost.have) == (one.need, one.need - 1)


@given(shares)
def test_a_workshop_without_hours_gives_nobody_a_certificate(share):
    (one,) = missing(stands(share, 0, 0))
    assert one.requirement is Requirement.TRACK


def test_everything_that_is_missing_is_said_at_once():
    unmet = [LeafProgress(Leaf.of("outreach", count=2), 1, 2, None)]
    record = IssuingRecord(
        60, 600, name_confirmed=False, minor=True, has_certificate=True, unmet=unmet
    )
    assert [(one.requirement, one.need, one.have) for one in missing(record)] == [
        (Requirement.ADULT, 0, 0),
        (Requirement.NOT_YET, 0, 0),
        (Requirement.TRACK, 2, 1),
        (Requirement.NAME, 0, 0),
    ]


def test_no_certificate_tells_of_a_workshop_that_its_holder_did_not_attend():
    fulfilled = IssuingRecord(0, 600, name_confirmed=True)
    assert missing(fulfilled) == (Missing(Requirement.HERE),)
    assert missing(replace(fulfilled, minutes=30)) == ()


def test_nobody_is_eligible_before_anything_is_asked_for():
    record = IssuingRecord(600, 600, name_confirmed=True, asked=False)
    assert missing(record) == (Missing(Requirement.RULE),)


def test_an_unconfirmed_name_counts_only_where_the_rule_says_so():
    record = IssuingRecord(600, 600, name_confirmed=False)
    assert missing(record, must=False) == ()
    assert missing(record) == (Missing(Requirement.NAME),)


@given(seeds)
def test_a_serial_reads_back_however_it_is_typed(seed):
    serial = serial_of(seed)
    assert len(serial) == 12
    assert set(serial) <= set(ALPHABET)
    for typed in (serial, grouped(serial), serial.lower(), f"  {grouped(serial)} "):
        assert read_serial(typed) == serial
    misread = serial.replace("1", "I").replace("0", "O")
    assert read_serial(misread) == serial


@given(seeds, st.integers(0, 11), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_found(seed, position, wrong):
    serial = serial_of(seed)
    typed = serial[:position] + wrong + serial[position + 1 :]
    assert (read_serial(typed) is not None) == (typed == serial)


@given(seeds, st.integers(0, 10))
def test_two_swapped_neighbours_are_found(seed, position):
    serial = serial_of(seed)
    swapped = serial[:position] + serial[position + 1] + serial[position] + serial[position + 2 :]
    assert (read_serial(swapped) is not None) == (swapped == serial)


@given(st.text(max_size=60))
def test_no_typed_text_breaks_the_reader(typed):
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
def test_who_may_do_what_next(state, actor, steps):
    assert allowed_steps(state, proposed_by="one", actor=actor) == steps
