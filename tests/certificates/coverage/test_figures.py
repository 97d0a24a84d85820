"""Figures of coverage: who counts as trained, at which station, and who left how."""

from collections.abc import Sequence

import pytest

from kash.certificates.coverage.queries import TRACK, Goal, coverage_of, moved, subjects, trained_in
from kash.certificates.coverage.rules import StationNeed
from kash.certificates.tracks.queries.certifying import one_standing
from kash.certificates.tracks.rules.tree import Leaf
from kash.certificates.tracks.services.tracks import enrol
from kash.people.models import Zone
from kash.platform.database import db, utc_now
from tests.certificates.coverage.conftest import TODAY, ago
from tests.certificates.tracks.conftest import (  # noqa: F401
    ALL,
    LITTLE,
    MOST,
    PRACTICE,
    Tracked,
    held,
    plan,
    ready,
    tracked,
)


def by_name(needs: Sequence[StationNeed]) -> dict[str, StationNeed]:
    return {need.station.name: need for need in needs}


@pytest.fixture
def on_postgresql_too(both_engines_app):
    return both_engines_app


@pytest.fixture
def two_stations(place):
    """Kondele with four officers of whom one holds, one is due and one ran out; Maseno with one."""
    place.station("Kondele", "Kondele")
    place.station("Maseno", " maseno ")
    for name, rank in (("Amina", "Sergeant"), ("Baraka", ""), ("Chao", ""), ("Dalila", "")):
        place.person(name, "Kondele", cadre=rank)
    place.person("Eshe", "Maseno")
    batch = place.batch()
    place.certify("Amina", 300, -300, batch)
    place.certify("Baraka", 300, -30, batch)
    place.certify("Chao", 300, 1, batch)
    return place, batch


@pytest.mark.any_engine
@pytest.mark.usefixtures("on_postgresql_too")
def test_officers_are_counted_where_they_are_posted_by_how_their_training_stands(two_stations):
    place, _batch = two_stations
    found = by_name(coverage_of(place.subject, place.police, Goal(), TODAY).needs)
    kondele, maseno = found["Kondele"], found["Maseno"]
    assert (kondele.posted, kondele.holds, kondele.due) == (4, 2, 1)
    assert (kondele.ran_out, kondele.on_the_way, kondele.none) == (1, 0, 1)
    assert kondele.need == 3
    assert (maseno.posted, maseno.holds, maseno.none) == (1, 0, 1)
    coverage = coverage_of(place.subject, place.police, Goal(), TODAY)
    assert coverage.needs == list(found.values())
    assert coverage.line([kondele.station])[-1] == 2
    # Two days ago all three certificates held; the days drawn begin before any was issued.
    assert coverage.line([kondele.station])[0] == 0


def test_the_other_group_people_under_18_and_another_rank_are_not_counted(two_stations):
    place, batch = two_stations
    place.station("Mwanga", group=1, kind="collective")
    place.person("Furaha", "Mwanga", group=1)
    place.person("Gift", "Kondele", minor=True)
    place.certify("Furaha", 100, None, batch)
    place.certify("Gift", 100, None, batch)
    police = by_name(coverage_of(place.subject, place.police, Goal(), TODAY).needs)
    assert police.keys() == {"Kondele", "Maseno"}
    assert police["Kondele"].posted == 4
    community = by_name(coverage_of(place.subject, place.groups[1], Goal(), TODAY).needs)
    assert {name: (one.posted, one.holds) for name, one in community.items()} == {"Mwanga": (1, 1)}
    sergeants = by_name(
        coverage_of(place.subject, place.police, Goal(), TODAY, cadre="Sergeant").needs
    )
    assert (sergeants["Kondele"].posted, sergeants["Maseno"].posted) == (1, 0)


def test_an_area_narrows_to_the_stations_in_it_and_so_does_that_of_the_programme(two_stations):
    place, _batch = two_stations
    county = Zone(name="Kisumu", kind="county")
    place.add(county)
    place.add(Zone(name="Maseno", kind="ward", within_id=county.id))
    subject, police = place.subject, place.police
    narrowed = coverage_of(subject, police, Goal(), TODAY, area=county.public_id).needs
    assert by_name(narrowed).keys() == {"Maseno"}
    by_goal = coverage_of(subject, police, Goal(area=county.public_id), TODAY).needs
    assert by_goal == narrowed
    assert coverage_of(subject, police, Goal(), TODAY, area="nowhere").needs == []


@pytest.mark.any_engine
@pytest.mark.usefixtures("on_postgresql_too")
def test_renewals_corrections_and_revoked_certificates_make_the_spells(place):
    place.station("Kondele")
    names = ("Renewed", "Corrected", "Revoked", "Other", "Kept")
    for name in names:
        place.person(name, "Kondele")
    batch = place.batch()
    elsewhere = place.other_workshop()
    first = place.certify("Renewed", 800, 70, batch)
    place.certify("Renewed", 60, -600, place.batch("renewal", elsewhere), renews_id=first.id)
    wrong = place.certify(
        "Corrected", 500, -200, batch, revoked_at=utc_now(), revoked_class="replaced"
    )
    place.certify("Corrected", 400, -200, place.batch("correction"), supersedes_id=wrong.id)
    place.certify("Revoked", 500, None, batch, revoked_at=utc_now(), revoked_class="conduct")
    place.certify("Kept", 500, -200, batch)
    stranger = place.certify("Other", 500, None, place.batch(workshop=elsewhere))
    place.certify("Other", 400, None, place.batch("renewal"), renews_id=stranger.id)
    subject = next(one for one in subjects() if one.name == "Rights and policing")
    found = trained_in(db.session(), subject, TODAY).spells
    keys = {key: name for name, key in place.people.items()}
    assert {keys[key]: spells for key, spells in found.items()} == {
        "Renewed": ((ago(800), ago(70)), (ago(60), ago(-600))),
        "Corrected": ((ago(500), ago(-200)),),
        "Revoked": ((ago(500), ago(1)),),
        "Kept": ((ago(500), ago(-200)),),
    }
    assert trained_in(db.session(), subject, TODAY, place.people.values()).spells == found
    narrowed = trained_in(db.session(), subject, TODAY, [place.people["Corrected"]]).spells
    assert narrowed == {place.people["Corrected"]: ((ago(500), ago(-200)),)}


@pytest.mark.usefixtures("on_postgresql_too")
def test_a_mass_transfer_and_a_move_out_of_the_area_are_told_apart(place):
    for name, where in (("Kondele", "Kondele"), ("Maseno", "Maseno"), ("Nakuru", "Nakuru")):
        place.station(name, where)
    county = Zone(name="Kisumu", kind="county")
    place.add(county)
    for name in ("Kondele", "Maseno"):
        place.add(Zone(name=name, within_id=county.id))
    batch = place.batch()
    for number in range(5):
        place.person(f"Moved {number}", "Kondele", ("Maseno", 100 + number % 2))
        place.certify(f"Moved {number}", 500, None, batch)
    for name, where in (("Far", "Nakuru"), ("Near", "Maseno"), ("Gone", "")):
        place.person(name, "Kondele", (where, 50))
        place.certify(name, 500, None, batch)
    place.person("Untrained", "Kondele", ("Nakuru", 40))
    coverage = coverage_of(place.subject, place.police, Goal(area=county.public_id), TODAY)
    [order] = coverage.all_transfers
    assert (order.left, order.posted) == (5, 9)
    assert (order.first, order.last) == (ago(101), ago(100))
    found = moved(coverage, 12)
    shown = {
        (
            found.organisations[one.destination].name if one.destination else "",
            one.people,
        ): one.transfer is not None
        for one in found.moves
    }
    assert shown == {
        ("Nakuru", 1): False,
        ("Maseno", 1): False,
        ("", 1): False,
        ("Maseno", 3): True,
        ("Maseno", 2): True,
    }
    assert (found.gone.within, found.gone.outside, found.gone.unknown) == (6, 1, 1)
    assert [(station.name, count) for station, count in found.receivers] == [
        ("Maseno", 6),
        ("Nakuru", 1),
    ]
    kondele = coverage.pace._watched[place.stations["Kondele"]]
    assert kondele.left == 3
    assert moved(coverage, 3).moves == found.moves[:3]


def test_of_an_area_are_told_moves_from_it_and_to_it_and_no_others(place):
    zones = {name: Zone(name=name) for name in ("Kondele", "Maseno", "Ahero")}
    for name, zone in zones.items():
        place.station(name, name)
        place.add(zone)
    batch = place.batch()
    for person, origin, destination in (
        ("out", "Maseno", "Kondele"),
        ("in", "Kondele", "Maseno"),
        ("by", "Kondele", "Ahero"),
    ):
        place.person(person, origin, (destination, 50))
        place.certify(person, 500, None, batch)
    area = zones["Maseno"].public_id
    coverage = coverage_of(place.subject, place.police, Goal(), TODAY, area=area)
    found = moved(coverage, 12, area)
    assert {
        (found.organisations[one.origin].name, found.organisations[one.destination or 0].name)
        for one in found.moves
    } == {("Maseno", "Kondele"), ("Kondele", "Maseno")}


def test_who_is_on_the_way_through_a_track_lacks_what_her_own_page_says(
    tracked,  # noqa: F811
):
    tracked.publish(tracked.hours(), PRACTICE)
    for name in (ALL, MOST, LITTLE):
        enrol(tracked.track, tracked.person(name), by=tracked.trainer)
    tracked.saw("practicum", ALL, ago=5)
    tracked.saw("practicum", ALL, ago=4)
    [subject] = [one for one in subjects() if one.kind == TRACK]
    found = trained_in(db.session(), subject, TODAY)
    keys = tracked.keys()
    # All is done, and the certificate to which the track leads is missing.
    assert found.spells == {}
    assert found.on_the_way.pop(keys[ALL]) == Leaf.of("certificate", course=tracked.course)  # type: ignore[attr-defined]
    steps = {
        name: one_standing(tracked.person(name), tracked.track, tracked.director, TODAY).way.steps[
            0
        ]
        for name in (MOST, LITTLE)
    }
    assert found.on_the_way == {keys[name]: step for name, step in steps.items()}
    assert {type(step) for step in steps.values()} == {Leaf}
    assert trained_in(db.session(), subject, TODAY, [keys[MOST]]).on_the_way == {
        keys[MOST]: steps[MOST]
    }


def test_who_attended_too_little_for_the_certificate_is_on_the_way(
    tracked,  # noqa: F811
):
    made = tracked.ready
    made.confirm(ALL)
    made.issued()
    [subject] = subjects()
    found = trained_in(db.session(), subject, TODAY)
    keys = tracked.keys()
    assert set(found.spells) == {keys[ALL]}
    lacking = {name: found.on_the_way[keys[name]] for name in (MOST, LITTLE)}
    assert {name: leaf.kind for name, leaf in lacking.items() if leaf} == {
        MOST: "certificate",
        LITTLE: "hours",
    }


def test_as_many_queries_for_one_officer_as_for_many(place, count_queries):
    counts = []
    batch = place.batch()
    for number in range(3):
        place.station(f"Station {number}")
        for person in range(number + 1):
            name = f"Officer {number} {person}"
            place.person(name, f"Station {number}")
            place.certify(name, 200, -20, batch)
        db.session.flush()
        subject, police = place.subject, place.police
        with count_queries() as queries:
            coverage = coverage_of(subject, police, Goal(), TODAY)
            moved(coverage, 12)
        counts.append(queries.count)
    assert counts == [10, 10, 10]
