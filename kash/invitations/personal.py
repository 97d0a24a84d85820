"""Columns of this room's tables, sorted by what they hold about a person."""

from __future__ import annotations

from kash.people.erasure import GoesIfNamed, about_things

PERSONAL = (
    GoesIfNamed(
        "sign_up.typed_sealed",
        kind="sign_up.typed",
        emptied={"typed_sealed": None, "state": "declined"},
    ),
    *about_things(
        sign_up="state",
        sign_up_link="kind call token_hash",
    ),
)
