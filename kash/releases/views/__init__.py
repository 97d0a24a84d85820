"""Pages of releases, one module for each noun."""

from kash.releases.views import plans, printed, rule

__all__ = ["plans", "printed", "rule"]
