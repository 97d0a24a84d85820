"""Pages of forums, one module for each thing they show."""

from kash.forums.views import (
    actions,
    attendance,
    decisions,
    live_minutes,
    meetings,
    minutes,
    minutes_life,
    papers,
    progress,
    series,
    templates,
)
