"""The rule in plain words: every figure in them is the rule's own, in each language."""

import hashlib
import re
from collections.abc import Mapping
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from kash.figures.releases import rule_texts
from kash.figures.releases.rule_texts import (
    DIGESTS,
    VERSION,
    VERSIONS,
    RuleWordsWereChanged,
    rule_words,
    words_of,
)
from kash.figures.releases.rules.tables import (
    ACTS,
    KNOWN,
    MEDIATION,
    WHO,
    YearPlan,
    as_printed,
    content_odds,
    difference,
    range_of,
    reported_odds,
)

pytestmark = pytest.mark.any_engine
FOLDER = Path(rule_texts.__file__).with_name("rule_words")
LANGUAGES = ("en", "sw")


def _said(language: str, *parts: str) -> str:
    found: Any = rule_words(language)
    for part in parts:
        found = found[part]
    return str(found)


def _figures(text: str) -> list[int]:
    return [int(one) for one in re.findall(r"\d+", text)]


def _likelihood(before: float, odds: float) -> int:
    """A suspicion in per cent after its odds were multiplied, rounded up."""
    after = before / (1 - before) * odds
    return ceil(100 * after / (1 + after))


def test_every_version_that_was_handed_out_is_kept_word_for_word():
    assert [file.stem for file in sorted(FOLDER.glob("*.toml"))] == list(DIGESTS)
    assert list(DIGESTS)[-1] == VERSION
    for version in DIGESTS:
        content = (FOLDER / f"{version}.toml").read_bytes()
        assert hashlib.sha256(content).hexdigest() == DIGESTS[version]
        with pytest.raises(RuleWordsWereChanged):
            words_of(version, content + b" ")


def _shape(said: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _shape(one) if isinstance(one, dict) else "" for key, one in said.items()}


def test_each_language_says_all_of_it_with_the_same_figures():
    assert set(VERSIONS[VERSION]) == set(LANGUAGES)
    english, other = (VERSIONS[VERSION][one] for one in LANGUAGES)
    assert _shape(english) == _shape(other)
    assert _figures(str(english)) == _figures(str(other))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_printed_40_means_is_what_the_dice_make_of_it(language):
    who, acts = KNOWN[WHO], KNOWN[ACTS]
    assert range_of(40, who) == range_of(40, KNOWN[MEDIATION])
    expected = [40, *range_of(40, who), *range_of(40, acts)]
    assert _figures(_said(language, "means", "words")) == expected
    lowest, highest = range_of(None, who)
    assert _figures(_said(language, "means", "few")) == [lowest, highest]
    # The acts' "few" lies within it.
    assert range_of(None, acts)[1] <= highest
    before, near, _again, far = _figures(_said(language, "means", "lines"))
    assert not difference(before, near, who).clear
    assert difference(before, far, who).clear


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_promise_is_no_better_than_what_the_usual_plan_keeps(language):
    plan = [YearPlan(2027, tuple(KNOWN.values()))]
    odds, content = float(reported_odds(plan)), float(content_odds(plan))
    assert _figures(_said(language, "promise", "reported")) == [50, _likelihood(0.5, odds)]
    assert _figures(_said(language, "promise", "content")) == [50, _likelihood(0.5, content)]
    # The picture in front shows the promise that is kept least.
    after = max(_likelihood(0.5, odds), _likelihood(0.5, content))
    assert sorted(_figures(_said(language, "promise", "before"))) == [50, 100]
    assert sorted(_figures(_said(language, "promise", "after"))) == [after, 100]
    assert sorted(_figures(_said(language, "promise", "picture"))) == [50, after, 100, 100]


def _printed_chances(counted: int) -> dict[int | None, float]:
    a, found = 3 / 4, dict[int | None, float]()
    for noise in range(-150, 151):
        said = as_printed(counted + noise, KNOWN[WHO].floor, 1)
        found[said] = found.get(said, 0) + (1 - a) / (1 + a) * a ** abs(noise)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_best_guess_of_who_knows_all_others_is_told_as_it_is(language):
    best = 0.0
    for counted in range(60):
        one, more = _printed_chances(counted), _printed_chances(counted + 1)
        apart = sum(abs(one.get(said, 0) - more.get(said, 0)) for said in {*one, *more}) / 2
        best = max(best, (1 + apart) / 2)
    assert _figures(_said(language, "attacker", "words")) == [round(100 * best), 100, 50]


def test_what_the_dice_mostly_do_is_told_as_it_is():
    a = 3 / 4
    chances = {noise: (1 - a) / (1 + a) * a ** abs(noise) for noise in range(-150, 151)}
    mostly, often = _figures(_said("en", "dice", "words"))[1:]
    assert sum(one for noise, one in chances.items() if abs(noise) <= mostly) > 0.7
    assert 0.05 < sum(one for noise, one in chances.items() if abs(noise) >= often) < 0.15
