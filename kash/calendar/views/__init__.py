"""Pages of the calendar."""

from kash.calendar.views import months, moving

__all__ = ["months", "moving"]
