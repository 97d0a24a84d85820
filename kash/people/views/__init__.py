"""Pages about people, organisations and groups."""

from kash.people.views import (
    consents,
    contacts,
    copies,
    directory,
    duplicates,
    erasing,
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
