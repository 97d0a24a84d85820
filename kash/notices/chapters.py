"""Chapters of the handbook that tell about messages."""

from __future__ import annotations

from kash.handbook.places import Chapters, each, peers
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "notices": peers(
            "peer-educator#messages-you-get",
            {Role.TRAINER: "trainer#messages", Role.DIRECTOR: "director#messages"},
        ),
        "notices.settings": {
            Role.ADMINISTRATOR: "administrator#settings",
            Role.DIRECTOR: "administrator#settings",
        },
        **each("notices", "stop stop_now", "signing-in#get-no-more-messages"),
    }
)
