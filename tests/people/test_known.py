"""Passing over whom nothing could make a match leaves nobody out, however common the names are."""

import math
import random
from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kash.people.rules.duplicates import (
    DOUBTFUL,
    Known,
    Likeness,
    blocks_of,
    compare_facts,
    compare_names,
    record_of,
    sound,
)
from kash.people.rules.persons import sort_name
from tests.people.crowd import common, disturbed
from tests.profile import usual_or_long

_GIVEN = ("mary", "john", "grace", "o")
_FAMILY = ("otieno", "otiano", "achieng", "odhi ambo", "odhiambo")
_name = st.tuples(st.sampled_from(_GIVEN), st.sampled_from(_FAMILY)).map(" ".join)
_some = st.builds(
    Likeness,
    key=st.just(""),
    group=st.sampled_from(("police", "community")),
    name=_name.map(sort_name),
    reference=st.sampled_from(("", "", "K-7", "K-8")),
    phones=st.sampled_from((frozenset(), frozenset({"one"}))),
    station=st.sampled_from(("", "north", "south")),
    ward=st.sampled_from(("", "kondele")),
    birth_year=st.sampled_from((None, 1990, 1991)),
    sex=st.sampled_from(("", "female", "male")),
    age_band=st.sampled_from(("", "25-34", "35-44")),
)


def compared_with_everybody(everyone: list[Likeness], asked: Likeness) -> dict[str, int]:
    """{key: score} of everyone who shares a block and is worth a look, each compared by itself."""
    records = [record_of(each) for each in everyone]
    often = Counter(one for each in records for one in {sound(part) for part in each.parts})
    one, many = record_of(asked), len(everyone)
    shared = set(blocks_of(asked))
    found = {}
    for record in records:
        other = record.likeness
        if shared.isdisjoint(blocks_of(other)):
            continue
        names = compare_names(one.parts, record.parts)
        both = min(names.left, names.right)
        bits = -6.0 * both - 1.5 * (max(names.left, names.right) - both)
        for part, sure in names.shared:
            bits += sure * min(9.0, math.log2((many + 500) / (often[sound(part)] + 2)))
        facts = compare_facts(one, record)
        score = round(100 / (1 + 2 ** -(bits + facts.bits - math.log2(many + 500) - 4.5)))
        if facts.same_reference:
            score = max(score, 60)
        elif facts.same_phone and not facts.against:
            score = max(score, 45)
        elif facts.same_phone and names.similar:
            score = max(score, DOUBTFUL)
        bare = asked.group == other.group and (asked.name_only or other.name_only)
        if names.same and len(record.parts) > 1 and bare:
            score = max(score, DOUBTFUL)
        if score >= DOUBTFUL:
            found[other.key] = score
    return found


@given(st.lists(_some, max_size=40), st.lists(_some, min_size=1, max_size=4), st.booleans())
def test_nobody_is_missed_whom_comparing_with_everybody_finds(everyone, asked, many):
    everyone = [
        replace(each, key=f"p{number}")
        for number, each in enumerate(everyone * (20 if many else 1))
    ]
    known = Known(everyone)
    for each in asked:
        found = {match.key: match.score for match in known.matches(each)}
        assert found == compared_with_everybody(everyone, each)


def test_nobody_of_a_common_name_is_missed():
    chance = random.Random(5)
    crowd = common(3_000, chance)
    # Of every fourth only name and group are known, as of whom the actor does not reach.
    everyone = [
        each.likeness
        if number % 4
        else Likeness(key=each.key, group=each.facts.group, name=each.likeness.name)
        for number, each in enumerate(crowd)
    ]
    known = Known(everyone)
    found_at_all, looked_for = 0, usual_or_long(20, 60)
    for each in chance.sample(crowd, looked_for):
        for asked in (each.likeness, disturbed(each, chance).likeness):
            asked = replace(asked, key="asked")
            found = {match.key: match.score for match in known.matches(asked)}
            assert found == compared_with_everybody(everyone, asked)
            found_at_all += bool(found)
    assert found_at_all > looked_for


def test_a_block_of_very_many_hides_nobody():
    known = Known(
        Likeness(key=f"p{number}", group="community", name="mary otieno", ward="kondele")
        for number in range(2_500)
    )
    known.add(
        Likeness("she", "community", "grace otieno", ward="kondele", birth_year=1990, station="s")
    )
    asked = Likeness("", "community", "grace otieno", ward="kondele", birth_year=1990, station="s")
    assert [match.key for match in known.matches(asked)] == ["she"]


def test_each_who_is_counted_weighs_once():
    people = [
        Likeness(str(number), "police", sort_name(name))
        for number, name in enumerate(("Mary Otieno", "Grace Otieno"))
    ]
    known = Known()
    known.weigh_by(10, {sound("otieno"): 3})
    known.count(people)
    assert known.everyone == 12
    assert known.sounds[sound("otieno")] == 5


def test_whoever_is_added_is_weighed_by_once():
    known = Known([])
    somebody = Likeness(key="p1", group="g", name="Amani Mfano")
    known.add(somebody)
    assert (known.everyone, set(known.sounds.values())) == (1, {1})
    known.add(replace(somebody, key="p2"), counted=True)
    assert (known.everyone, set(known.sounds.values())) == (1, {1})
