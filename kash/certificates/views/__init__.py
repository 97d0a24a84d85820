"""Pages of the certificates room, one module for each noun."""

from kash.certificates.views import (
    badges,
    batches,
    certificates,
    corrections,
    designs,
    holders,
    keys,
    paper,
    pictures,
    published,
    renewals,
    verification,
    workshop,
)
from kash.certificates.views.joining import join_other_rooms
from kash.certificates.views.verification import join_verification

__all__ = [
    "badges",
    "batches",
    "certificates",
    "corrections",
    "designs",
    "holders",
    "join_other_rooms",
    "join_verification",
    "keys",
    "paper",
    "pictures",
    "published",
    "renewals",
    "verification",
    "workshop",
]
