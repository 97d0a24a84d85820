"""Columns of this room's tables, sorted by what they hold about a person."""

from __future__ import annotations

from kash.people.erasure import about_things, free_texts

PERSONAL = (
    *free_texts("connection.safeguards", "connection.returned_reason"),
    *about_things(
        connection=(
            "kind name address processor contract country settings secret state approved_for"
        ),
    ),
)
