"""Connections of the sample: one that is on, and one that waits for a director. Neither address is
anybody's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from kash.connections.queries import connection
from kash.connections.services import (
    ConnectionDetails,
    agree_to_connection,
    record_connection,
    switch_on,
)
from kash.demo.accounts import ADMINISTRATOR, DIRECTOR, MONITORING
from kash.policy import Actor


def connect(actors: Mapping[str, Actor], today: date) -> str:
    """Record two connections, of which a director agrees to the first; its public id."""
    signed = today - timedelta(days=200)
    monitoring, administrator = actors[MONITORING.key], actors[ADMINISTRATOR.key]
    first = record_connection(
        "dhis2",
        ConnectionDetails(
            name="County health information",
            address="https://dhis2.demo.example",
            secret="d2pat_of-the-sample",  # noqa: S106 - nobody's
            processor="Department of Health, County of the sample",
            contract="Agreement on data handling 14/2026",
            contract_on=signed,
            country="Kenya",
            safeguards="Counts only. Read by two officers of the department, deleted after five"
            " years; a breach is told within 48 hours.",
        ),
        by=monitoring,
    )
    agree_to_connection(first, connection(first).row_version, by=actors[DIRECTOR.key])
    switch_on(first, connection(first).row_version, by=monitoring)
    record_connection(
        "dhis2",
        ConnectionDetails(
            name="National figures, trial",
            address="https://trial.demo.example/dhis",
            secret="d2pat_of-the-trial",  # noqa: S106 - nobody's
            processor="Institute of the sample",
            contract="Letter of 3 June",
            contract_on=signed,
            country="Norway",
            safeguards="Standard clauses of the contract; the country has an adequate law.",
        ),
        by=administrator,
    )
    return first
