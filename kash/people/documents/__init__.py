"""Papers of this feature."""
