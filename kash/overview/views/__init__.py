"""Pages of the overview, for staff and for funders."""

from kash.overview.views import funder, staff

__all__ = ["funder", "staff"]
