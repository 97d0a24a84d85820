"""Forms of groups, organisations and persons."""

from kash.people.forms.capitals import NamedForm
from kash.people.forms.consents import ConsentForm, SignedFormsForm
from kash.people.forms.directory import CardForm, ServiceForm, ServiceSearchForm
from kash.people.forms.groups import GroupForm
from kash.people.forms.lists import UploadForm, columns_correction, row_as_person, row_correction
from kash.people.forms.organisations import OrganisationForm
from kash.people.forms.persons import PersonForm, SearchForm
from kash.people.forms.transfers import TransferForm

__all__ = [
    "CardForm",
    "ConsentForm",
    "GroupForm",
    "NamedForm",
    "OrganisationForm",
    "PersonForm",
    "SearchForm",
    "ServiceForm",
    "ServiceSearchForm",
    "SignedFormsForm",
    "TransferForm",
    "UploadForm",
    "columns_correction",
    "row_as_person",
    "row_correction",
]
