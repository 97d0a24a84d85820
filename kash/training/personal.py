"""Columns of this room's tables, sorted by what they hold about a person."""

from __future__ import annotations

from kash.people.erasure import about_things, free_texts

PERSONAL = (
    *free_texts(
        "course_version.returned_because",
    ),
    *about_things(
        course="lineage name audience level",
        course_version=(
            "lineage language made_from public_title summary prerequisites state published_for"
        ),
        material_file="kind sha256",
        module="title lineage made_from",
        plan_row=(
            "kind text seen amount used file rank method to_do to_say said answer stop"
            " source lineage made_from"
        ),
        session_plan=(
            "title why group_size leads room preparation distress_with distress_service"
            " no_electricity low_literacy with_15 with_60 notes lineage made_from"
        ),
    ),
)
