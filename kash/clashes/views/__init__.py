"""Pages of clashes."""

from kash.clashes.views import overview, people, rules

__all__ = ["overview", "people", "rules"]
