"""Tracks kept by two people; facts as each room knows them; nobody earns or approves her own."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from kash.accounts.models import Account
from kash.attendance.models import RosterEntry
from kash.certificates.feature import periods
from kash.certificates.models import Certificate, CertificateBatch
from kash.certificates.queries.issuing import candidates
from kash.certificates.rules.issuing import Requirement
from kash.certificates.services.certificates import revoke
from kash.certificates.services.issuing import set_rule
from kash.certificates.tracks.leaf_kinds import LeafQuestion, leaf_kinds
from kash.certificates.tracks.models import SeenFact, TrackEnrolment
from kash.certificates.tracks.rules.standing import Window, last_day_of, months_before, months_later
from kash.certificates.tracks.rules.tree import Leaf, Renewal, all_of, tree_from_json
from kash.certificates.tracks.services.tracks import (
    TrackDetails,
    UnsoundTree,
    change_track,
    enrol,
    move,
    propose,
    publish,
    start_version,
    take_off,
    write_version,
)
from kash.certificates.tracks.services.visits import SeenTogether, end_role, enter, withdraw
from kash.people.models import Person
from kash.people.services.merging import merge_people
from kash.platform.approvals.approval import SamePerson
from kash.platform.database import db, utc_now
from kash.platform.vault.models import AuditEntry
from kash.platform.web.errors import ChangedMeanwhile, NotFound, Problem
from kash.policy import SYSTEM
from tests.certificates.tracks.conftest import ALL, LITTLE, MOST, PRACTICE, TODAY
from tests.refusals import refuses
from tests.workshops.conftest import make_person


@pytest.mark.any_engine
@pytest.mark.parametrize("share", [1, 25, 26, 75, 76, 100])
def test_hours_are_counted_as_for_a_certificate(both_engines_app, tracked, share):
    set_rule(share, name_must_be_confirmed=False, by=tracked.director)
    db.session.rollback()
    certified = {
        one.chosen_name
        for one in candidates(tracked.ready.workshop)
        if Requirement.TRACK not in {lacking.requirement for lacking in one.missing}
    }
    assert set(tracked.fulfil(tracked.hours(share))) == certified


def test_hours_count_in_the_listed_versions_and_the_window_only(tracked):
    workshop = tracked.ready.workshop
    version, ended = workshop.version.public_id, workshop.ends_on
    leaf = Leaf.of("hours", course=tracked.course, share=100, versions=(version,))
    assert tracked.fulfil(leaf) == {ALL: min(ended, TODAY)}
    other = Leaf.of("hours", course=tracked.course, share=100, versions=("0" * 16,))
    assert tracked.fulfil(other) == {}
    before = LeafQuestion(TODAY, window=Window(None, ended - timedelta(days=1)))
    assert tracked.fulfil(leaf, asked=before) == {}
    until = LeafQuestion(TODAY, window=Window(ended, ended))
    assert tracked.fulfil(leaf, asked=until) == {ALL: min(ended, TODAY)}


def test_hours_of_whoever_was_taken_off_the_register_do_not_count(tracked):
    key = tracked.keys()[ALL]
    assert tracked.fulfil(tracked.hours(100)).keys() == {ALL}
    db.session.query(RosterEntry).filter_by(person_id=key).update({"removed_at": utc_now()})
    db.session.commit()
    assert tracked.fulfil(tracked.hours(1)).keys() == {MOST, LITTLE}


def test_what_was_seen_counts_from_the_day_there_was_enough(both_engines_app, tracked):
    for ago in (20, 9, 3):
        tracked.saw("practicum", ALL, ago=ago)
    tracked.saw("practicum", MOST, ago=9)
    tracked.saw("outreach", MOST)
    tracked.saw("oral_test", MOST, about=tracked.course, amount=79)
    tracked.saw("oral_test", ALL, about=tracked.course, amount=80)
    assert tracked.fulfil(PRACTICE) == {ALL: TODAY - timedelta(days=9)}
    assert set(tracked.fulfil(Leaf.of("outreach", count=1))) == {MOST}
    assert set(tracked.fulfil(Leaf.of("test", course=tracked.course, score=80))) == {ALL}
    recent = LeafQuestion(TODAY, window=Window(TODAY - timedelta(days=5), TODAY))
    assert tracked.fulfil(PRACTICE, asked=recent) == {}


def test_a_document_counts_in_the_version_that_was_signed(tracked):
    tracked.saw("document", ALL, about="Code of conduct · 2")
    leaf = Leaf.of("document", document="Code of conduct", version="2")
    assert set(tracked.fulfil(leaf)) == {ALL}
    assert tracked.fulfil(replace(leaf, parameters=(*leaf.parameters[:1], ("version", "3")))) == {}


def test_a_role_counts_while_it_was_held(tracked):
    since = months_before(TODAY, 7)
    ago = (TODAY - since).days
    tracked.saw("role", ALL, MOST, about="mentor", ago=ago)
    leaf = Leaf.of("role", role="mentor", months=6)
    assert tracked.fulfil(leaf).keys() == {ALL, MOST}
    fact = db.session.query(SeenFact).join(Person).filter(Person.chosen_name == MOST).one()
    public_id = fact.public_id
    end_role(tracked.person(MOST), public_id, since + timedelta(days=60), by=tracked.trainer)
    assert tracked.fulfil(leaf).keys() == {ALL}
    window = Window(months_before(TODAY, 3), TODAY)
    assert tracked.fulfil(leaf, asked=LeafQuestion(TODAY, window=window)) == {}


def test_of_two_times_in_a_role_the_first_that_was_long_enough_counts(tracked):
    early = months_before(TODAY, 30)
    for since in (early, months_before(TODAY, 20)):
        tracked.saw("role", ALL, about="mentor", ago=(TODAY - since).days)
    first = db.session.query(SeenFact).filter_by(day=early).one().public_id
    until = months_before(TODAY, 22)
    end_role(tracked.person(ALL), first, until, by=tracked.trainer)
    leaf = Leaf.of("role", role="mentor", months=6)
    assert tracked.fulfil(leaf) == {ALL: months_later(early, 6)}
    # Entered anew from the day after on, it was held without a break.
    tracked.saw("role", ALL, about="mentor", ago=(TODAY - until).days - 1)
    leaf = Leaf.of("role", role="mentor", months=30)
    assert tracked.fulfil(leaf) == {ALL: months_later(early, 30)}


def test_a_certificate_counts_until_it_is_revoked(tracked):
    tracked.ready.confirm(ALL)
    tracked.ready.issued()
    leaf = Leaf.of("certificate", course=tracked.course)
    assert set(tracked.fulfil(leaf)) == {ALL}
    revoke(db.session.query(Certificate).one(), "wrong_record", "Wrong", tracked.director)
    assert tracked.fulfil(leaf) == {}


def test_the_last_day_is_that_of_the_certificate_which_holds_longest(tracked):
    set_rule(75, name_must_be_confirmed=True, months_valid=12, by=tracked.director)
    tracked.ready.confirm(ALL)
    tracked.ready.issued()
    key, course = tracked.keys()[ALL], tracked.row.track.course_id
    assert course is not None

    def last_days(of: int) -> dict[int, date | None]:
        return {
            person: last_day_of(held) for person, held in periods(db.session(), of, [key]).items()
        }

    found = db.session.query(Certificate).one()
    first = found.expires_on
    assert last_days(course) == {key: first}
    assert last_days(course + 1) == {}
    renewal = CertificateBatch(
        workshop_id=found.batch.workshop_id,
        rule_id=found.batch.rule_id,
        kind="renewal",
        state="issued",
        proposed_by="system",
    )
    later = Certificate(
        batch=renewal,
        person_id=key,
        serial="0123456789AB",
        printed_name=ALL,
        public_title=found.public_title,
        minutes=found.minutes,
        issued_on=first,
        expires_on=first and first + timedelta(days=365),
        renews_id=found.id,
    )
    db.session.add(later)
    db.session.commit()
    assert last_days(course) == {key: later.expires_on}
    revoke(later, "wrong_record", "Wrong", tracked.director)
    assert last_days(course) == {key: first}


def test_another_track_counts_for_whoever_is_on_it_and_fulfils_it(tracked):
    tracked.publish(tracked.hours())
    leaf = Leaf.of("track", track=tracked.track)
    assert tracked.fulfil(leaf) == {}
    for name in (ALL, LITTLE):
        enrol(tracked.track, tracked.person(name), by=tracked.trainer)
    assert set(tracked.fulfil(leaf)) == {ALL}


def test_only_a_sound_tree_is_saved_and_only_over_what_was_read(tracked):
    with pytest.raises(UnsoundTree):
        tracked.write(Leaf.of("track", track=tracked.track))
    with pytest.raises(UnsoundTree):
        propose(tracked.version, by=tracked.trainer)
    tracked.write(PRACTICE)
    with pytest.raises(ChangedMeanwhile):
        write_version(tracked.version, all_of(PRACTICE), None, 1, by=tracked.trainer)
    assert tree_from_json(tracked.row.tree) == all_of(PRACTICE)


def test_whom_a_renewal_is_about_stays_once_it_is_published(tracked):
    tracked.write(PRACTICE, renewal=Renewal(all_of(PRACTICE), 24, 30))
    details = TrackDetails("Peer educator", course=tracked.course)
    change_track(tracked.track, replace(details, course=""), by=tracked.trainer)
    change_track(tracked.track, details, by=tracked.trainer)
    propose(tracked.version, by=tracked.trainer)
    publish(tracked.version, by=tracked.director)
    with refuses("A published version says how this certificate is renewed, so"):
        change_track(tracked.track, replace(details, course=""), by=tracked.trainer)
    change_track(tracked.track, replace(details, name="Educator"), by=tracked.trainer)
    assert tracked.row.track.name == "Educator"


def test_a_version_is_published_by_another_and_changes_no_more(tracked, actor):
    tracked.write(PRACTICE)
    both = actor("trainer", "director", name="Nia Mfano")
    propose(tracked.version, by=both)
    with pytest.raises(SamePerson):
        publish(tracked.version, by=both)
    publish(tracked.version, by=tracked.director)
    with pytest.raises(Problem):
        tracked.write(tracked.hours())
    start_version(tracked.track, by=tracked.trainer)
    with refuses("There is a version already that is not published yet."):
        start_version(tracked.track, by=tracked.trainer)


def test_a_person_stays_on_her_version_until_she_is_moved_with_a_reason(tracked):
    tracked.publish(PRACTICE)
    first, person = tracked.version, tracked.person(ALL)
    enrol(tracked.track, person, by=tracked.trainer)
    second = tracked.next_version(tracked.hours())

    def her() -> TrackEnrolment:
        db.session.rollback()
        return db.session.query(TrackEnrolment).one()

    assert her().version.public_id == first
    move(tracked.track, person, second, "She began again.", by=tracked.trainer)
    assert her().version.public_id == second
    assert [one.reason for one in her().moves] == ["She began again."]
    take_off(tracked.track, person, by=tracked.trainer)
    db.session.rollback()
    assert db.session.query(TrackEnrolment).count() == 0


def test_who_cannot_be_enrolled_is_told_why(tracked, actor):
    person = tracked.person(ALL)
    with refuses("Publish a version of this track before anybody is enrolled"):
        enrol(tracked.track, person, by=tracked.trainer)
    tracked.publish(PRACTICE)
    enrol(tracked.track, person, by=tracked.trainer)
    with refuses("This person is on this track already."):
        enrol(tracked.track, person, by=tracked.trainer)
    stranger = make_person("Imani Sampuli")
    with pytest.raises(NotFound):
        enrol(tracked.track, stranger, by=tracked.trainer)
    minor = db.session.query(Person).filter_by(chosen_name=MOST).one()
    minor.minor = True
    db.session.commit()
    with refuses("Nobody under 18 is enrolled."):
        enrol(tracked.track, tracked.person(MOST), by=tracked.trainer)


def test_nobody_enrols_herself_or_enters_or_sees_what_she_did(tracked):
    tracked.publish(PRACTICE)
    person = tracked.person(ALL)
    key = db.session.query(Person.id).filter_by(public_id=person).scalar()
    herself = replace(tracked.trainer, person_id=key)
    with refuses("This is about yourself:"):
        enrol(tracked.track, person, by=herself)
    seen = SeenTogether("practicum", "", TODAY, tracked.director.public_id)
    with refuses("This is about yourself:"):
        enter(seen, {person: 1, tracked.person(MOST): 1}, by=herself)
    assert db.session.query(SeenFact).count() == 0


def test_outreach_is_not_supervised_by_oneself_nor_dated_ahead(tracked, actor):
    person = tracked.person(ALL)
    mine = actor("monitoring", name="Zawadi Mfano")
    account = db.session.query(Account).filter_by(public_id=mine.public_id).one()
    account.person_id = db.session.query(Person.id).filter_by(public_id=person).scalar()
    db.session.commit()
    seen = SeenTogether("outreach", "", TODAY, mine.public_id)
    with refuses("is ticked as well."):
        enter(seen, {person: 1}, by=tracked.trainer)
    assert enter(seen, {tracked.person(MOST): 1}, by=tracked.trainer) == 1
    with refuses("Choose somebody from the list."):
        enter(replace(seen, seen_by="0" * 16), {person: 1}, by=tracked.trainer)
    with refuses("This day is still to come."):
        enter(
            replace(seen, day=TODAY + timedelta(days=2)),
            {tracked.person(MOST): 1},
            by=tracked.trainer,
        )


def test_sent_twice_a_grid_is_entered_once_and_the_better_score_stays(tracked):
    for amount, new in ((60, 1), (60, 0), (40, 0), (90, 1)):
        seen = SeenTogether("oral_test", tracked.course, TODAY, tracked.director.public_id)
        assert enter(seen, {tracked.person(ALL): amount}, by=tracked.trainer) == new
    db.session.rollback()
    assert [one.amount for one in db.session.query(SeenFact)] == [90]
    entries = db.session.query(AuditEntry).filter_by(action="tracks.facts_entered")
    assert entries.count() == 2


def test_what_was_withdrawn_counts_no_more_but_stays_in_the_history(tracked):
    tracked.saw("practicum", ALL)
    fact = db.session.query(SeenFact).one().public_id
    person = tracked.person(ALL)
    withdraw(person, fact, "Another person", by=tracked.trainer)
    assert tracked.fulfil(Leaf.of("practicum", count=1)) == {}
    with pytest.raises(Problem):
        withdraw(person, fact, "Again", by=tracked.trainer)
    tracked.saw("practicum", ALL)
    assert set(tracked.fulfil(Leaf.of("practicum", count=1))) == {ALL}


def test_a_role_that_is_entered_again_after_it_was_withdrawn_goes_on(tracked):
    tracked.saw("role", ALL, about="mentor")
    fact, person = db.session.query(SeenFact).one().public_id, tracked.person(ALL)
    end_role(person, fact, TODAY, by=tracked.trainer)
    withdraw(person, fact, "She never ended", by=tracked.trainer)
    tracked.saw("role", ALL, about="mentor")
    db.session.rollback()
    assert [(one.until, one.withdrawn_at) for one in db.session.query(SeenFact)] == [(None, None)]


def test_two_people_who_are_one_lose_no_fact(tracked):
    tracked.publish(PRACTICE)
    for name in (ALL, MOST):
        enrol(tracked.track, tracked.person(name), by=tracked.trainer)
    tracked.saw("practicum", ALL, MOST, ago=3)
    tracked.saw("practicum", MOST, ago=4)
    kept = db.session.query(SeenFact).join(Person).filter(Person.chosen_name == ALL).one()
    withdraw(tracked.person(ALL), kept.public_id, "Wrong", by=tracked.trainer)
    assert tracked.fulfil(PRACTICE).keys() == {MOST}
    kept_id, gone_id = tracked.person(ALL), tracked.person(MOST)
    merge_people(kept_id, gone_id, {}, (1, 1), SYSTEM)
    assert tracked.fulfil(PRACTICE).keys() == {ALL}
    assert db.session.query(TrackEnrolment).count() == 1


def test_a_kind_that_nobody_declares_any_more_is_fulfilled_by_nobody(tracked):
    assert "nonsense" not in leaf_kinds()
    assert tracked.fulfil(Leaf.of("nonsense")) == {}
