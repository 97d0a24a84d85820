"""Pages of tracks, one module for each noun."""

from kash.tracks.views import entering, people, tracks, versions

__all__ = ["entering", "people", "tracks", "versions"]
