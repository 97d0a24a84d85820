"""Columns of this room's tables, sorted by what they hold about a person."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.people.erasure import GOES, about_things, free_texts
from kash.people.references import Reference, joined

_PERSON = "earlier_training.person_id"

PERSONAL = (
    *free_texts("earlier_training.title", "earlier_training.place", "earlier_training.organiser"),
    *about_things(earlier_training="source_key length_unit"),
)
REFERENCES = (
    Reference(
        _PERSON,
        _l("Earlier trainings"),
        joined(_PERSON, ("source_key",), lambda _kept, _gone: {}),
        erased=GOES,
    ),
)
