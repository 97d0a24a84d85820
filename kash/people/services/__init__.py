"""Everything that is done to groups, organisations, persons, postings and consents."""

from kash.people.services.consents import NotPossibleNow, record_consent
from kash.people.services.groups import (
    GroupTaken,
    add_group,
    change_group,
    new_group,
)
from kash.people.services.organisations import (
    OrganisationDetails,
    OrganisationTaken,
    add_organisation,
    change_organisation,
)
from kash.people.services.persons import (
    AgesDisagree,
    AlreadyHere,
    ChangedMeanwhile,
    Contact,
    ContactChange,
    NotAName,
    PersonDetails,
    UnknownGroup,
    UnknownOrganisation,
    add_people,
    add_person,
    change_person,
    confirm_printed_name,
    new_person,
    show_contact,
)
from kash.people.services.postings import AlreadyThere, DayDoesNotFit, transfer

__all__ = [
    "AgesDisagree",
    "AlreadyHere",
    "AlreadyThere",
    "ChangedMeanwhile",
    "Contact",
    "ContactChange",
    "DayDoesNotFit",
    "GroupTaken",
    "NotAName",
    "NotPossibleNow",
    "OrganisationDetails",
    "OrganisationTaken",
    "PersonDetails",
    "UnknownGroup",
    "UnknownOrganisation",
    "add_group",
    "add_organisation",
    "add_people",
    "add_person",
    "change_group",
    "change_organisation",
    "change_person",
    "confirm_printed_name",
    "new_group",
    "new_person",
    "record_consent",
    "show_contact",
    "transfer",
]
