"""The chapter of the handbook that tells about trends."""

from __future__ import annotations

from kash.handbook.places import OFFICER, Chapters
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "trends": dict.fromkeys(
            (Role.DOCUMENTATION, Role.CUSTODIAN, Role.DIRECTOR), f"{OFFICER}#trends"
        )
    }
)
