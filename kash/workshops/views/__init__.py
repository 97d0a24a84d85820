"""The pages of a workshop, one module a tab."""

from kash.workshops.views import (
    attendance,
    closing,
    counts,
    documents,
    door,
    heads,
    inbox,
    pads,
    people,
    plan,
    scans,
    sessions,
)

__all__ = [
    "attendance",
    "closing",
    "counts",
    "documents",
    "door",
    "heads",
    "inbox",
    "pads",
    "people",
    "plan",
    "scans",
    "sessions",
]
