"""Pages of reports to funders."""

from kash.funder_reports.views import reports, writing

__all__ = ["reports", "writing"]
