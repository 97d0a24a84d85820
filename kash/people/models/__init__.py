"""Groups, organisations, postings, and the people who take part."""

from kash.people.models.contacts import (
    ContactLooks,
    ContactReason,
    ContactRequest,
    ContactRequestPerson,
)
from kash.people.models.directory import ServiceEntry, ServiceHours
from kash.people.models.duplicates import LikelyDuplicate, NotTheSame, PersonMerge
from kash.people.models.erasures import ErasureRequest
from kash.people.models.lists import PeopleList, PeopleListMapping, PeopleListPerson
from kash.people.models.persons import (
    Consent,
    ConsentBatch,
    Group,
    Organisation,
    Person,
    Posting,
)
from kash.people.models.places import Venue, Zone
