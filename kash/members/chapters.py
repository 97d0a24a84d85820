"""Chapters of the handbook that tell about the vault."""

from __future__ import annotations

from kash.handbook.places import Chapters, each
from kash.policy import Role

CHAPTERS = Chapters(
    {
        "members": dict.fromkeys(
            (Role.DOCUMENTATION, Role.CUSTODIAN, Role.DIRECTOR), "members#open-and-close-it"
        )
        | {Role.ADMINISTRATOR: "administrator#keys-of-the-vault"},
        **each(
            "members",
            "keys begin passphrase",
            dict.fromkeys((Role.DOCUMENTATION, Role.CUSTODIAN, Role.DIRECTOR), "members#your-keys"),
        ),
        **each(
            "members",
            "identity_requests identity_request",
            dict.fromkeys(
                (Role.DOCUMENTATION, Role.CUSTODIAN, Role.DIRECTOR), "members#read-an-identity"
            ),
        ),
        "members.remove": dict.fromkeys(
            (Role.DOCUMENTATION, Role.CUSTODIAN, Role.DIRECTOR), "members#when-somebody-leaves"
        )
        | {Role.ADMINISTRATOR: "administrator#keys-of-the-vault"},
        "members.give_back": dict.fromkeys(
            (Role.ADMINISTRATOR, Role.DIRECTOR), "administrator#keys-of-the-vault"
        ),
    }
)
