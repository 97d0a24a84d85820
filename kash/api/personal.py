"""Columns of this room's tables, sorted by what they hold about a person. Answers that are kept
name operations and no person, and are gone in a day."""

from __future__ import annotations

from kash.people.erasure import about_things, free_texts

PERSONAL = (
    *free_texts("api_token.purpose", "api_token.returned_reason"),
    *about_things(
        api_token="state token_hash approved_for",  # noqa: S106 - names of columns
        api_token_scope="scope",  # noqa: S106
        kept_answer="key digest body",
    ),
)
