"""Chapters of the handbook that tell about budgets."""

from __future__ import annotations

from kash.handbook.places import Chapters
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "budget": {
            Role.TRAINER: "trainer#budget",
            Role.DIRECTOR: "director#budgets",
            Role.MONITORING: "monitoring#budgets",
        },
    }
)
