"""Columns of this room's tables, sorted by what they hold about a person."""

from __future__ import annotations

from kash.people.erasure import Beneath, about_things, free_texts, stays

PERSONAL = (
    Beneath("track_move.enrolment_id", stays(reason="…")),
    *free_texts(
        "track_version.returned_because",
    ),
    *about_things(
        seen_fact="kind about",
        supervision_visit="kind supervisor observed",
        track="name name_sw purpose",
        track_enrolment="batch",
        track_version="tree renewal checklist state published_for",
    ),
)
