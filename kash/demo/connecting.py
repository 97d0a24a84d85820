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
from kash.demo.accounts import ADMINISTRATOR, DIRECTOR, MONITORING, TRAINER
from kash.kobo.queries import form_of
from kash.kobo.rules.rows import RowKey, Submission
from kash.kobo.services.fetching import keep_rows
from kash.kobo.services.forms import FormDetails, add_form
from kash.people.queries.organisations import groups
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
    _collect(actors, signed)
    return first


def _collect(actors: Mapping[str, Actor], signed: date) -> None:
    """A server of registrations, and a form on it of which two rows were brought in before."""
    made = record_connection(
        "kobo",
        ConnectionDetails(
            name="KoboToolbox of the sample",
            address="https://kobo.demo.example",
            secret="of-the-sample",  # noqa: S106 - nobody's
            processor="Kobo, Inc.",
            contract="Data processing agreement 3/2026",
            contract_on=signed,
            country="Ireland",
            safeguards="Registrations only, deleted there once they are brought in.",
        ),
        by=actors[MONITORING.key],
    )
    agree_to_connection(made, connection(made).row_version, by=actors[DIRECTOR.key])
    switch_on(made, connection(made).row_version, by=actors[MONITORING.key])
    trainer = actors[TRAINER.key]
    community = next(one for one in groups() if not one.is_police)
    form = add_form(
        made, FormDetails("Outreach days", "aOutreachDays1", community.public_id), trainer
    )
    told = (
        {"name": "Sample Zawadi", "ward": "Nyalenda"},
        {"name": "Sample Neema", "ward": "Manyatta"},
    )
    rows = [Submission(RowKey(f"sample-{at}", at), each) for at, each in enumerate(told, 101)]
    keep_rows(form_of(form), rows, ("name", "ward"), trainer)
