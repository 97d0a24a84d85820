"""Whoever is told of everyone beforehand answers as if everyone had been compared."""

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kash.people.rules.duplicates import Candidates, Known, Likeness, sound
from kash.people.rules.persons import sort_name
from tests.people.crowd import disturbed, people

_WORDS = ("ng", "ang", "a", "nganga", "Ng’ang’a", "otieno", "atieno", "odhi", "ambo", "odhiambo")
_MORE = ("o", "oo", "Miss", "pc", "ph", "f", "x-ray", "wekesa", "wekeza", "mary_jane", "ßa")
_name = st.lists(st.sampled_from(_WORDS + _MORE), min_size=1, max_size=4).map(" ".join)
_some = st.builds(
    Likeness,
    key=st.just(""),
    group=st.sampled_from(("police", "community")),
    name=_name.map(sort_name),
    reference=st.sampled_from(("", "F/90123", "90123", "K-7", "k7", "7", "abß", "abss", "B 12")),
    phones=st.sampled_from((frozenset(), frozenset({"one"}), frozenset({"two"}))),
    station=st.sampled_from(("", "north", "south")),
    ward=st.sampled_from(("", "kondele", "obunga")),
    birth_year=st.sampled_from((None, 1990, 1991, 1999)),
    sex=st.sampled_from(("", "female", "male")),
)


def told(everyone: list[Likeness], asked: list[Likeness]) -> Known:
    """Only those whom the rule lets through, as the database is asked for them."""
    candidates = Candidates(asked)
    some = []
    for each in everyone:
        if each.name_only:
            may = candidates.may_match(each.group, each.name)
        else:
            may = candidates.may_match(
                each.group, each.name, each.reference, each.station, each.ward, each.birth_year
            )
        if may or not each.phones.isdisjoint(candidates.phones):
            some.append(each)
    return Known(some, everyone=candidates.everyone, sounds=candidates.sounds)


def asked_of(known: Known, asked: list[Likeness]) -> list[object]:
    """What is answered of each, one after the other, each known to the next."""
    answers: list[object] = []
    for number, each in enumerate(asked):
        answers.append(known.matches(each))
        known.add(replace(each, key=f"row-{number}"))
    return answers


@given(st.lists(_some, max_size=25), st.lists(_some, min_size=1, max_size=4))
def test_candidates_are_enough(everyone, asked):
    everyone = [replace(each, key=f"p{number}") for number, each in enumerate(everyone)]
    assert asked_of(told(everyone, asked), asked) == asked_of(Known(everyone), asked)


def test_of_a_crowd_few_are_candidates_and_the_answers_are_the_same():
    chance = random.Random(7)
    crowd = people(3_000, chance)
    everyone = [each.likeness for each in crowd]
    # Of every third only name and group are known, as of whom the actor does not reach.
    everyone[::3] = [
        Likeness(key=each.key, group=each.group, name=each.name) for each in everyone[::3]
    ]
    some = chance.sample(crowd, 40)
    asked = [disturbed(each, chance).likeness for each in some]
    few = told(everyone, asked)
    assert 0 < len(few) < len(everyone) / 3
    answers = asked_of(few, asked)
    assert answers == asked_of(Known(everyone), asked)
    assert sum(bool(each) for each in answers) >= 20


def test_everyone_is_counted_whoever_passes():
    candidates = Candidates([Likeness("", "police", "otieno wekesa")])
    passed = [
        candidates.may_match("police", name)
        for name in ("juma omari", "otieno juma", "wekesa atieno otieno")
    ]
    assert passed == [False, False, True]
    assert candidates.everyone == 3
    assert candidates.sounds == {sound("otieno"): 2, sound("wekesa"): 1}


def test_only_stations_that_are_known_are_asked_about():
    asked = [
        Likeness(key=name, group="police", name=name, station=station)
        for name, station in (("amani", "north"), ("baraka", ""))
    ]
    assert Candidates(asked).stations == {"north"}
