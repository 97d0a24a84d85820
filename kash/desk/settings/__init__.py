"""The programme's settings, one module for each thing that can be set."""

from kash.desk.settings import (
    court_days,
    languages,
    overview,
    paper,
    places,
    programme,
    retention,
    statuses,
    zones,
)

__all__ = [
    "court_days",
    "languages",
    "overview",
    "paper",
    "places",
    "programme",
    "retention",
    "statuses",
    "zones",
]
