"""Pages about people, organisations and groups."""

from kash.people.views import (
    consents,
    directory,
    duplicates,
    groups,
    merging,
    minors,
    organisations,
    persons,
    trail,
    transfers,
)

__all__ = [
    "consents",
    "directory",
    "duplicates",
    "groups",
    "merging",
    "minors",
    "organisations",
    "persons",
    "trail",
    "transfers",
]
from kash.people.views import consents, directory, groups, lists, organisations, persons, transfers

__all__ = ["consents", "directory", "groups", "lists", "organisations", "persons", "transfers"]
