"""Chapters of the handbook that tell about payouts."""

from __future__ import annotations

from kash.handbook.places import Chapters, peers
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "payouts": peers(
            "peer-educator#your-payouts",
            {
                Role.TRAINER: "trainer#payouts",
                Role.DIRECTOR: "director#payouts",
                Role.MONITORING: "monitoring#how-payouts-add-up",
            },
        ),
    }
)
