"""A certificate by a track of several requirements: whoever fulfils it gets one, whoever does not
reads exactly what is missing, and a renewal asks what the track says."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from kash.certificates.models import Certificate, CertificateBatch
from kash.certificates.queries.certificates import renewals_here
from kash.certificates.queries.issuing import candidates, ready_by_tracks
from kash.certificates.rules.issuing import Requirement
from kash.certificates.services.certificates import propose_renewals
from kash.certificates.services.issuing import (
    NoLongerEligible,
    approve,
    propose,
    set_rule,
    turn_back,
)
from kash.certificates.tracks.models import (
    SeenFact,
    Track,
    TrackBadge,
    TrackEnrolment,
    TrackVersion,
)
from kash.certificates.tracks.rules.standing import RenewalState
from kash.certificates.tracks.rules.tree import Leaf, Renewal, all_of
from kash.certificates.tracks.services.tracks import (
    TrackDetails,
    add_track,
    ask_for,
    ask_no_more,
    change_track,
    enrol,
    enrol_all,
    move,
    start_version,
)
from kash.certificates.tracks.services.visits import withdraw
from kash.platform.database import db
from tests.certificates.test_views import words
from tests.certificates.tracks.conftest import (  # noqa: F401
    ALL,
    LITTLE,
    MOST,
    PRACTICE,
    TODAY,
    Held,
    Tracked,
    held,
    plan,
    ready,
    tracked,
)
from tests.refusals import refuses

OUTREACH = Leaf.of("outreach", count=2)
RENEWED_BY = Leaf.of("practicum", count=1)


def required(tracked: Tracked, *, renewal: Renewal | None = None) -> None:  # noqa: F811
    """A track of three requirements, which the certificates of the course need; ALL and MOST fulfil
    it but for one outreach of MOST."""
    test = Leaf.of("test", course=tracked.course, score=60)
    tracked.publish(tracked.hours(75), test, OUTREACH, renewal=renewal)
    ask_for(tracked.track, by=tracked.director)
    tracked.saw("oral_test", ALL, MOST, LITTLE, about=tracked.course, amount=71)
    for ago, names in ((9, (ALL, MOST)), (5, (ALL,))):
        tracked.saw("outreach", *names, ago=ago)
    tracked.ready.confirm(ALL, MOST, LITTLE)


def lacking(tracked: Tracked) -> dict[str, list[tuple[str, int, int]]]:  # noqa: F811
    db.session.rollback()
    return {
        row.chosen_name: [
            (one.leaf.kind if one.leaf else str(one.requirement), one.need, one.have)
            for one in row.missing
        ]
        for row in candidates(tracked.ready.workshop)
    }


@pytest.mark.any_engine
def test_whoever_fulfils_all_of_it_is_eligible_and_the_others_lack_just_the_rest(
    both_engines_app,
    tracked,  # noqa: F811
):
    required(tracked)
    assert lacking(tracked) == {
        ALL: [],
        MOST: [("outreach", 2, 1)],
        LITTLE: [("hours", 75, 25), ("outreach", 2, 0)],
    }
    batch = tracked.ready.issued()
    db.session.rollback()
    (one,) = tracked.ready.batch(batch).certificates
    assert (one.printed_name, one.version and one.version.public_id) == (ALL, tracked.version)
    assert [row.version.public_id for row in db.session.query(TrackEnrolment)] == [tracked.version]
    assert [row.earned_on for row in db.session.query(TrackBadge)] == [
        max(TODAY - timedelta(days=5), min(tracked.ready.workshop.ends_on, TODAY))
    ]
    assert lacking(tracked)[ALL] == [(Requirement.NOT_YET, 0, 0)]
    # The same people, asked for the hours alone again.
    ask_no_more(tracked.track, by=tracked.director)
    assert lacking(tracked) == {
        ALL: [(Requirement.NOT_YET, 0, 0)],
        MOST: [],
        LITTLE: [("workshop", 270, 90)],
    }


def test_who_is_on_an_earlier_version_is_asked_for_what_that_says(
    tracked,  # noqa: F811
):
    required(tracked)
    enrol(tracked.track, tracked.person(ALL), by=tracked.trainer)
    first = tracked.version
    tracked.next_version(tracked.hours(75), Leaf.of("outreach", count=9))
    assert lacking(tracked)[ALL] == []
    assert lacking(tracked)[MOST] == [("outreach", 9, 1)]
    batch = tracked.ready.proposed()
    (one,) = tracked.ready.batch(batch).certificates
    assert one.version
    assert one.version.public_id == first


def test_what_was_proposed_is_asked_for_what_it_was_proposed_by(
    tracked,  # noqa: F811
):
    set_rule(20, name_must_be_confirmed=True, by=tracked.director)
    tracked.ready.confirm(LITTLE)
    by_rule = tracked.ready.proposed()
    set_rule(75, name_must_be_confirmed=True, by=tracked.director)
    required(tracked)
    by_track = tracked.ready.proposed()
    approve(tracked.ready.batch(by_rule), tracked.director)
    fact = db.session.query(SeenFact).filter_by(kind="outreach", day=TODAY - timedelta(days=5))
    withdraw(tracked.person(ALL), fact.one().public_id, "Another day", by=tracked.trainer)
    with pytest.raises(NoLongerEligible):
        approve(tracked.ready.batch(by_track), tracked.director)
    turn_back(tracked.ready.batch(by_track), "Once more", tracked.director)
    with refuses("Nobody can be proposed now."):
        propose(tracked.ready.workshop, "classic", tracked.trainer)


def test_nobody_gets_a_second_one_by_the_same_track_at_another_workshop(
    tracked,  # noqa: F811
    plan,  # noqa: F811
):
    required(tracked)
    batch = tracked.ready.issued()
    another = plan(by=tracked.trainer).row
    another.version_id = tracked.ready.workshop.version_id
    db.session.execute(
        update(CertificateBatch)
        .where(CertificateBatch.public_id == batch)
        .values(workshop_id=another.id)
    )
    db.session.commit()
    assert lacking(tracked)[ALL] == [(Requirement.NOT_YET, 0, 0)]
    ask_no_more(tracked.track, by=tracked.director)
    assert lacking(tracked)[ALL] == []


def test_a_certificate_by_something_else_hides_nobody_who_fulfils_the_track(
    tracked,  # noqa: F811
    plan,  # noqa: F811
):
    required(tracked)
    enrol(tracked.track, tracked.person(ALL), by=tracked.trainer)
    ask_no_more(tracked.track, by=tracked.director)
    batch = tracked.ready.issued()
    db.session.execute(
        update(CertificateBatch)
        .where(CertificateBatch.public_id == batch)
        .values(workshop_id=plan(by=tracked.trainer).row.id)
    )
    db.session.commit()
    ask_for(tracked.track, by=tracked.director)
    here = (tracked.ready.workshop.public_id, 1)
    after = max(TODAY, tracked.ready.workshop.ends_on)
    told = ready_by_tracks(tracked.trainer, after)
    assert [(workshop, count) for workshop, _title, count in told] == [here]
    tracked.ready.proposed()
    db.session.rollback()
    assert ready_by_tracks(tracked.trainer, after) == []


def test_what_certificates_need_is_not_written_or_turned_around_elsewhere(
    tracked,  # noqa: F811
):
    db.session.rollback()
    standard = db.session.query(Track).filter(Track.certifies).one().public_id
    with refuses("A director sets this under Certificates, The rule"):
        start_version(standard, by=tracked.trainer)
    with refuses("Only a published track that leads to a course's certificate can be required"):
        ask_no_more(standard, by=tracked.director)
    with refuses("Only a published track that leads to a course's certificate can be required"):
        ask_for(tracked.track, by=tracked.director)
    tracked.publish(OUTREACH)
    ask_for(tracked.track, by=tracked.director)
    with refuses("The certificates of this course need this track, so the course"):
        change_track(tracked.track, TrackDetails("Peer educator"), by=tracked.trainer)
    first = tracked.track
    tracked.track, tracked.version = add_track(
        TrackDetails("Another", course=tracked.course), by=tracked.trainer
    )
    tracked.publish(PRACTICE)
    with refuses("The certificates of this course need another track"):
        ask_for(tracked.track, by=tracked.director)
    ask_no_more(first, by=tracked.director)
    ask_for(tracked.track, by=tracked.director)


def test_no_trainer_lowers_the_rule_by_putting_people_on_the_track_of_all_certificates(
    tracked,  # noqa: F811
):
    tracked.ready.confirm(LITTLE)
    set_rule(20, name_must_be_confirmed=True, by=tracked.director)
    low = db.session.query(TrackVersion).order_by(TrackVersion.id.desc()).first()
    assert low is not None
    standard, version, person = low.track.public_id, low.public_id, tracked.person(LITTLE)
    with refuses("Nobody is put on this track:"):
        enrol_all(standard, version, [person], by=tracked.trainer)
    with refuses("Nobody is put on this track:"):
        enrol(standard, person, by=tracked.trainer)
    with refuses("Nobody is put on this track:"):
        move(standard, person, version, "To spare her the hours", by=tracked.trainer)
    # Whoever is on it from earlier is asked for no less than everybody.
    earlier = TrackEnrolment(
        track_id=low.track_id,
        version_id=low.id,
        person_id=tracked.keys()[LITTLE],
        enrolled_by=tracked.trainer.public_id,
    )
    db.session.add(earlier)
    db.session.commit()
    assert lacking(tracked)[LITTLE] == []
    set_rule(80, name_must_be_confirmed=True, by=tracked.director)
    assert lacking(tracked)[LITTLE] == [("workshop", 288, 90)]


def test_no_trainer_moves_somebody_back_to_a_version_that_asked_less_for_a_certificate(
    tracked,  # noqa: F811
):
    tracked.publish(Leaf.of("outreach", count=1))
    first, person = tracked.version, tracked.person(LITTLE)
    second = tracked.next_version(tracked.hours(75))
    enrol(tracked.track, person, by=tracked.trainer)
    ask_for(tracked.track, by=tracked.director)
    with refuses("Certificates need this track, so nobody goes back to an earlier version"):
        move(tracked.track, person, first, "To spare her the hours", by=tracked.trainer)
    third = tracked.next_version(tracked.hours(80))
    for version in (third, second):
        move(tracked.track, person, version, "There, and back again", by=tracked.trainer)
    with refuses("Certificates need this track, so nobody goes back to an earlier version"):
        move(tracked.track, person, first, "To spare her the hours", by=tracked.trainer)


def test_a_director_asks_for_a_track_and_the_trainer_reads_what_each_lacks(
    tracked,  # noqa: F811
    client_for,
    count_queries,
):
    required(tracked)
    ask_no_more(tracked.track, by=tracked.director)
    director, trainer = client_for(tracked.director), client_for(tracked.trainer)
    page = f"/certificates/rule/tracks/{tracked.track}"
    assert f'href="{page}"' in director.get("/certificates/rule").text
    asked = words(director.get(page))
    assert "Require this track?" in asked
    assert "Fulfilled by now: 1" in asked
    # Sent twice, it stays required.
    assert 'name="required" value="yes"' in director.get(page).text
    for _twice in range(2):
        assert director.post(page, data={"required": "yes"}).status_code == 303
    enrol(tracked.track, tracked.person(ALL), by=tracked.trainer)
    enrol(tracked.track, tracked.person(MOST), by=tracked.trainer)
    today = words(trainer.get("/"))
    assert "Ready for a certificate:" in today
    assert "1 person" in today
    assert "Ready for a certificate:" not in words(director.get("/"))
    shown = f"/workshops/{tracked.ready.held.workshop}/certificates"
    read = words(trainer.get(f"{shown}?group=A"))
    assert "Needed for this course: Peer educator" in read
    assert "Did outreach with somebody else supervising, at least: 2 (1 of 2)" in read
    assert "Eligible" in words(trainer.get(f"{shown}?group=B"))
    batch = tracked.ready.proposed()
    assert "Ready for a certificate:" not in words(trainer.get("/"))
    assert "Peer educator, version 1" in words(director.get(f"{shown}/batches/{batch}"))
    assert "need it." in words(trainer.get(f"/tracks/{tracked.track}"))
    with count_queries() as queries:
        trainer.get(shown)
    assert queries.count < 65


@pytest.fixture
def expiring(tracked):  # noqa: F811
    """A certificate of ALL by a track that a practicum within six months renews."""
    set_rule(75, name_must_be_confirmed=True, months_valid=12, by=tracked.director)
    required(tracked, renewal=Renewal(all_of(RENEWED_BY), 6, 30))
    tracked.ready.issued()
    return ends_on(TODAY + timedelta(days=20))


def ends_on(day: date) -> Certificate:
    db.session.rollback()
    db.session.execute(update(Certificate).values(expires_on=day))
    db.session.commit()
    return db.session.query(Certificate).one()


def test_a_renewal_asks_what_its_track_says_and_not_for_a_refresher(
    both_engines_app,
    tracked,  # noqa: F811
    expiring,
):
    key, public_id, workshop = expiring.id, expiring.public_id, tracked.ready.workshop
    here = renewals_here(workshop, (), TODAY)
    assert (here.ready, [one.id for one in here.lacking]) == ([], [key])
    missing = here.judged[key].missing
    assert [(one.leaf, one.have, one.need) for one in missing] == [(RENEWED_BY, 0, 1)]
    with refuses("Nobody chosen can be renewed now"):
        propose_renewals(workshop, {public_id}, TODAY, tracked.trainer)
    # Before the days that count it renews nothing.
    tracked.saw("practicum", ALL, ago=250)
    assert renewals_here(tracked.ready.workshop, (), TODAY).ready == []
    tracked.saw("practicum", ALL, ago=3)
    batch = propose_renewals(tracked.ready.workshop, {public_id}, TODAY, tracked.trainer)
    (renewed,) = tracked.ready.batch(batch).certificates
    assert renewed.version
    assert renewed.version.public_id == tracked.version
    fact = db.session.query(SeenFact).filter_by(kind="practicum", day=TODAY - timedelta(days=3))
    withdraw(tracked.person(ALL), fact.one().public_id, "Wrong", by=tracked.trainer)
    with pytest.raises(NoLongerEligible):
        approve(tracked.ready.batch(batch), tracked.director)


@pytest.mark.parametrize(
    ("days", "state", "ready_for_it"),
    [
        (400, RenewalState.HOLDS, False),
        (-30, RenewalState.GRACE, True),
        (-31, RenewalState.LAPSED, False),
    ],
)
def test_a_renewal_is_possible_within_its_days_only_but_a_decision_always(
    tracked,  # noqa: F811
    expiring,
    days,
    state,
    ready_for_it,
):
    tracked.saw("practicum", ALL, ago=3)
    key = ends_on(TODAY + timedelta(days=days)).id
    here = renewals_here(tracked.ready.workshop, (), TODAY)
    assert here.judged[key].state is state
    assert [one.id for one in here.ready] == [key] * ready_for_it
    assert [one.id for one in here.by_decision] == [key] * (state is RenewalState.LAPSED)


def test_the_page_of_renewals_says_what_is_missing_within_which_days(
    tracked,  # noqa: F811
    expiring,
    client_for,
):
    browser = client_for(tracked.trainer)
    address = f"/workshops/{tracked.ready.held.workshop}/certificates/renewals"
    page = words(browser.get(f"{address}?group=B"))
    assert "Still lacking something" in page
    assert "valid, can be renewed now Practised while somebody saw it, at least so often: 1" in page
    tracked.saw("practicum", ALL, ago=3)
    page = words(browser.get(f"{address}?group=B"))
    assert "Still lacking something" not in page
    assert "They did what their track asks for" in page
