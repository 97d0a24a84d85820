"""Reads: who is there, as far as the actor reaches."""

from kash.people.queries.consents import consent_holds, newest_answers
from kash.people.queries.directory import (
    ServiceChoice,
    ServiceSearch,
    service_areas,
    service_choices,
    service_entry,
    services_for_paper,
    services_of_directory,
)
from kash.people.queries.minors import minors, minors_unseen
from kash.people.queries.organisations import (
    find_organisations,
    groups,
    organisation,
    organisation_list,
    organisations,
)
from kash.people.queries.persons import (
    locked_person,
    name_and_group,
    own_person,
    person,
    person_ids_within_reach,
    reached,
)
from kash.people.queries.places import (
    Spelling,
    Spellings,
    spellings,
    venue,
    venue_names,
    venues,
    zone,
    zone_names,
    zones,
)
from kash.people.queries.postings import (
    MOST_AT_ONCE,
    PostedPerson,
    movable_from,
    movable_people,
)
from kash.people.queries.search import (
    ANY_PURPOSE,
    MOST_FOUND,
    FoundPerson,
    PeopleSearch,
    find_people,
    people,
)
from kash.people.queries.trail import latest_of_trail, trail
from kash.people.reach import (
    forget_own_scope,
    reaches,
    register_own_scope,
    within_reach,
)

__all__ = [
    "ANY_PURPOSE",
    "MOST_AT_ONCE",
    "MOST_FOUND",
    "FoundPerson",
    "PeopleSearch",
    "PostedPerson",
    "ServiceChoice",
    "ServiceSearch",
    "Spelling",
    "Spellings",
    "consent_holds",
    "find_organisations",
    "find_people",
    "forget_own_scope",
    "groups",
    "latest_of_trail",
    "locked_person",
    "minors",
    "minors_unseen",
    "movable_from",
    "movable_people",
    "name_and_group",
    "newest_answers",
    "organisation",
    "organisation_list",
    "organisations",
    "own_person",
    "people",
    "person",
    "person_ids_within_reach",
    "reached",
    "reaches",
    "register_own_scope",
    "service_areas",
    "service_choices",
    "service_entry",
    "services_for_paper",
    "services_of_directory",
    "spellings",
    "trail",
    "venue",
    "venue_names",
    "venues",
    "within_reach",
    "zone",
    "zone_names",
    "zones",
]
