"""Clashes of a workshop as they are read from what is planned, and what must not be saved."""

from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta

import pytest

from kash.certificates.models import TrainerSkill
from kash.forums.models import Forum, ForumMember
from kash.forums.services.meetings import plan_meeting
from kash.people.models import Person, Venue, Zone
from kash.planning.clashes.advice import advise
from kash.planning.clashes.models import ClashRuleSet
from kash.planning.clashes.queries.checking import clashes_ahead, people_twice, told_by_first_day
from kash.planning.clashes.rules import ClashKind, ClashRules, Weight
from kash.planning.clashes.services import WeightNotPossible, set_rules
from kash.platform.database import db
from kash.platform.web.errors import Problem
from kash.platform.web.formats import from_local, local_today
from kash.workshops.availability.models import Absence, TeachingDays, VenueBlock, ZoneTravel
from kash.workshops.models import Workshop
from kash.workshops.queries.people import wanted_of
from kash.workshops.services.planning import (
    cancel_workshop,
    change_workshop,
    duplicate_workshop,
    move_workshop,
    restore_workshop,
)
from tests.planning.clashes.conftest import LATE
from tests.refusals import refuses
from tests.workshops.conftest import details


def key_of(kind: type[Person] | type[Venue], public_id: str) -> int:
    return int(db.session.query(kind.id).filter_by(public_id=public_id).scalar())


def test_each_kind_is_read_from_what_is_planned(both_engines_app, schedule):
    hall, annex = schedule.venue("Hall", "Kondele", seats=25), schedule.venue("Annex", "Ahero")
    first = schedule.plan("First", schedule.atieno, venue=hall, capacity=30)
    second = schedule.plan("Second", schedule.juma, venue=hall, lead=schedule.atieno.public_id)
    assert schedule.kinds(first) == ["seats", "trainer", "venue"]
    # At another place and earlier, but too far away.
    zones = sorted(db.session.query(Zone.id).order_by(Zone.id).all())
    schedule.add(
        ZoneTravel(zone_id=zones[0][0], minutes=45),
        Absence(
            account_id=schedule.atieno.account_id,
            first=schedule.monday + timedelta(days=1),
            last=schedule.monday + timedelta(days=1),
            written_by="system",
        ),
        TeachingDays(account_id=schedule.juma.account_id, weekdays=[0], most_days_a_month=1),
        VenueBlock(
            venue_id=key_of(Venue, annex),
            first=schedule.monday + timedelta(days=1),
            last=schedule.monday + timedelta(days=1),
            written_by="system",
        ),
    )
    row = schedule.row(second)
    change_workshop(
        second,
        details(
            title="Second",
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            day_starts_at=LATE["day_starts_at"],
            day_ends_at=LATE["day_ends_at"],
            venue=annex,
            facilitators=[schedule.atieno.public_id],
        ),
        row.row_version,
        schedule.juma,
        anew=True,
    )
    assert schedule.kinds(second)[0] == "trainer"
    third = schedule.plan(
        "Third",
        schedule.atieno,
        day=1,
        venue=annex,
        facilitators=[schedule.atieno.public_id, schedule.juma.public_id],
        **LATE,
    )
    schedule.enrol(third, schedule.person("Zawadi Sampuli", ward="Kondele"))
    assert schedule.kinds(third) == ["absence", "block", "late", "teaching_days"]
    late = next(one for one in schedule.clashes(third) if one.kind is ClashKind.LATE)
    # The end of the last session, and 45 minutes home.
    assert late.number > 18 * 60 + 30
    # Another day would not mend that, so that it bars none.
    row = schedule.row(third)
    told = told_by_first_day(wanted_of(row), [row.starts_on], schedule.atieno)
    assert len(told[row.starts_on]) == 3


def test_a_clash_is_told_with_who_else_where_else_and_when_else(app, schedule):
    hall = schedule.venue("Hall")
    schedule.venue("Empty hall", seats=40)
    schedule.venue("Small room", seats=5)
    for trainer, level in ((schedule.atieno, "lead"), (schedule.juma, "co_teach")):
        schedule.add(
            TrainerSkill(
                account_id=trainer.account_id,
                course_id=schedule.course_id,
                level=level,
                since=local_today(),
                evidence="certificate",
                note="Training of trainers",
                granted_by="system",
            )
        )
    first = schedule.plan("First", venue=hall, capacity=20)
    schedule.plan("Second", venue=hall)
    with app.test_request_context():
        told = advise(wanted_of(schedule.row(first)), schedule.atieno)
    trainer, venue = told.clashes
    assert (trainer.who_else, trainer.where_else) == (["Juma"], None)
    assert (venue.who_else, venue.where_else) == (None, ["Empty hall"])
    assert "Atieno" in str(trainer.sentence)
    assert schedule.monday + timedelta(days=1) in told.when_else
    assert all(day.weekday() < 5 for day in told.when_else)
    assert not trainer.refused


def test_no_venue_is_told_from_which_a_trainer_cannot_travel_in_time(app, schedule):
    hall, near = schedule.venue("Hall", "Kondele"), schedule.venue("Near", "Kondele")
    schedule.venue("Far", "Ahero")
    zones = sorted(db.session.query(Zone.id).order_by(Zone.id).all())
    schedule.add(ZoneTravel(zone_id=zones[0][0], minutes=45))
    first = schedule.plan("First", venue=hall)
    schedule.plan("Second", schedule.juma, venue=hall)
    # A quarter of an hour later she begins again.
    evening = {"day_starts_at": time(16, 0), "day_ends_at": time(23, 45)}
    schedule.plan("Evening", venue=near, **evening)
    with app.test_request_context():
        told = advise(wanted_of(schedule.row(first)), schedule.atieno)
    assert [one.where_else for one in told.clashes] == [["Near"]]


def test_nobody_learns_of_people_whose_pages_she_may_not_open(schedule, actor):
    mine = schedule.plan("Mine", schedule.atieno)
    other = schedule.plan("Other", schedule.juma)
    both, hidden = schedule.person("Zawadi Sampuli"), schedule.person("Baraka Sampuli", "A")
    amani = schedule.person("Amani Sampuli")
    schedule.enrol(mine, both, amani)
    schedule.enrol(other, both, amani, hidden, by=schedule.juma)
    third = schedule.plan("Third", actor("trainer", name="Neema"))
    schedule.enrol(third, hidden, by=schedule.director)

    assert "people" in schedule.kinds(mine, schedule.atieno)
    assert [one.name for one in people_twice(schedule.row(mine), schedule.atieno)[0]] == [
        "Amani Sampuli",
        "Zawadi Sampuli",
    ]
    # Between the two others there is somebody too; Atieno, who runs neither, knows nothing of him.
    ahead = clashes_ahead(schedule.atieno, local_today(), kind=ClashKind.PEOPLE)
    assert [(set(one.events), one.number) for one in ahead.clashes] == [({mine, other}, 2)]
    assert people_twice(schedule.row(third), schedule.atieno) == ((), {})
    everything = clashes_ahead(schedule.director, local_today(), kind=ClashKind.PEOPLE)
    assert len(everything.clashes) == 2
    # They are kept for a while, and no person's key with them.
    assert [one.subjects for one in (*ahead.clashes, *everything.clashes)] == [(), (), ()]
    police, peer = actor("police_peer"), actor("peer")
    assert [advise(wanted_of(schedule.row(mine)), one).clashes for one in (police, peer)] == [
        (),
        (),
    ]


def test_police_and_community_at_one_door_are_told_whoever_comes_first(schedule):
    hall = schedule.venue("Hall")
    officers = schedule.plan("Officers", schedule.juma, venue=hall)
    schedule.enrol(officers, schedule.person("Baraka Sampuli", "A"), by=schedule.juma)
    ends = wanted_of(schedule.row(officers)).spans[-1][1]
    others = schedule.plan(
        "Others",
        venue=hall,
        day_starts_at=(ends + timedelta(hours=3, minutes=59)).time(),
        day_ends_at=LATE["day_ends_at"].replace(hour=23, minute=59),
    )
    schedule.enrol(others, schedule.person("Zawadi Sampuli", "B"))
    assert "door" in schedule.kinds(others)
    assert "door" in schedule.kinds(officers)
    schedule.refuse(door_minutes=30)
    assert "door" not in schedule.kinds(others)


def test_meetings_of_forums_are_in_the_way_of_their_secretary_and_members(schedule):
    person = schedule.person("Zawadi Sampuli")
    forum = Forum(name="Review", secretary_id=schedule.atieno.account_id)
    forum.members = [ForumMember(person_id=key_of(Person, person))]
    schedule.add(forum)
    starts_at = from_local(schedule.monday, LATE["day_starts_at"])
    forum_id = forum.public_id
    db.session.rollback()
    plan_meeting(forum_id, starts_at=starts_at, by=schedule.director)
    mine = schedule.plan("Mine", schedule.atieno)
    schedule.enrol(mine, person)
    assert schedule.kinds(mine) == ["people", "trainer"]


@pytest.mark.any_engine
def test_what_the_programme_refuses_cannot_be_planned_changed_moved_copied_or_restored(
    both_engines_app, schedule
):
    hall = schedule.venue("Hall")
    schedule.plan("First", schedule.juma, venue=hall)
    before = schedule.plan("Before", venue=hall)
    later = schedule.plan("Later", venue=hall, day=1)
    schedule.refuse(ClashKind.VENUE)

    with refuses("First"):
        schedule.plan("Never", venue=hall)
    row = schedule.row(later)
    there = details(title="Later", starts_on=schedule.monday, ends_on=schedule.monday, venue=hall)
    with refuses("Hall"):
        change_workshop(later, there, row.row_version, schedule.atieno)
    with refuses("This cannot be saved."):
        move_workshop(later, schedule.monday, schedule.atieno, row.row_version)
    with refuses("This cannot be saved."):
        duplicate_workshop(later, schedule.monday, schedule.atieno)
    cancel_workshop(later, "Rain", schedule.atieno)
    row = schedule.row(later)
    assert (row.starts_on, row.state) == (schedule.monday + timedelta(days=1), "cancelled")
    taken = schedule.plan("Taken", schedule.juma, venue=hall, day=1)
    with refuses("Taken"):
        restore_workshop(later, schedule.atieno)
    cancel_workshop(taken, "Rain", schedule.juma)
    restore_workshop(later, schedule.atieno)
    # What clashed before the rule stays as it is, and can be given another title.
    row = schedule.row(before)
    same = details(
        title="Another title", starts_on=schedule.monday, ends_on=schedule.monday, venue=hall
    )
    change_workshop(before, same, row.row_version, schedule.atieno)
    assert schedule.row(before).title == "Another title"
    assert db.session.query(Workshop).count() == 4


def test_people_never_stand_in_the_way_of_saving(schedule):
    with pytest.raises(WeightNotPossible):
        set_rules(ClashRules({ClashKind.PEOPLE: Weight.ERROR}), by=schedule.director)
    schedule.refuse(*(kind for kind in ClashKind if kind is not ClashKind.PEOPLE))
    mine = schedule.plan("Mine")
    other = schedule.plan("Other", schedule.juma)
    person = schedule.person("Zawadi Sampuli")
    schedule.enrol(mine, person)
    schedule.enrol(other, person, by=schedule.juma)
    assert "people" in schedule.kinds(mine)


def test_rules_that_are_set_twice_are_kept_once(schedule):
    schedule.refuse(ClashKind.VENUE, home_by=17 * 60)
    schedule.refuse(ClashKind.VENUE, home_by=17 * 60)
    rules = schedule.rules()
    assert (rules.refused, rules.limits.home_by) == ({ClashKind.VENUE}, 17 * 60)
    assert db.session.query(ClashRuleSet).count() == 1


def test_of_many_who_plan_for_one_hall_at_once_one_gets_it(both_engines_app, schedule):
    hall = schedule.venue("Hall")
    first = schedule.plan("First", venue=hall, day=1)
    schedule.refuse(ClashKind.VENUE)

    def plan(number: int) -> str | None:
        with both_engines_app.app_context():
            try:
                return schedule.plan(f"Number {number}", venue=hall)
            except Problem:
                return None
            finally:
                db.session.remove()

    with ThreadPoolExecutor(4) as racing:
        made = [one for one in racing.map(plan, range(4)) if one]
    db.session.rollback()
    assert {one.public_id for one in db.session.query(Workshop)} == {first, *made}
    assert len(made) == 1
