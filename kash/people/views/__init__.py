"""Pages about people, organisations and groups."""

from kash.people.views import (
    consents,
    directory,
    groups,
    minors,
    organisations,
    persons,
    trail,
    transfers,
)

__all__ = [
    "consents",
    "directory",
    "groups",
    "minors",
    "organisations",
    "persons",
    "trail",
    "transfers",
]
