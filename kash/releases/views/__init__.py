"""Pages of releases, one module for each noun."""

from kash.releases.views import plans, printed, put_back, rule

__all__ = ["plans", "printed", "put_back", "rule"]
