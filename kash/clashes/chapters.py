"""Chapters of the handbook that tell about clashes."""

from __future__ import annotations

from kash.handbook.places import Chapters
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "clashes": {
            Role.TRAINER: "trainer#what-gets-in-the-way",
            Role.DIRECTOR: "director#what-gets-in-the-way",
        },
    }
)
