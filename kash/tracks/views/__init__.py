"""Pages of tracks, one module for each noun."""

from kash.tracks.views import entering, many, people, tracks, versions, visits

__all__ = ["entering", "many", "people", "tracks", "versions", "visits"]
