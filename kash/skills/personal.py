"""Columns of this room's tables, sorted by what they hold about a person."""

from __future__ import annotations

from kash.people.erasure import about_things, free_texts

PERSONAL = (
    *free_texts(
        "skill_deferral.because",
        "trainer_skill.note",
        "trainer_skill.ended_because",
    ),
    *about_things(
        trainer_skill="level evidence workshops ended_how",
    ),
)
