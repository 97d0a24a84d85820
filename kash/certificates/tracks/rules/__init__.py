"""Rules of tracks: pure decisions."""
