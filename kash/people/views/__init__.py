"""Pages about people, organisations and groups."""

from kash.people.views import (
    consents,
    contacts,
    directory,
    duplicates,
    groups,
    lists,
    merging,
    minors,
    organisations,
    persons,
    trail,
    transfers,
)

__all__ = [
    "consents",
    "contacts",
    "directory",
    "duplicates",
    "groups",
    "lists",
    "merging",
    "minors",
    "organisations",
    "persons",
    "trail",
    "transfers",
]
