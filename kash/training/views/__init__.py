"""Pages about courses: the catalogue, a version to read, a draft to write, and translations."""

from kash.training.views import comparison, courses, outline, sessions, translations, versions

__all__ = ["comparison", "courses", "outline", "sessions", "translations", "versions"]
