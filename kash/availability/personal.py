"""Columns of this room's tables, sorted by what they hold about a person."""

from __future__ import annotations

from kash.people.erasure import FreeText, about_things, free_texts

PERSONAL = (
    *free_texts(
        "venue_block.reason",
    ),
    FreeText("absence.note_sealed", kind="absence.note"),
    *about_things(
        absence="kind",
        teaching_days="weekdays",
    ),
)
