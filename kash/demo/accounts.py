"""Accounts of the sample programme, each in the role that its address says."""

from __future__ import annotations

from dataclasses import dataclass

from kash.policy import Role


@dataclass(frozen=True)
class SampleAccount:
    """A sign-in. `person` is the chosen name of the participant whose account it is, if any."""

    key: str
    name: str
    roles: tuple[Role, ...]
    language: str = "en"
    person: str = ""

    @property
    def email(self) -> str:
        """The address to sign in with."""
        return f"{self.key}@demo.example"


ADMINISTRATOR = SampleAccount("administrator", "Bidii Kigezo", (Role.ADMINISTRATOR,))
DIRECTOR = SampleAccount("director", "Mwalimu Onyesho", (Role.DIRECTOR,))
TRAINER = SampleAccount("trainer", "Amani Mfano", (Role.TRAINER,))
SECOND_TRAINER = SampleAccount("trainer2", "Juma Sampuli", (Role.TRAINER,), language="sw")
MONITORING = SampleAccount("monitoring", "Takwimu Namuna", (Role.MONITORING,))
PEER = SampleAccount("peer", "Subira Mfano", (Role.PEER,), person="Subira Mfano")
POLICE_PEER = SampleAccount(
    "police", "Baraka Sampuli", (Role.POLICE_PEER,), person="Baraka Sampuli"
)
DOCUMENTATION = SampleAccount("documentation", "Siri Mchoro", (Role.DOCUMENTATION,))
SECOND_DOCUMENTATION = SampleAccount(
    "documentation2", "Ushahidi Namuna", (Role.DOCUMENTATION,), language="sw"
)
CUSTODIAN = SampleAccount("custodian", "Mlinzi Kifani", (Role.CUSTODIAN,))
FUNDER = SampleAccount("funder", "Rafiki Jaribio", (Role.FUNDER,))
ACCOUNTS = (
    ADMINISTRATOR,
    DIRECTOR,
    TRAINER,
    SECOND_TRAINER,
    MONITORING,
    DOCUMENTATION,
    SECOND_DOCUMENTATION,
    CUSTODIAN,
    PEER,
    POLICE_PEER,
    FUNDER,
)
# Who holds keys of the vault; the first makes what is sealed.
MEMBERS = (CUSTODIAN, DOCUMENTATION, SECOND_DOCUMENTATION)
