"""Pages of skills, one module for each noun."""

from kash.skills.views import matrix, trainers

__all__ = ["matrix", "trainers"]
