"""Columns of this room's tables, sorted by what they hold about a person."""

from __future__ import annotations

from kash.people.erasure import about_things, free_texts

PERSONAL = (
    *free_texts(
        "release_plan.forum_decision",
        "release_plan.returned_reason",
        "release_note.text",
        "release_recovery.reason",
        "release_recovery.returned_reason",
    ),
    *about_things(
        release="table_key lines",
        release_recovery="kind code state approved_for",
        release_plan="tables windows digest state approved_for",
    ),
)
