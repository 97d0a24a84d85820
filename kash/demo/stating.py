"""Statements of the sample: one that was sent to a funder, and one that was frozen for another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from kash.demo.accounts import DIRECTOR, MONITORING
from kash.indicators.rules.periods import quarter_holding
from kash.policy import Actor
from kash.statements.queries.funders import all_funders
from kash.statements.queries.statements import statement
from kash.statements.services.freezing import freeze
from kash.statements.services.sending import approve, propose, send


def state_figures(actors: Mapping[str, Actor], today: date) -> str:
    """Send the last quarter's figures to the first funder, and freeze those of the second; the
    first one's public id."""
    monitoring, last = actors[MONITORING.key], quarter_holding(today).before
    first, second = all_funders()[:2]
    made = freeze(first.public_id, last, monitoring)
    propose(made, monitoring)
    approve(made, statement(made, monitoring).digest, actors[DIRECTOR.key])
    send(made, monitoring)
    freeze(second.public_id, last, monitoring)
    return made
