"""Services of evaluations: forms made, opened and closed; answers taken."""
