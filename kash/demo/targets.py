"""Targets and definitions of the sample: what is to be reached, one wording of the programme's own,
and one that waits for a director."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from kash.demo.accounts import DIRECTOR, MONITORING
from kash.indicators.rules.keys import IndicatorKey
from kash.indicators.rules.periods import quarter_holding, year
from kash.indicators.services.completions import ask_who_completed
from kash.indicators.services.definitions import (
    DefinitionDetails,
    approve_definition,
    propose_definition,
)
from kash.indicators.services.targets import TargetDetails, add_target
from kash.platform.database import db
from kash.policy import Actor
from kash.workshops.models import Funder

_A_QUARTER = (
    (IndicatorKey.COMPLETED, 24),
    (IndicatorKey.REACHED, 30),
    (IndicatorKey.WORKSHOPS, 3),
    (IndicatorKey.CERTIFIED, 20),
)
_OF_GROUPS = (("A", 12), ("B", 12))


def set_targets(actors: dict[str, Actor], today: date) -> None:
    """Set targets of this quarter, the one before and this year; word what "reached" means."""
    by = actors[MONITORING.key]
    present = quarter_holding(today)
    for period in (present, present.before):
        for key, value in _A_QUARTER:
            add_target(TargetDetails(key, period.text, value), by=by)
    for letter, value in _OF_GROUPS:
        add_target(TargetDetails(IndicatorKey.COMPLETED, present.text, value, group=letter), by=by)
    for key, value in _A_QUARTER:
        add_target(TargetDetails(key, year(today.year).text, 4 * value), by=by)
    funder = db.session.scalar(select(Funder.public_id).order_by(Funder.id).limit(1))
    db.session.rollback()
    if funder is not None:
        add_target(TargetDetails(IndicatorKey.REACHED, present.text, 20, funder=funder), by=by)
    own = propose_definition(
        IndicatorKey.REACHED,
        DefinitionDetails(
            "People reached",
            today,
            "Somebody who looks in for ten minutes was not reached. Agreed with the funders.",
            least_share=25,
        ),
        by=by,
    )
    approve_definition(own, by=actors[DIRECTOR.key])
    propose_definition(
        IndicatorKey.WORKSHOPS,
        DefinitionDetails(
            "Workshops held",
            today,
            "The funders use another word.",
            remark="The funders call these trainings.",
        ),
        by=by,
    )
    # What certificates ask for was set after the first registers had been confirmed.
    ask_who_completed(even_today=True)
