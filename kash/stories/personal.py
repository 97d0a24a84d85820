"""Columns of this room's tables, sorted by what they hold about a person."""

from __future__ import annotations

from kash.people.erasure import about_things, free_texts

PERSONAL = (
    *free_texts(
        "story.title",
        "story.text",
    ),
    *about_things(
        story="language beside_sealed",
    ),
)
