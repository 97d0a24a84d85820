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
    rule,
    verification,
    workshop,
)
