"""Services of keys and openings."""
