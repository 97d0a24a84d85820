"""Pages of releases, one module for each noun."""

from kash.releases.views import printed, rule

__all__ = ["printed", "rule"]
