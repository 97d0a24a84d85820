"""Pages of statements."""

from kash.statements.views import left, making, reading

__all__ = ["left", "making", "reading"]
