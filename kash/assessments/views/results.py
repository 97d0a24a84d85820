"""Results: gains between two tests, with what they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from kash.assessments import blueprint
from kash.assessments.queries.tests import hands_of, questions_of, sittings, whole_tests
from kash.assessments.rules.results import compared
from kash.assessments.rules.scoring import NOT_SURE
from kash.assessments.rules.times import Moment
from kash.assessments.views.bank import objective_choices
from kash.assessments.views.practice import practice_shown
from kash.assessments.views.scope import seen_workshop
from kash.assessments.words import MOMENT, NOT_SURE_WORDS, SCALE, choices_of, text_of
from kash.platform.web.language import language_code
from kash.policy import allow
from kash.workshops.frame import frame


@dataclass(frozen=True)
class Hands:
    """A question that was read aloud: how many hands for each choice, in words."""

    text: str
    moment: Any
    rows: list[tuple[str, int, bool]]


@blueprint.get("/workshops/<public_id>/tests/results")
@allow("assessments.see")
def results(public_id: str) -> ResponseReturnValue:
    """Gains for each objective and the whole, with their intervals; shifts on scales."""
    found = seen_workshop(public_id)
    tests = whole_tests(found)
    language = language_code()
    texts = {
        asked.revision_id: text_of(value, language)
        for test in tests.values()
        for asked, value in questions_of(test)
    }
    pairs = compared(sittings(found))
    return render_template(
        "assessments/results.html",
        **frame(found),
        **practice_shown(found),
        compared=pairs,
        # Those of the latest pair: before and months later, if it was asked once more.
        practice_gains={one.objective: one.gain for one in pairs[-1].found.objectives}
        if pairs
        else {},
        words=MOMENT,
        objectives=dict(objective_choices(found.version.course)),
        texts=texts,
        scale=SCALE,
        hands=_hands(tests, language),
    )


def _hands(tests: Mapping[Moment, Any], language: str) -> list[Hands]:
    made: list[Hands] = []
    for moment in (one for one in Moment if one in tests):
        counted = hands_of(tests[moment])
        for asked, value in questions_of(tests[moment]):
            hands = counted.get(asked.id)
            if not hands:
                continue
            choices = [*choices_of(value, language), (NOT_SURE, NOT_SURE, str(NOT_SURE_WORDS))]
            rows = [
                (text, hands.get(key, 0), key in value.right)
                for key, _letter, text in choices
                if key != NOT_SURE or hands.get(key)
            ]
            made.append(Hands(text_of(value, language), MOMENT[moment], rows))
    return made
