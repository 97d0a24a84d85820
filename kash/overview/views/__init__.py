"""Pages of the overview, for staff and for funders."""

from kash.overview.views import staff

__all__ = ["staff"]
