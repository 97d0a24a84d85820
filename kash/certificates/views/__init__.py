"""Pages of the certificates room, one module for each noun."""

from kash.certificates.views import (
    batches,
    certificates,
    corrections,
    holders,
    paper,
    renewals,
    verification,
    workshop,
)
from kash.certificates.views.joining import join_other_rooms

__all__ = [
    "batches",
    "certificates",
    "corrections",
    "holders",
    "join_other_rooms",
    "paper",
    "renewals",
    "verification",
    "workshop",
]
