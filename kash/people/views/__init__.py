"""Pages about people, organisations and groups."""

from kash.people.views import consents, directory, groups, organisations, persons, transfers

__all__ = ["consents", "directory", "groups", "organisations", "persons", "transfers"]
