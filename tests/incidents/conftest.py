"""Cases that were filed, for tests of this room."""

from collections.abc import Callable
from datetime import date

import pytest

from kash.incidents.models import Incident
from kash.incidents.rules.record import Record, from_bytes
from kash.incidents.services.mediation import DutyDetails, add_mediator
from kash.people.models import Group, Organisation, Person, Posting
from kash.platform.database import db
from kash.platform.vault import OpenVault, fetch, open_document
from kash.policy import SYSTEM
from tests.conftest import AMember
from tests.incidents import filed_cases
from tests.incidents.canaries import Room

Filed = Callable[..., str]


@pytest.fixture
def member(both_engines_app, a_member):
    return a_member("documentation")


@pytest.fixture
def peer(member, actor):
    return actor("peer")


@pytest.fixture
def mediator(member, actor):
    account = actor("peer", name="Mediates")
    add_mediator(SYSTEM, account.public_id, DutyDetails())
    return account


@pytest.fixture
def filed(app):
    """`filed(record, state="submitted")` seals a record as somebody without keys does, and returns
    the reference of the case. Somebody must hold keys first (`a_member`)."""

    return filed_cases.filed


@pytest.fixture
def record_of(app):
    """`record_of(reference, vault)`: the record as it is sealed now, whoever may see it."""

    def opened(reference: str, vault: OpenVault) -> Record:
        db.session.rollback()
        row = db.session.query(Incident).filter_by(public_id=reference).one()
        (sealed,) = [
            one for one in fetch(db.session(), kind="incident") if one.id == row.document_id
        ]
        return from_bytes(open_document(vault, sealed))

    return opened


@pytest.fixture
def officer_at(app):
    """`officer_at("Lake station")` adds a person posted there; her key and the station's id."""

    def make(station: str, service_number: str = "") -> tuple[int, str]:
        session = db.session()
        group = session.query(Group).filter_by(is_police=True).first()
        if group is None:
            group = Group(name="Police", letter="A", is_police=True, position=0)
            session.add(group)
            session.flush()
        place = session.query(Organisation).filter_by(name=station).first()
        if place is None:
            place = Organisation(name=station, kind="station")
            session.add(place)
        person = Person(
            chosen_name="Somebody posted",
            sort_name="somebody posted",
            group_id=group.id,
            created_by="system",
            reference=service_number or None,
        )
        session.add(person)
        session.flush()
        session.add(Posting(person_id=person.id, organisation_id=place.id, since=date(2020, 1, 1)))
        session.commit()
        made = person.id, place.public_id
        session.rollback()
        return made

    return make


@pytest.fixture
def room(app, a_member, actor, client_for):
    """Members, two who file on their phones, a mediator, and somebody who is not signed in."""
    grace = a_member("custodian")
    mediator = actor("peer", name="Mediates")
    add_mediator(SYSTEM, mediator.public_id, DutyDetails())
    return Room(
        anna=a_member("documentation"),
        brenda=a_member("documentation"),
        doris=a_member("documentation"),
        grace=grace,
        carol=a_member("documentation", is_open=False),
        phones={"peer": client_for(actor("peer")), "police": client_for(actor("police_peer"))},
        mediator=mediator,
        mediating=client_for(mediator),
        stranger=app.test_client(),
    )


Member = Callable[..., AMember]
