"""Pages of indicators, one module for each noun."""

from kash.indicators.views import definitions, figures, levels, people, shared, targets

__all__ = ["definitions", "figures", "levels", "people", "shared", "targets"]
