"""Actions on series."""
