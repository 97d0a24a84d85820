"""The solver works in a confined child; without an answer nothing leaves."""

import pytest

from kash.figures.statements import services as asking
from kash.figures.statements.rules import (
    COMPLETED,
    HEADCOUNT,
    Contradiction,
    Name,
    Range,
    Remainder,
)
from kash.figures.statements.solving.child import answer_to
from kash.figures.statements.solving.solver import (
    ranges_read,
    ranges_written,
    told_read,
    told_written,
)
from kash.platform.confinement import NoAnswer
from tests.refusals import refuses

TOTAL, AMBER = Name(COMPLETED), Name(COMPLETED, "amber")
FEMALE = Name(COMPLETED, "", (("sex", "female"),))


def test_the_child_answers_what_was_asked_of_each_period():
    found = asking.worked_out(
        {"2026-Q1": {TOTAL: 30, AMBER: None}, "2026-Q2": {TOTAL: 3, AMBER: 4}, "2026-Q3": {}}
    )
    assert found == {
        "2026-Q1": {AMBER: Range(0, 30), Remainder(TOTAL, AMBER): Range(0, 30)},
        "2026-Q2": None,
        "2026-Q3": {},
    }


def test_the_child_chooses_what_to_tell_and_says_when_nothing_can_be():
    assert asking.chosen({}, {TOTAL: 30, AMBER: 2}) == {TOTAL: 30, AMBER: None}
    contradicting = {Name(HEADCOUNT): 5, Name(HEADCOUNT, "amber"): 9}
    question = {"told": told_written(contradicting), "counts": [[TOTAL, 9]]}
    assert answer_to(question) == {"told": None}


def test_a_child_without_an_answer_lets_nothing_leave(monkeypatch):
    def no_answer(*_arguments: object, **_bounds: object) -> bytes:
        raise NoAnswer(late=True)

    monkeypatch.setattr(asking, "answered", no_answer)
    with refuses("The check of these figures did not end, so nothing was sent"):
        asking.worked_out({})
    monkeypatch.setattr(asking, "answered", lambda *_arguments, **_bounds: b'{"told": nul')
    with refuses("The check of these figures did not end, so nothing was sent"):
        asking.chosen({}, {})
    monkeypatch.setattr(asking, "answered", lambda *_arguments, **_bounds: b'{"told": null}')
    with pytest.raises(Contradiction):
        asking.chosen({}, {})


def test_a_letter_to_the_child_says_what_was_written():
    told = {TOTAL: 30, AMBER: None, FEMALE: 7}
    assert told_read(told_written(told)) == told
    ranges = {AMBER: Range(0, None), Remainder(TOTAL, AMBER): Range(1, 9)}
    assert ranges_read(ranges_written(ranges)) == ranges
    assert ranges_read(ranges_written(None)) is None
