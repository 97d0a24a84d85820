"""Chapters of the handbook that tell about the overview."""

from __future__ import annotations

from kash.handbook.places import Chapters
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "overview": {
            Role.DIRECTOR: "director#reports",
            Role.TRAINER: "trainer#reports",
            Role.MONITORING: "monitoring#reports",
        },
        "overview.own": {Role.FUNDER: "figures#what-a-funder-is-sent"},
    }
)
