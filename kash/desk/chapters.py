"""Chapters of the handbook that tell about the first page, search and settings."""

from __future__ import annotations

from kash.handbook.places import OFFICER, OWN, Chapters, each, peers
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "jobs": OWN,
        "desk": {
            Role.ADMINISTRATOR: "administrator#settings",
            Role.DIRECTOR: "administrator#settings",
        },
        "desk.today": peers(
            "peer-educator#what-you-see",
            {
                Role.ADMINISTRATOR: OWN,
                Role.DIRECTOR: "director#today",
                Role.TRAINER: "trainer#today",
                Role.MONITORING: OWN,
                Role.DOCUMENTATION: f"{OFFICER}#what-you-see",
                Role.CUSTODIAN: f"{OFFICER}#custodians",
                Role.FUNDER: OWN,
            },
        ),
        **each(
            "desk",
            "search_page find",
            peers(
                "peer-educator#what-you-see",
                {
                    Role.ADMINISTRATOR: OWN,
                    Role.DIRECTOR: "director#search-everything",
                    Role.TRAINER: "trainer#search-everything",
                    Role.MONITORING: "monitoring#search-everything",
                    Role.DOCUMENTATION: f"{OFFICER}#search-everything",
                    Role.CUSTODIAN: f"{OFFICER}#search-everything",
                    Role.FUNDER: OWN,
                },
            ),
        ),
        **each(
            "desk",
            "missing missing_kind missing_table",
            {
                Role.DIRECTOR: "director#people-workshops-attendance",
                Role.TRAINER: "trainer#missing-information",
                Role.MONITORING: "monitoring#missing-information",
            },
        ),
        "desk.quiet_people": dict.fromkeys(
            (Role.DIRECTOR, Role.TRAINER, Role.MONITORING, Role.DOCUMENTATION, Role.CUSTODIAN),
            "privacy#what-is-kept-of-using-kash",
        ),
        "desk.set_up": "signing-in",
    }
)
