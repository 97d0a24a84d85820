"""The four levels on one page: reaction, learning, behaviour, results."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from kash.assessments.words import OFTEN, TELLER
from kash.evaluations.rules.results import FEWEST
from kash.feature import declared
from kash.indicators import blueprint
from kash.indicators.asked import figures_asked
from kash.indicators.queries.levels import course_gains, course_practice, reactions
from kash.indicators.results import ShowsResults
from kash.platform.web import current_actor
from kash.policy import allow


@blueprint.get("/levels")
@allow("indicators.see")
def levels() -> ResponseReturnValue:
    """The four levels of a period: reaction, learning, behaviour and results."""
    asked = figures_asked()
    if asked.problem is not None:
        return render_template("indicators/no_period.html", asked=asked), asked.problem.status
    return render_template(
        "indicators/levels.html",
        asked=asked,
        reactions=reactions(asked.period, current_actor().language, asked.funder),
        gains=course_gains(asked.period, asked.funder),
        practice=course_practice(asked.period, asked.funder),
        results=[
            table for part in declared(ShowsResults) for table in part.read(asked.period.last)
        ],
        fewest=FEWEST,
        often=OFTEN,
        tellers=TELLER,
    )
