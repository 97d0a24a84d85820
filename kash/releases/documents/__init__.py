"""Papers of releases."""
