"""Words on what came of a mediation."""

from __future__ import annotations

from flask_babel import gettext as _

from kash.incidents.names import RESULT_NAMES
from kash.incidents.rules.mediation import FOR_PEOPLE
from kash.incidents.rules.parts import Asked, Intervention


def result_text(one: Asked, people: int) -> str:
    """Outcome of one request: "Released: 2 of 3". `people` is for how many it was."""
    words = str(RESULT_NAMES.get(one.result, one.result))
    if one.count is None or one.kind not in FOR_PEOPLE:
        return words
    return _("%(result)s: %(count)s of %(people)s", result=words, count=one.count, people=people)


def results_text(one: Intervention) -> str:
    """Outcomes of all that a mediator was asked for."""
    return ", ".join(
        result_text(request, len(one.persons)) for request in one.asked if request.result
    )
