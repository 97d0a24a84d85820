"""Pages of tracks, and of the people on them."""

from kash.certificates.tracks.views import people, tracks

__all__ = ["people", "tracks"]
