"""Actions on releases."""
