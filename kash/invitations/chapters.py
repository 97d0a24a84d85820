"""Chapters of the handbook that tell about sign-ups."""

from __future__ import annotations

from kash.handbook.places import Chapters, each
from kash.policy import Role

CHAPTERS = Chapters(
    {
        **each(
            "invitations",
            "workshop decide_rows quotas open_link withdraw letter",
            {Role.TRAINER: "trainer#names-by-link"},
        ),
        **each("invitations", "station station_out sign_up", "signing-in#put-names-down-by-a-link"),
    }
)
