"""A connection as tests record it, and one that is on."""

from collections.abc import Callable
from datetime import date

from kash.people.connections.queries import connection
from kash.people.connections.services import (
    ConnectionDetails,
    agree_to_connection,
    record_connection,
    switch_on,
)
from kash.policy import Actor

TOKEN = "d2pat_a-token-of-the-other-system"


def entered(**changed: object) -> ConnectionDetails:
    """A connection as entered."""
    given: dict[str, object] = {
        "name": "County figures",
        "address": "https://dhis2.example.org",
        "secret": TOKEN,
        "processor": "County of the lake",
        "contract": "C-7",
        "contract_on": date(2026, 1, 5),
        "country": "Kenya",
        "safeguards": "Counts only, read by two officers.",
    }
    return ConnectionDetails(**(given | changed))  # type: ignore[arg-type]


def switched_on(actor: Callable[..., Actor], kind: str = "dhis2", **changed: object) -> str:
    """A connection of a kind that two people agreed on and that is on; its public id."""
    made = record_connection(kind, entered(**changed), by=actor("monitoring"))
    agree_to_connection(made, connection(made).row_version, by=actor("director"))
    switch_on(made, connection(made).row_version, by=actor("monitoring"))
    return made
