"""Groups, organisations, postings, and the people who take part."""

from kash.people.models.persons import (
    Consent,
    Group,
    Organisation,
    Person,
    Posting,
)

__all__ = [
    "Consent",
    "Group",
    "Organisation",
    "Person",
    "Posting",
]
