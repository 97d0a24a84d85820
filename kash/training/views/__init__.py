"""Pages about courses: the catalogue, a version to read, a draft to write, and translations."""

from kash.training.views import courses
from kash.training.views import versions as comparison

__all__ = ["comparison", "courses"]
