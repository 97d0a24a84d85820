"""In which language a person's consent form is printed."""

from __future__ import annotations

from kash.people.models import Person
from kash.platform.web.language import programme_languages


def form_language(person: Person) -> tuple[str, bool]:
    """In which language a person's form is printed, and whether it is her own.

    A language that the programme doesn't have gives way to its usual one.
    """
    offered = programme_languages()
    if person.language in offered:
        return person.language, True
    return offered[0], not person.language
