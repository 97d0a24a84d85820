"""Tokens of the sample for a program of others: one that is in use, one that waits for a second
person, one that waits to be fetched. Nobody knows the first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from kash.api.scopes import KIND
from kash.api.services.tokens import TokenRequest, agree_to_token, ask_for_token, fetch_token
from kash.connections.queries import connection
from kash.connections.services import (
    ConnectionDetails,
    agree_to_connection,
    record_connection,
    switch_on,
)
from kash.demo.accounts import ADMINISTRATOR, DIRECTOR, MONITORING, TRAINER
from kash.policy import Actor


def let_programs_in(actors: Mapping[str, Actor], today: date) -> None:
    """Record and agree to a connection for programs, and ask for its tokens."""
    director, monitoring = actors[DIRECTOR.key], actors[MONITORING.key]
    register = record_connection(
        KIND,
        ConnectionDetails(
            name="County training register",
            processor="Department of Health, County of the sample",
            contract="Agreement on data handling 15/2026",
            contract_on=today - timedelta(days=120),
            country="Kenya",
            safeguards="Read by the register's own server, over a protected line. Numbers only; no"
            " names. Deleted after two years.",
        ),
        by=monitoring,
    )
    agree_to_connection(register, connection(register).row_version, by=director)
    switch_on(register, connection(register).row_version, by=monitoring)

    def ask(by: Actor, purpose: str, *scopes: str) -> str:
        return ask_for_token(TokenRequest(register, purpose, scopes, 180), by=by)

    in_use = ask(
        monitoring,
        "The county's register of training, each night",
        "workshops.read",
        "certificates.read",
    )
    agree_to_token(in_use, by=director)
    fetch_token(in_use, by=monitoring)
    tablet = ask(
        actors[TRAINER.key],
        "Marks from the tablets of the county's hall",
        "attendance.read",
        "attendance.mark",
    )
    agree_to_token(tablet, by=actors[ADMINISTRATOR.key])
    ask(monitoring, "Who was trained, by station", "people.read", "attendance.read")
