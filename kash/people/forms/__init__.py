"""What people enter about groups, organisations and persons."""

from kash.people.forms.persons import (
    ConsentForm,
    GroupForm,
    OrganisationForm,
    PersonForm,
    SearchForm,
    TransferForm,
)

__all__ = [
    "ConsentForm",
    "GroupForm",
    "OrganisationForm",
    "PersonForm",
    "SearchForm",
    "TransferForm",
]
