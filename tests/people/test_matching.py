"""Who may be the same person: names, facts, and a crowd with some people written twice."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.people.rules.duplicates import (
    Known,
    Likeness,
    Reason,
    blocks_of,
    compare_names,
    name_parts,
    reference_key,
    sound,
)
from kash.people.rules.persons import sort_name
from tests.people.crowd import disturbed, known_well, people
from tests.profile import usual_or_long


def like(name: str, key: str = "asked", **facts: object) -> Likeness:
    made = Likeness(key=key, group="police", name=sort_name(name))
    return replace(made, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other", "same", "similar"),
    [
        ("Otieno Wekesa", "Wekesa Otieno", True, True),
        ("Ng'ang'a Wanjiru", "Ng ang a Wanjiru", True, True),
        ("Ng’ang’a", "Nganga", True, True),
        ("Sgt. Otieno Wekesa", "Otieno Wekesa", True, True),
        ("O. Wekesa", "Wekesa Otieno", False, True),
        ("Wekkesa Otieno", "Wekesa Otieno", False, True),
        ("Catherine", "Katherine", False, True),
        ("Otieno Wekesa", "Otieno Barasa", False, False),
        ("Achieng", "Ochieng", False, False),
        ("O.", "Otieno", False, False),
    ],
)
def test_names_are_compared_part_by_part(one, other, same, similar):
    for first, second in ((one, other), (other, one)):
        found = compare_names(name_parts(sort_name(first)), name_parts(sort_name(second)))
        assert (found.same, found.similar) == (same, similar)


def test_a_number_with_a_like_name_is_certain():
    known = Known([like("Otieno Wekesa", "one", reference="F/90123")])
    (match,) = known.matches(like("O. Wekesa", reference="90123"))
    assert (match.key, match.certain, match.reasons[0]) == ("one", True, Reason.SAME_REFERENCE)
    (doubtful,) = known.matches(like("Mary Barasa", reference="90123"))
    assert not doubtful.certain
    assert Reason.OTHER_NAME in doubtful.reasons
    assert known.matches(like("Mary Barasa", reference="90123", group="community")) == []


def test_a_phone_is_certain_only_with_a_like_name():
    phone = frozenset({"hash"})
    known = Known([like("Asha Mfano", "one", phones=phone)])
    assert [match.certain for match in known.matches(like("Mfano Asha", phones=phone))] == [True]
    (other,) = known.matches(like("Baraka Juma", phones=phone))
    assert (other.certain, other.reasons) == (False, (Reason.SAME_PHONE, Reason.OTHER_NAME))


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"reference": "90124"}, Reason.OTHER_REFERENCE),
        ({"birth_year": 1961}, Reason.OTHER_BIRTH_YEAR),
        ({"sex": "male"}, Reason.OTHER_SEX),
    ],
)
def test_what_speaks_against_it_lowers_the_score(facts, reason):
    phone = frozenset({"hash"})
    asked = like("Asha Mfano Juma", phones=phone, birth_year=1990, sex="female", reference="90123")
    known = Known([replace(asked, key="one")])
    (sure,) = known.matches(asked)
    (less,) = known.matches(replace(asked, **facts))  # type: ignore[arg-type]
    assert less.score <= sure.score
    assert (sure.certain, less.certain) == (True, False)
    assert reason in less.reasons


def test_an_alias_with_another_code_is_another_person():
    known = Known([like("Ochieng", "one", reference="KSM-014", station="dawn")])
    assert known.matches(like("Ochieng", reference="KSM-015", station="dawn")) == []


def test_nobody_matches_herself_or_whom_she_is_not():
    known = Known([like("Otieno Wekesa Juma", key, station="s") for key in ("one", "two")])
    asked = like("Otieno Wekesa Juma", "one", station="s")
    assert [match.key for match in known.matches(asked)] == ["two"]
    assert known.matches(asked, excluding={"two"}) == []


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=12))
def test_nothing_that_is_written_breaks_it(one, other, reference):
    known = Known([like(one, "one", reference=reference, station="s", birth_year=1990)])
    for match in known.matches(like(other, reference=reference, station="s", birth_year=1990)):
        assert 0 <= match.score <= 100
    assert reference_key(reference_key(reference)) == reference_key(reference)


def test_those_written_twice_are_found_among_thousands():
    chance = random.Random(1)
    crowd = people(usual_or_long(8_000, 20_000), chance)
    well_known = [one for one in crowd if known_well(one)]
    copies = [
        disturbed(one, chance) for one in chance.sample(well_known, usual_or_long(400, 1_000))
    ]
    twice = {frozenset((copy.key, copy.key.removesuffix(" again"))) for copy in copies}
    rows = crowd + copies
    chance.shuffle(rows)
    known = Known()
    found, certain = set(), set()
    for row in rows:
        for match in known.matches(row.likeness):
            pair = frozenset((row.key, match.key))
            found.add(pair)
            if match.certain:
                certain.add(pair)
        known.add(row.likeness)
    assert len(found & twice) >= 0.97 * len(twice)
    assert len(found & twice) >= 0.95 * len(found)
    assert certain <= twice


def test_records_meet_in_blocks_of_what_they_share():
    her = Likeness(key="a", group="g", name="otieno akinyi b", phones=frozenset({"p"}))
    first, second = sorted((sound("otieno"), sound("akinyi")))
    assert set(blocks_of(her)) == {("phone", "p"), ("names", "g", first, second)}
    more = replace(her, phones=frozenset(), station="s", ward="w", birth_year=1990)
    assert set(blocks_of(more)) == {
        ("names", "g", first, second),
        *(("station", "s", part) for part in (first, second, "oti", "aki")),
        *(("born", "1990", part) for part in (first, second)),
        *(("ward", "w", part) for part in (first, second)),
    }
