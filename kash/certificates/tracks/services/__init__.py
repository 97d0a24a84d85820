"""Actions on tracks."""
