"""Chapters of the handbook that tell about people and services."""

from __future__ import annotations

from kash.handbook.places import OFFICER, OWN, Chapters, each, peers
from kash.policy import Role

_SERVICES = "trainer#the-directory-of-services"

CHAPTERS = Chapters(
    {
        "people": peers(
            "peer-educator#what-you-see",
            {
                Role.TRAINER: "trainer#add-and-change-people",
                Role.DIRECTOR: "director#people-workshops-attendance",
                Role.MONITORING: "monitoring#what-you-see",
                Role.DOCUMENTATION: f"{OFFICER}#what-you-see",
                Role.CUSTODIAN: f"{OFFICER}#custodians",
            },
        ),
        **each(
            "people",
            "duplicates told_apart merge_with merge undo_merge lists bring_list list undo_list"
            " list_report",
            {Role.TRAINER: "trainer#when-somebody-is-here-twice"},
        ),
        **each(
            "people",
            "contacts ask_contact contact_request",
            {
                Role.TRAINER: "trainer#your-own-workshops",
                Role.DIRECTOR: "director#people-workshops-attendance",
            },
        ),
        **each(
            "people",
            "copy erase erasures erasure",
            {
                Role.TRAINER: "trainer#when-somebody-asks-to-be-erased",
                Role.DIRECTOR: "director#people-workshops-attendance",
                Role.CUSTODIAN: "trainer#when-somebody-asks-to-be-erased",
                Role.PEER: "peer-educator#what-you-see",
                Role.POLICE_PEER: "peer-educator#what-you-see",
            },
        ),
        **each(
            "people",
            "groups add_group edit_group",
            {Role.ADMINISTRATOR: "administrator#settings", Role.DIRECTOR: "administrator#settings"},
        ),
        "directory": peers(
            "peer-educator#what-you-see",
            {
                **dict.fromkeys(
                    (
                        Role.ADMINISTRATOR,
                        Role.DIRECTOR,
                        Role.TRAINER,
                        Role.MONITORING,
                        Role.DOCUMENTATION,
                        Role.CUSTODIAN,
                    ),
                    _SERVICES,
                ),
                Role.FUNDER: OWN,
            },
        ),
    }
)
