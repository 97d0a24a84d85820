"""Columns of this room's tables, sorted by what they hold about a person."""

from __future__ import annotations

from kash.people.erasure import about_things

PERSONAL = (
    *about_things(
        filing_quota="body",
        incident="state receipt_hash receipt_notes",
        incident_draft="code_hash",
        incident_draft_screen="screen",
        letterbox="body",
        mediation_brief="state note_sealed outcome_sealed",
        mediator_duty="phone_sealed spoken note",
    ),
)
