"""Actions on proposals."""
