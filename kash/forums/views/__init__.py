"""Pages of forums, one module for each thing they show."""

from kash.forums.views import (
    actions,
    attendance,
    decided,
    decisions,
    live_minutes,
    meetings,
    minutes,
    minutes_life,
    papers,
    presence,
    progress,
    series,
    signed_copies,
    templates,
    terms,
    year,
)
