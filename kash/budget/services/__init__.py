"""Actions on budgets."""
