"""Reads of incidents. What is sealed is opened in memory, for the length of one request."""

from kash.incidents.queries.cases import Case, DamagedCase, open_case, open_cases
from kash.incidents.queries.evidence import OpenEvidence, open_evidence
from kash.incidents.queries.mediation import (
    Brief,
    answers_to,
    as_mediators,
    briefs_waiting,
    duties,
    duty,
    duty_listing,
    ended_briefs,
    is_on_duty,
    numbers_of,
    own_brief,
    own_briefs,
    own_duty,
    phone_of,
    police_accounts,
    possible_mediators,
    stretches_of,
)
from kash.incidents.queries.readers import reader_of, readers

__all__ = [
    "Brief",
    "Case",
    "DamagedCase",
    "OpenEvidence",
    "answers_to",
    "as_mediators",
    "briefs_waiting",
    "duties",
    "duty",
    "duty_listing",
    "ended_briefs",
    "is_on_duty",
    "numbers_of",
    "open_case",
    "open_cases",
    "open_evidence",
    "own_brief",
    "own_briefs",
    "own_duty",
    "phone_of",
    "police_accounts",
    "possible_mediators",
    "reader_of",
    "readers",
    "stretches_of",
]
