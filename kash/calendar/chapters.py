"""Chapters of the handbook that tell about the calendar."""

from __future__ import annotations

from kash.handbook.places import Chapters
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "calendar": {
            Role.TRAINER: "trainer#the-calendar",
            Role.DIRECTOR: "director#the-calendar",
            Role.MONITORING: "monitoring#the-calendar",
            Role.DOCUMENTATION: "documentation-officer#what-you-see",
            Role.CUSTODIAN: "documentation-officer#what-you-see",
            Role.PEER: "peer-educator#your-calendar",
            Role.POLICE_PEER: "peer-educator#your-calendar",
        },
    }
)
