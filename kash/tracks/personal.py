"""Columns of this room's tables, sorted by what they hold about a person."""

from __future__ import annotations

from kash.people.erasure import GOES, Beneath, OpenedForHer, about_things, free_texts, stays

PERSONAL = (
    Beneath("track_move.enrolment_id", GOES),
    Beneath("supervision_visit.fact_id", stays(fact_id=None)),
    OpenedForHer("supervision_visit.note_sealed", kind="supervision_visit.note"),
    *free_texts(
        "track_version.returned_because",
    ),
    *about_things(
        supervision_visit="kind supervisor",
        track="name name_sw purpose",
        track_version="tree renewal checklist state published_for",
    ),
)
