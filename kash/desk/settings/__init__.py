"""The programme's settings, one module for each thing that can be set."""

from kash.desk.settings import (
    overview,
    paper,
    places,
    programme,
    retention,
    statuses,
    zones,
)

__all__ = ["overview", "paper", "places", "programme", "retention", "statuses", "zones"]
