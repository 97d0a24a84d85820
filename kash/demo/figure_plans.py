"""The plan of the next year in the sample, which waits for a director."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from kash.demo.accounts import DOCUMENTATION
from kash.policy import Actor
from kash.releases.rules.proposing import propose
from kash.releases.rules.tables import last_days
from kash.releases.services.plans import PlanDetails, propose_plan

_EXPECTED = 30


def propose_next_figures(actors: Mapping[str, Actor], today: date) -> None:
    """Propose what the next year prints, as the forum wants it."""
    year = today.year + 1
    plan = propose({}, _EXPECTED, year=year)
    details = PlanDetails(
        plan.tables,
        last_days(year),
        _EXPECTED,
        "The forum wants quarters again, and expects about as many reports as before.",
    )
    propose_plan(year, details, by=actors[DOCUMENTATION.key])
