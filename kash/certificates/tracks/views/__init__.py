"""Pages of tracks, one module for each noun."""

from kash.certificates.tracks.views import people as many
from kash.certificates.tracks.views import tracks
from kash.certificates.tracks.views import visits as entering

__all__ = ["entering", "many", "tracks"]
