"""The programme's settings, one module for each thing that can be set."""

from kash.desk.settings import (
    contacts,
    languages,
    overview,
    paper,
    programme,
    retention,
    statuses,
    zones,
)
