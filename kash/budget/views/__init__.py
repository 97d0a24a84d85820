"""Pages of budgets."""

from kash.budget.views import overview, workshop

__all__ = ["overview", "workshop"]
