"""Chapters of the handbook that tell about forums."""

from __future__ import annotations

from kash.handbook.places import OFFICER, Chapters, peers
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "forums": peers(
            "peer-educator#in-a-forum",
            {
                Role.TRAINER: "trainer#forums",
                Role.DIRECTOR: "director#forums",
                Role.MONITORING: "monitoring#how-minutes-are-numbered",
                Role.DOCUMENTATION: f"{OFFICER}#what-you-see",
                Role.CUSTODIAN: f"{OFFICER}#custodians",
            },
        ),
    }
)
