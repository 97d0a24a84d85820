"""Pages about people, organisations and groups."""

from kash.people.views import consents, groups, organisations, persons, transfers

__all__ = ["consents", "groups", "organisations", "persons", "transfers"]
