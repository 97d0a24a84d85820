"""Bringing in the sample's organisations and people, with what they agreed to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from kash.demo.accounts import SECOND_TRAINER, TRAINER
from kash.demo.lists import bring_officers
from kash.demo.people import (
    COLLECTIVES,
    COMMUNITY,
    COMMUNITY_PEOPLE,
    FIRST_POSTED,
    MINOR,
    MOVED,
    PARTNERS,
    POLICE,
    POLICE_PEOPLE,
    STATIONS,
    WARDS,
    SampleOrganisation,
    SamplePerson,
    phone,
)
from kash.people.queries import persons
from kash.people.queries.organisations import groups
from kash.people.services import persons as persons_services
from kash.people.services.consents import record_consent
from kash.people.services.organisations import OrganisationDetails, add_organisation
from kash.people.services.persons import ContactChange, PersonDetails, add_person, change_person
from kash.people.services.postings import transfer
from kash.policy import Actor

# So many of the police came as a list.
BROUGHT_BY_LIST = 3


@dataclass(frozen=True)
class People:
    """Public ids of the sample's people, each group in the order of its list."""

    police: list[str]
    community: list[str]
    by_name: dict[str, str]

    @property
    def everybody(self) -> list[str]:
        """Both groups."""
        return self.police + self.community


def add_people(actors: dict[str, Actor], today: date) -> People:
    """Add organisations, persons, postings and consents."""
    administrator, trainer = actors["administrator"], actors[TRAINER.key]
    group_ids = {group.name: group.public_id for group in groups()}

    def add_places(places: tuple[SampleOrganisation, ...]) -> list[str]:
        return [
            add_organisation(
                OrganisationDetails(place.name, place.kind, place.place, group_ids[place.group]),
                administrator,
            )
            for place in places
        ]

    stations, collectives = add_places(STATIONS), add_places(COLLECTIVES)
    add_places(PARTNERS)
    officers = [
        _details(number, person, group_ids[POLICE], stations, today)
        for number, person in enumerate(POLICE_PEOPLE, start=1)
    ]
    names_of_stations = {key: place.name for key, place in zip(stations, STATIONS, strict=True)}
    police = persons_services.add_people(officers[:-BROUGHT_BY_LIST], trainer)
    police += bring_officers(officers[-BROUGHT_BY_LIST:], names_of_stations, trainer)
    community = [
        add_person(
            _details(number, person, group_ids[COMMUNITY], collectives, today),
            trainer if number % 2 else actors[SECOND_TRAINER.key],
        )
        for number, person in enumerate(COMMUNITY_PEOPLE, start=len(POLICE_PEOPLE) + 1)
    ]
    names = [person.name for person in POLICE_PEOPLE + COMMUNITY_PEOPLE]
    people = People(police, community, dict(zip(names, police + community, strict=True)))
    for number, station, days in MOVED:
        since = today - timedelta(days=days)
        transfer(police[number], stations[station], since, today=today, by=trainer)
    _record_consents(people, trainer)
    return people


def _details(
    number: int, person: SamplePerson, group: str, places: list[str], today: date
) -> PersonDetails:
    officer = number <= len(POLICE_PEOPLE)
    first = FIRST_POSTED.get(number - 1, person.place) if officer else person.place
    return PersonDetails(
        chosen_name=person.name,
        group=group,
        printed_name=person.printed,
        # Of a few nobody wrote down all that reports need.
        sex="" if number % 23 == 0 else person.sex,
        age_band="" if number % 19 == 0 else person.age,
        cadre=person.cadre,
        ward=WARDS[number % len(WARDS)],
        language=person.language,
        reference=f"A-{1000 + number * 7}" if officer else "",
        organisation=places[first],
        since=today - timedelta(days=700 + number * 11),
        phone=phone(number),
        email=f"person{number}@demo.example" if number % 10 == 0 else None,
    )


def find_a_minor(people: People, actors: dict[str, Actor]) -> None:
    """Have the trainer learn that someone is younger than was thought."""
    trainer = actors[TRAINER.key]
    person = persons.person(trainer, people.by_name[MINOR])
    details = PersonDetails(
        chosen_name=person.chosen_name,
        group=person.group.public_id,
        printed_name=person.printed_name,
        sex=person.sex,
        age_band="under18",
        cadre=person.cadre,
        ward=person.ward,
        language=person.language,
        reference=person.reference,
    )
    change_person(person.public_id, details, ContactChange(), person.row_version, trainer)


def _record_consents(people: People, trainer: Actor) -> None:
    for number, person in enumerate(people.everybody):
        answers = {"contact": "given", "printed_name": "given"}
        if number % 20 == 4:
            answers["contact"] = "refused"
        if number % 5 == 2 and person in people.police:
            answers["funder"] = "refused"
        for purpose, answer in answers.items():
            record_consent(person, purpose, answer, trainer)
    for answer in ("given", "withdrawn"):
        record_consent(people.police[3], "funder", answer, trainer)
