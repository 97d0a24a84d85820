"""Money: payouts and budgets."""
