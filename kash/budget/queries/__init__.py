"""Questions on budgets: of one workshop, and of all in a period."""
