"""Chapters of the handbook that tell about stories."""

from __future__ import annotations

from kash.handbook.places import OFFICER, Chapters, each
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "stories": dict.fromkeys(
            (Role.DOCUMENTATION, Role.CUSTODIAN, Role.DIRECTOR), f"{OFFICER}#stories"
        ),
        **each(
            "stories",
            "index story",
            dict.fromkeys(Role, "privacy#stories")
            | dict.fromkeys(
                (Role.DOCUMENTATION, Role.CUSTODIAN, Role.DIRECTOR), f"{OFFICER}#stories"
            ),
        ),
    }
)
