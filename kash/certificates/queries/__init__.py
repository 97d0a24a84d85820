"""What is asked about certificates."""

from kash.certificates.queries.issuing import (
    Candidate,
    Waiting,
    any_issued,
    batch_of,
    batches_of,
    candidates,
    certificate,
    certificates_of,
    certificates_of_person,
    certificates_select,
    current_rule,
    find_certificate,
    open_registers,
    rule_versions,
    waiting_for,
    within_reach,
)

__all__ = [
    "Candidate",
    "Waiting",
    "any_issued",
    "batch_of",
    "batches_of",
    "candidates",
    "certificate",
    "certificates_of",
    "certificates_of_person",
    "certificates_select",
    "current_rule",
    "find_certificate",
    "open_registers",
    "rule_versions",
    "waiting_for",
    "within_reach",
]
