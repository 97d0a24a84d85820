"""Zones, venues, and one spelling for what was typed in several."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.people.models import Venue, Zone
from kash.people.queries.directory import (
    find_organisations,
    service_choices,
    spellings,
    venue_names,
    venues,
)
from kash.people.rules.persons import alike_area, tells_of_nobody
from kash.people.services.contacts import OrganisationDetails, add_organisation
from kash.people.services.directory import (
    ServiceDetails,
    VenueDetails,
    ZoneDetails,
    add_service,
    add_venue,
    add_zone,
    change_venue,
    change_zone,
    unify_spellings,
)
from kash.platform.database import db
from kash.platform.vault import AuditEntry
from kash.platform.web.errors import ChangedMeanwhile
from kash.platform.web.formats import local_today
from kash.policy import SYSTEM
from tests.refusals import refuses


def _zone(name: str, **more: Any) -> str:
    return add_zone(ZoneDetails(name, **more), SYSTEM)


def test_a_spelling_is_unified_everywhere_at_once(both_engines_app, person, row):
    zone = _zone("Kondele")
    typed = person(ward="Kondelle", reference="1", phone=None, email=None)
    other = person(ward="Elsewhere Lane 7", reference="2", phone=None, email=None)
    add_venue(VenueDetails("Hall", place="kondele"), SYSTEM)
    before = row(typed).row_version
    entries = db.session.query(AuditEntry).count()
    assert unify_spellings(zone, ["Kondelle", "kondele"], SYSTEM) == 2
    assert (row(typed).ward, row(other).ward) == ("Kondele", "Elsewhere Lane 7")
    assert row(typed).row_version == before + 1
    assert db.session.query(Venue.place).scalar() == "Kondele"
    assert db.session.query(AuditEntry).count() == entries + 1
    last = db.session.query(AuditEntry).order_by(AuditEntry.seq.desc()).first()
    assert last is not None
    assert (last.action, last.subjects) == ("people.spellings_unified", [zone])


@pytest.mark.any_engine
def test_what_could_be_an_address_is_only_counted(both_engines_app, person):
    _zone("Kondele")
    person(ward="Kondelle", reference="1", phone=None, email=None)
    person(ward="behind the blue gate", reference="2", phone=None, email=None)
    found = spellings()
    assert [(one.text, one.people, one.alike) for one in found.shown] == [
        ("Kondelle", 1, "Kondele")
    ]
    assert found.hidden == 1


@given(st.integers(0, 9), st.integers(0, 9), st.booleans())
def test_one_person_alone_is_never_shown(people, elsewhere, alike):
    shown = tells_of_nobody(people, elsewhere, "Kondele" if alike else "")
    assert shown == (people >= 3 or elsewhere > 0 or alike)


def test_a_slip_of_the_pen_is_alike_and_another_name_is_not():
    areas = ["Kondele", "Nyalenda A"]
    assert alike_area("KONDELLE", areas) == "Kondele"
    assert alike_area("behind the blue gate", areas) == ""
    assert alike_area("Kondele", []) == ""


def test_a_zone_never_lies_in_itself(both_engines_app):
    county = _zone("Kisumu", kind="county")
    central = _zone("Central", kind="sub_county", within=county)
    with refuses("An area cannot lie in itself."):
        change_zone(county, ZoneDetails("Kisumu", "county", central), 1, SYSTEM)
    with refuses("An area cannot lie in itself."):
        change_zone(county, ZoneDetails("Kisumu", "county", county), 1, SYSTEM)
    with refuses("This name is taken."):
        _zone("kisumu")


@pytest.mark.any_engine
def test_a_new_name_goes_wherever_the_old_one_stood(both_engines_app, person, row):
    zone = _zone("Nyalenda")
    one = person(ward="Nyalenda", phone=None, email=None)
    clinic = ServiceDetails("Clinic", "clinic", local_today(), area="Nyalenda")
    add_service(clinic, SYSTEM)
    change_zone(zone, ZoneDetails("Nyalenda A"), 1, SYSTEM)
    assert row(one).ward == "Nyalenda A"
    # Services too are narrowed by area, and found by its name.
    (service,) = service_choices(SYSTEM, "nyalenda a")
    assert service.area == "Nyalenda A"
    with pytest.raises(ChangedMeanwhile):
        change_zone(zone, ZoneDetails("Nyalenda B"), 1, SYSTEM)
    assert db.session.query(Zone.name).scalar() == "Nyalenda A"


def test_a_venue_out_of_use_is_offered_no_longer(both_engines_app):
    made = add_venue(VenueDetails("Hall", safe_for="All"), SYSTEM)
    assert venue_names() == ["Hall"]
    change_venue(made, VenueDetails("Hall", active=False), 1, SYSTEM)
    assert venue_names() == []
    assert [one.name for one in venues(also_closed=True)] == ["Hall"]
    with pytest.raises(ChangedMeanwhile):
        change_venue(made, VenueDetails("Hall"), 1, SYSTEM)


def test_an_organisation_is_found_by_its_name_or_place_as_they_were_typed(sqlite_app):
    for name, place in (("Half 50% Club", "Kondele"), ("Riverbank Station", "Lower_Town")):
        add_organisation(OrganisationDetails(name, "station", place=place), SYSTEM)

    def found(text: str) -> list[str]:
        return [one.name for one in find_organisations(text, 5)]

    assert found("%") == ["Half 50% Club"]
    assert found("_") == ["Riverbank Station"]
    assert found("KONDELE") == ["Half 50% Club"]
    assert found("a") == ["Half 50% Club", "Riverbank Station"]
    assert [one.name for one in find_organisations("a", 1)] == ["Half 50% Club"]
