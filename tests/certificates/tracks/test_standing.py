"""Badges that nothing takes away, and standings that end with a certificate's last day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.certificates.models import Certificate
from kash.certificates.services.certificates import revoke
from kash.certificates.services.issuing import set_rule
from kash.certificates.tracks.models import SeenFact, TrackBadge
from kash.certificates.tracks.queries.certifying import standings
from kash.certificates.tracks.rules.standing import (
    CertificatePeriod,
    Standing,
    StandingEvent,
    last_day_of,
    months_before,
    standing_history,
    standing_on,
)
from kash.certificates.tracks.rules.tree import Leaf, Renewal, all_of
from kash.certificates.tracks.services.tracks import enrol, give_badges, move, take_off
from kash.certificates.tracks.services.visits import withdraw
from kash.people.services.merging import merge_people
from kash.platform.database import db
from kash.platform.vault.models import AuditEntry
from kash.policy import SYSTEM
from tests.certificates.tracks.conftest import ALL, LITTLE, MOST, PRACTICE, TODAY, Tracked

ONCE = Leaf.of("practicum", count=1)
DAY = date(2026, 1, 1)
days = st.integers(0, 2000).map(lambda number: DAY + timedelta(days=number))
renewals = st.none() | st.builds(Renewal, st.just(ONCE), st.integers(1, 40), st.integers(0, 90))


@st.composite
def chains(draw: st.DrawFn) -> list[CertificatePeriod]:
    """Certificates of one person, each but the first a renewal or a later one, which holds
    longer."""
    found, since = [], draw(days)
    until = since
    for _ in range(draw(st.integers(1, 4))):
        until = max(until, since) + timedelta(days=draw(st.integers(0, 700)))
        ended = draw(st.none() | st.integers(0, 400).map(lambda n, s=since: s + timedelta(days=n)))
        found.append(CertificatePeriod(since, until, ended))
        since += timedelta(days=draw(st.integers(1, 900)))
    return found


@given(chains(), renewals, days, days)
def test_an_active_standing_ends_with_the_last_day_whatever_its_renewal_says(
    periods, renewal, earned, today
):
    standing = standing_on(today, earned, periods, renewal, certified=True)
    last_day = last_day_of(periods)
    assert standing.holds == (last_day is not None and today <= last_day)
    assert (standing is Standing.EARNED) == (last_day is None)
    assert standing_on(today, None, periods, renewal, certified=True) is Standing.ON_THE_WAY
    assert standing_on(today, earned, [], renewal, certified=False) is Standing.ACTIVE


@given(chains(), renewals, days, days)
def test_the_last_turn_of_the_history_says_how_she_stands(periods, renewal, earned, later):
    known = [one for one in periods if one.ended is None and one.since >= earned]
    today = max([later, earned, *(one.since for one in known)])
    turns = standing_history(today, earned, known, renewal)
    assert [day for day, _turn in turns] == sorted((day for day, _ in turns), reverse=True)
    assert turns[-1] == (earned, StandingEvent.EARNED)
    standing = standing_on(today, earned, known, renewal, certified=True)
    said = {
        Standing.EARNED: {StandingEvent.EARNED},
        Standing.ACTIVE: {StandingEvent.BEGAN, StandingEvent.RENEWED},
        Standing.RENEWABLE: {StandingEvent.BEGAN, StandingEvent.RENEWED},
        Standing.GRACE: {StandingEvent.RAN_OUT},
        Standing.LAPSED: {StandingEvent.RAN_OUT, StandingEvent.LAPSED},
    }
    assert turns[0][1] in said[standing]


def badges() -> list[date]:
    db.session.rollback()
    return [one.earned_on for one in db.session.query(TrackBadge).order_by(TrackBadge.id)]


def entries() -> int:
    return db.session.query(AuditEntry).filter_by(action="tracks.badges_given").count()


def state_of(tracked: Tracked, name: str) -> Standing:
    key = tracked.keys()[name]
    db.session.rollback()
    return standings(db.session(), tracked.row.track, TODAY, [key])[key].state


@pytest.mark.any_engine
def test_a_badge_is_given_once_and_stays_when_what_earned_it_is_withdrawn(
    both_engines_app, tracked
):
    tracked.publish(ONCE)
    for name in (ALL, MOST):
        enrol(tracked.track, tracked.person(name), by=tracked.trainer)
    tracked.saw("practicum", ALL, ago=5)
    db.session.rollback()
    assert (give_badges(), give_badges(), entries()) == (1, 0, 1)
    fact = db.session.query(SeenFact).one().public_id
    withdraw(tracked.person(ALL), fact, "Another day", by=tracked.trainer)
    assert badges() == [TODAY - timedelta(days=5)]
    # The other track, which asks for this one, counts the badge.
    assert tracked.fulfil(Leaf.of("track", track=tracked.track)) == {ALL: TODAY - timedelta(days=5)}
    assert state_of(tracked, ALL) is Standing.EARNED
    assert state_of(tracked, MOST) is Standing.ON_THE_WAY


def test_who_moves_on_or_leaves_keeps_what_she_had_earned(tracked, client_for):
    tracked.publish(ONCE)
    person = tracked.person(ALL)
    enrol(tracked.track, person, by=tracked.trainer)
    tracked.saw("practicum", ALL, ago=5)
    second = tracked.next_version(tracked.hours(), Leaf.of("practicum", count=50))
    move(tracked.track, person, second, "It fits her.", by=tracked.trainer)
    assert badges() == [TODAY - timedelta(days=5)]
    take_off(tracked.track, person, by=tracked.trainer)
    assert badges() == [TODAY - timedelta(days=5)]
    page = client_for(tracked.trainer).get(f"/people/{person}").text
    assert "Badge since" in page
    assert "Not on it any more" in page


def test_of_two_people_who_are_one_the_badge_that_was_earned_first_stays(tracked):
    tracked.publish(ONCE)
    for ago, name in ((9, MOST), (4, ALL)):
        enrol(tracked.track, tracked.person(name), by=tracked.trainer)
        tracked.saw("practicum", name, ago=ago)
    db.session.rollback()
    give_badges()
    merge_people(tracked.person(ALL), tracked.person(MOST), {}, (1, 1), SYSTEM)
    assert badges() == [TODAY - timedelta(days=9)]


def certified(tracked: Tracked) -> Certificate:
    """A certificate of a year for ALL, who is on a track of the course that is renewed by
    practice."""
    set_rule(75, name_must_be_confirmed=True, months_valid=12, by=tracked.director)
    tracked.ready.confirm(ALL)
    tracked.ready.issued()
    tracked.publish(tracked.hours(), renewal=Renewal(all_of(PRACTICE), 6, 30))
    for name in (ALL, LITTLE):
        enrol(tracked.track, tracked.person(name), by=tracked.trainer)
    db.session.rollback()
    return db.session.query(Certificate).one()


@pytest.mark.parametrize(
    ("months", "standing"),
    [
        (12, Standing.ACTIVE),
        (3, Standing.RENEWABLE),
        (0, Standing.RENEWABLE),
        (-1, Standing.LAPSED),
    ],
)
def test_the_certificate_of_the_course_gives_the_active_standing(tracked, months, standing):
    held = certified(tracked)
    held.expires_on = months_before(TODAY, -months) - timedelta(days=months < 0)
    db.session.commit()
    assert state_of(tracked, ALL) is standing


def test_the_list_is_filtered_by_standing_and_her_page_tells_its_turns(tracked, client_for):
    held = certified(tracked)
    held.expires_on = TODAY - timedelta(days=3)
    db.session.commit()
    browser = client_for(tracked.trainer)

    def names(state: str) -> set[str]:
        page = browser.get(f"/tracks/{tracked.track}/people?group=B&state={state}").text
        return {name for name in (ALL, LITTLE) if name in page}

    assert names("grace") == names("done") == {ALL}
    assert names("on_the_way") == {LITTLE}
    assert names("active") == names("lapsed") == set()
    address = f"/tracks/{tracked.track}/people/{tracked.person(ALL)}"
    page = browser.get(address).text
    for said in (
        "Expired, can still be renewed",
        "The certificate expired",
        "A certificate was issued: active",
        "All done: the badge stays for good",
    ):
        assert said in page
    revoke(db.session.query(Certificate).one(), "conduct", "Said so", tracked.director)
    page = browser.get(address).text
    assert "All done, no valid certificate" in page
    assert "The certificate was revoked" in page


def test_what_can_be_renewed_already_holds_still():
    assert {one for one in Standing if one.holds} == {Standing.ACTIVE, Standing.RENEWABLE}


def test_a_certificate_that_nothing_follows_runs_out_and_lapses_after_its_grace():
    since, until = date(2026, 1, 1), date(2026, 6, 30)
    renewal = Renewal(all_of(ONCE), 12, 30)
    first = CertificatePeriod(since, until)
    began = [(since, StandingEvent.BEGAN), (since, StandingEvent.EARNED)]
    ran_out, lapsed = (
        (date(2026, 7, 1), StandingEvent.RAN_OUT),
        (date(2026, 7, 31), StandingEvent.LAPSED),
    )
    assert standing_history(date(2026, 7, 30), since, [first], renewal) == [ran_out, *began]
    assert standing_history(lapsed[0], since, [first], renewal) == [lapsed, ran_out, *began]
    again = CertificatePeriod(date(2026, 7, 31), date(2027, 6, 30))
    assert standing_history(lapsed[0], since, [first, again], renewal) == [
        (again.since, StandingEvent.RENEWED),
        ran_out,
        *began,
    ]
