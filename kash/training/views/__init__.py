"""Pages about courses: the catalogue, a version to read, a draft to write, and translations."""

from kash.training.views import courses, outline, sessions, versions

__all__ = ["courses", "outline", "sessions", "versions"]
