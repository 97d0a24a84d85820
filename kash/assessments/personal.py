"""Columns of this room's tables, sorted by what they hold about a person."""

from __future__ import annotations

from kash.people.erasure import OpenedForHer, about_things

PERSONAL = (
    OpenedForHer("answer.text_sealed", kind="assessments.answer"),
    OpenedForHer("practice_answer.text_sealed", kind="assessments.practice"),
    *about_things(
        answer="op_id chosen source device",
        hand_count="choice",
        practice_answer="told_by objective often op_id",
        question="lineage objective kind",
        question_revision="language texts options made_from",
        workshop_test="moment hall_code",
    ),
)
