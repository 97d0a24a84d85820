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
    signed_forms,
    ticked,
    trail,
    transfers,
)
