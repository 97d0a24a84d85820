"""Columns of this room's tables, sorted by what they hold about a person."""

from __future__ import annotations

from kash.people.erasure import FreeText, about_things

PERSONAL = (
    FreeText("evaluation_comment.body", kind="evaluations.comment"),
    *about_things(
        evaluation_box="salt seen body",
        evaluation_count="part option",
        evaluation_form="state public_key",
        evaluation_question="kind texts options",
    ),
)
