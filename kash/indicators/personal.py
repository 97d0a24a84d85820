"""Columns of this room's tables, sorted by what they hold about a person."""

from __future__ import annotations

from kash.people.erasure import about_things, free_texts

PERSONAL = (
    *free_texts(
        "indicator_definition.because",
        "indicator_definition.returned_reason",
    ),
    *about_things(
        indicator_definition="key title text state approved_for",
        indicator_target="key period",
    ),
)
