"""Forms of tracks."""
