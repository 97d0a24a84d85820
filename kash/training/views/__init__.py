"""Pages about courses: the catalogue, a version to read, a draft to write, and translations."""

from kash.training.views import (
    comparison,
    course_files,
    courses,
    materials,
    outline,
    sessions,
    translations,
    versions,
)

__all__ = [
    "comparison",
    "course_files",
    "courses",
    "materials",
    "outline",
    "sessions",
    "translations",
    "versions",
]
