"""Pages of releases, one module for each noun."""

from kash.releases.views import printed

__all__ = ["printed"]
