"""Chapters of the handbook that tell about certificates."""

from __future__ import annotations

from kash.handbook.places import Chapters, each, peers
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "certificates": peers(
            "peer-educator#your-certificate",
            {
                Role.TRAINER: "trainer#certificates",
                Role.DIRECTOR: "director#approve-certificates",
                Role.MONITORING: "monitoring#what-you-see",
            },
        ),
        **each("certificates", "verify scan", "verification#with-the-square-code"),
        **each("certificates", "holder_link use_holder_link holder_page", "verification"),
        **each(
            "certificates",
            "signing_keys change_key",
            {
                Role.ADMINISTRATOR: "director#the-key-of-certificates",
                Role.DIRECTOR: "director#the-key-of-certificates",
            },
        ),
        "certificates.rule": {Role.DIRECTOR: "director#the-rule-for-certificates"},
        "certificates.revoke": {Role.DIRECTOR: "director#revoke-a-certificate"},
        **each(
            "certificates",
            "designs design new_design edit_design design_pictures marks mark signature"
            " withdraw_signature",
            {
                Role.TRAINER: "trainer#certificates",
                Role.DIRECTOR: "director#designs-of-certificates",
            },
        ),
    }
)
