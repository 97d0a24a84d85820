"""Pages about people, organisations and groups."""

from kash.people.views import persons

__all__ = ["persons"]
