"""Pages of quarters, one module for each noun."""

from kash.quarters.views import lines, needs, proposals

__all__ = ["lines", "needs", "proposals"]
