"""Planning, sessions, enrolment: on both engines."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from kash.accounts.services.locking import lock_at_once
from kash.attendance.models import RosterEntry, Slot
from kash.attendance.rules.marking import Operation
from kash.attendance.services.marking import apply_marks, close_slot
from kash.people.models import Person
from kash.platform.database import db, new_public_id
from kash.platform.vault import AuditEntry, verify
from kash.platform.web import NotFound
from kash.platform.web.errors import ChangedMeanwhile
from kash.training.models import CourseVersion, Module
from kash.training.services.course_files import start_version
from kash.training.services.courses import NotADraft, remove_module, remove_plan, return_to_draft
from kash.workshops.models import Enrolment, Workshop, WorkshopSession
from kash.workshops.queries.deliveries import open_slots, upcoming_sessions
from kash.workshops.queries.people import attendance_record, people_in, workshops_of_person
from kash.workshops.queries.plan import facilitators_of, funding_of, sessions_of, trainers, venues
from kash.workshops.queries.scope import run_by
from kash.workshops.rules import EnrolmentState
from kash.workshops.services.people import ArrivingPerson, change_enrolment, enrol, walk_in
from kash.workshops.services.planning import (
    NewCourse,
    cancel_workshop,
    change_workshop,
    duplicate_workshop,
    plan_workshop,
    restore_workshop,
)
from kash.workshops.services.sessions import (
    FunderShare,
    SessionDetails,
    add_session,
    change_session,
    lay_out_anew,
    order_sessions,
    remove_session,
    share_costs,
)
from kash.workshops.services.timetable import WorkshopCancelled
from tests.refusals import refuses
from tests.workshops.conftest import (
    FIRST_DAY,
    SECOND_DAY,
    Held,
    details,
    in_days,
    make_person,
    make_version,
)


def times(held: Held) -> list[tuple[int, str, str]]:
    return [
        (one.starts_at.day, (one.starts_at + timedelta(hours=3)).strftime("%H:%M"), one.title)
        for one in sessions_of(held.row)
    ]


def actions() -> list[str]:
    return [entry.action for entry in db.session.query(AuditEntry).order_by(AuditEntry.seq).all()]


def roster(held: Held) -> list[str]:
    rows = (
        db.session.query(Person.chosen_name)
        .join(RosterEntry, RosterEntry.person_id == Person.id)
        .filter(RosterEntry.register_id == held.row.register_id, RosterEntry.removed_at.is_(None))
        .order_by(Person.sort_name)
    )
    return [row.chosen_name for row in rows]


def states(held: Held) -> dict[str, str]:
    return {
        row.chosen_name: row.state
        for row in db.session.query(Person.chosen_name, Enrolment.state)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .filter(Enrolment.workshop_id == held.row.id)
    }


def mark_somebody(held: Held, session: int = 0) -> str:
    slot = (
        db.session.query(Slot.public_id)
        .filter_by(register_id=held.row.register_id)
        .order_by(Slot.position)[session][0]
    )
    entry = (
        db.session.query(RosterEntry.public_id)
        .filter_by(register_id=held.row.register_id)
        .first()[0]
    )
    operation = Operation(new_public_id(), slot, entry, "present", 0, datetime.now(UTC))
    apply_marks(held.register, [operation], held.trainer)
    return slot


@pytest.mark.any_engine
def test_a_workshop_lays_its_sessions_into_days_and_its_maker_leads(both_engines_app, plan):
    held = plan(minutes=(90, 90, 90, 90, 90))
    assert times(held) == [
        (17, "08:30", "Session 1"),
        (17, "10:15", "Session 2"),
        (17, "11:45", "Session 3"),
        (17, "14:15", "Session 4"),
        (18, "08:30", "Session 5"),
    ]
    assert [slot.position for slot in held.row.register.slots] == [1, 2, 3, 4, 5]
    assert [(one.name, one.lead) for one in facilitators_of(held.row)] == [("Amani Mfano", True)]
    assert actions() == ["workshops.workshop_planned"]
    assert verify(db.session()).sound


@pytest.mark.any_engine
def test_a_course_that_does_not_fit_says_how_many_days_it_needs(both_engines_app, actor):
    trainer = actor("trainer")
    version = make_version((300, 300, 300, 300))
    with refuses("The sessions do not fit. Left over: 2. Days needed: 4."):
        plan_workshop(version, details(), trainer)
    with refuses("One session is longer than a day. Lengthen the day."):
        plan_workshop(make_version((500,)), details(), trainer)
    assert db.session.query(Workshop).count() == 0
    assert actions() == []


def test_no_draft_is_taught(app, actor):
    with refuses("Choose a published version of a course."):
        plan_workshop(make_version(state="draft"), details(), actor("trainer"))


@pytest.mark.any_engine
def test_a_course_is_made_with_its_first_workshop_and_waits_for_the_director(
    both_engines_app, actor
):
    trainer = actor("trainer")
    course = NewCourse("Community health basics", "- What the law says 60\nOn the street", "en")
    public_id = plan_workshop(course, details(), trainer)
    version = db.session.query(Workshop).filter_by(public_id=public_id).one().version
    assert [(one.title, one.minutes) for one in version.plans] == [
        ("What the law says", 60),
        ("On the street", 60),
    ]
    assert (version.state, version.proposed_by) == ("proposed", trainer.public_id)
    assert actions() == ["workshops.workshop_planned"]
    with refuses("Another course has this name."):
        plan_workshop(course, details(), trainer)
    with refuses("Write 1 to 200 sessions, a line each, of 5 to 600 minutes."):
        plan_workshop(NewCourse("Another", "Too short 4", "en"), details(), trainer)
    # Sent back, a session that a workshop has stays.
    return_to_draft(version.public_id, "Shorter.", actor("director"))
    with refuses("A workshop has a session of this, so it stays."):
        remove_plan(version.public_id, version.plans[0].public_id, trainer)


def test_the_same_form_twice_plans_one_workshop(app, actor):
    trainer, key, version = actor("trainer"), new_public_id(), make_version()
    for _ in range(2):
        assert plan_workshop(version, details(), trainer, public_id=key) == key
    assert db.session.query(Workshop).count() == 1
    with pytest.raises(NotFound):
        plan_workshop(version, details(), actor("trainer"), public_id=key)


def test_two_who_change_a_workshop_at_once_do_not_overwrite_each_other(both_engines_app, plan):
    held = plan()
    seen = held.row_version
    change_workshop(held.workshop, details(title="Mine"), seen, held.trainer)
    with pytest.raises(ChangedMeanwhile):
        change_workshop(held.workshop, details(title="Theirs"), seen, held.trainer)
    assert held.row.title == "Mine"


@pytest.mark.any_engine
def test_sessions_move_with_the_first_day_until_people_are_marked(both_engines_app, held):
    change_workshop(
        held.workshop,
        details(starts_on=date(2026, 11, 24), ends_on=date(2026, 11, 25)),
        held.row_version,
        held.trainer,
    )
    assert [day for day, _, _ in times(held)] == [24, 24, 24, 24]
    mark_somebody(held)
    with refuses("People were marked already"):
        change_workshop(held.workshop, details(), held.row_version, held.trainer)
    assert held.row.starts_on == date(2026, 11, 24)


def test_days_cannot_be_cut_under_the_sessions_unless_laid_out_anew(app, plan):
    held = plan(minutes=(90,) * 5)
    one_day = details(ends_on=FIRST_DAY, day_ends_at=time(19, 0))
    with refuses("A session lies outside these days"):
        change_workshop(held.workshop, one_day, held.row_version, held.trainer)
    change_workshop(held.workshop, one_day, held.row_version, held.trainer, anew=True)
    assert {day for day, _, _ in times(held)} == {17}


def test_sessions_are_added_moved_and_removed_without_overlap(both_engines_app, held):
    begins = datetime(2026, 11, 18, 6, 0, tzinfo=UTC)
    added = add_session(
        held.workshop, SessionDetails("Closing", begins, 60), held.row_version, held.trainer
    )
    assert times(held)[-1] == (18, "09:00", "Closing")
    with refuses("This overlaps “Closing”, 09:00 to 10:00."):
        add_session(
            held.workshop,
            SessionDetails("Across", begins + timedelta(minutes=59), 30),
            held.row_version,
            held.trainer,
        )
    with refuses("wholly on the workshop's days"):
        add_session(
            held.workshop,
            SessionDetails("Late", begins + timedelta(days=3), 30),
            held.row_version,
            held.trainer,
        )
    change_session(
        held.workshop,
        added,
        SessionDetails("Opening", datetime(2026, 11, 17, 5, 0, tzinfo=UTC), 30),
        held.row_version,
        held.trainer,
    )
    assert times(held)[0] == (17, "08:00", "Opening")
    remove_session(held.workshop, added, held.trainer)
    assert [title for _, _, title in times(held)] == [f"Session {n}" for n in range(1, 5)]
    assert [slot.position for slot in held.row.register.slots] == [1, 2, 3, 4]


@pytest.mark.any_engine
def test_a_marked_session_stays(both_engines_app, held):
    slot = mark_somebody(held)
    first = sessions_of(held.row)[0]
    with refuses("People were marked"):
        remove_session(held.workshop, first.public_id, held.trainer)
    with refuses("People were marked already"):
        lay_out_anew(held.workshop, held.trainer)
    close_slot(held.register, slot, held.trainer)
    with refuses("The register of this session is closed"):
        change_session(
            held.workshop,
            first.public_id,
            SessionDetails(first.title, first.starts_at, first.minutes + 5),
            held.row_version,
            held.trainer,
        )
    before = held.row_version
    change_session(
        held.workshop,
        first.public_id,
        SessionDetails("A better title", first.starts_at, first.minutes),
        before,
        held.trainer,
    )
    assert times(held)[0] == (17, "08:30", "A better title")
    assert held.row_version == before + 1
    shown = [(one.closed, one.marked, one.present) for one in sessions_of(held.row)]
    assert shown == [(True, 1, 1), *[(False, 0, 0)] * (len(shown) - 1)]


def test_sessions_change_their_order_and_times_follow(both_engines_app, plan):
    held = plan(minutes=(60, 90, 30))
    ids = [one.public_id for one in sessions_of(held.row)]
    order_sessions(held.workshop, [ids[2], ids[0], ids[1]], held.trainer)
    assert times(held) == [
        (17, "08:30", "Session 3"),
        (17, "09:00", "Session 1"),
        (17, "10:15", "Session 2"),
    ]
    before = actions()
    order_sessions(held.workshop, [ids[2], ids[0], ids[1]], held.trainer)
    assert actions() == before


def test_a_version_that_is_written_on_changes_no_workshop_that_teaches_from_it(held):
    taught = held.row.version
    course, version = taught.course.public_id, taught.public_id
    plans = [(one.title, one.plan) for one in sessions_of(held.row)]
    module = taught.modules[0].public_id
    db.session.rollback()
    draft = start_version(course, "en", held.trainer)
    copied = db.session.query(CourseVersion).filter_by(public_id=draft).one().modules[0]
    module_id, plan_id = copied.public_id, copied.plans[0].public_id
    db.session.rollback()
    remove_plan(draft, plan_id, held.trainer)
    remove_module(draft, module_id, held.trainer)
    with pytest.raises(NotADraft):
        remove_module(version, module, held.trainer)
    assert held.row.version.public_id == version
    now = [(one.title, one.plan) for one in sessions_of(held.row)]
    assert (now, len(now)) == (plans, 4)


@pytest.mark.any_engine
def test_seats_fill_then_people_wait_and_move_up_by_themselves(both_engines_app, plan):
    ahead = in_days(30)
    held = plan(capacity=2, **ahead)
    people = {name: make_person(name) for name in ("Asha", "Bahati", "Chausiku", "Dalila")}
    answers = [enrol(held.workshop, public_id, held.trainer) for public_id in people.values()]
    assert [str(answer) for answer in answers] == ["confirmed", "confirmed", "waiting", "waiting"]
    assert roster(held) == ["Asha", "Bahati"]
    queue = people_in(held.row, [EnrolmentState.WAITING])
    assert [(one.name, one.place_in_queue) for one in queue] == [("Chausiku", 1), ("Dalila", 2)]
    enrolled = people_in(held.row, [EnrolmentState.CONFIRMED])
    change_enrolment(held.workshop, enrolled[0].enrolment, EnrolmentState.WITHDRAWN, held.trainer)
    assert states(held) == {
        "Asha": "withdrawn",
        "Bahati": "confirmed",
        "Chausiku": "confirmed",
        "Dalila": "waiting",
    }
    assert roster(held) == ["Bahati", "Chausiku"]
    change_workshop(held.workshop, details(capacity=5, **ahead), held.row_version, held.trainer)
    assert roster(held) == ["Bahati", "Chausiku", "Dalila"]
    assert enrol(held.workshop, people["Asha"], held.trainer) == "confirmed"
    assert roster(held) == ["Asha", "Bahati", "Chausiku", "Dalila"]
    days, title = (ahead["starts_on"], ahead["ends_on"]), "Kisumu Central"
    (found,) = workshops_of_person(people["Asha"])
    assert found[:-1] == (held.workshop, title, *days, "planned", "confirmed", 0)
    # That she was taken off once is not lost because she came back.
    assert [state for state, _moment in found.history] == [
        EnrolmentState.CONFIRMED,
        EnrolmentState.WITHDRAWN,
        EnrolmentState.CONFIRMED,
    ]
    assert verify(db.session()).sound


@pytest.mark.any_engine
def test_the_invited_have_no_seat_until_they_say_yes(both_engines_app, plan):
    held = plan(capacity=1)
    enrol(held.workshop, make_person("Asha"), held.trainer, EnrolmentState.INVITED)
    assert (states(held), roster(held)) == ({"Asha": "invited"}, [])
    invited = people_in(held.row, [EnrolmentState.INVITED])[0]
    enrol(held.workshop, make_person("Bahati"), held.trainer)
    assert (
        change_enrolment(held.workshop, invited.enrolment, EnrolmentState.CONFIRMED, held.trainer)
        is EnrolmentState.WAITING
    )
    with refuses("This changed meanwhile"):
        change_enrolment(held.workshop, invited.enrolment, EnrolmentState.WITHDRAWN, held.trainer)


@pytest.mark.any_engine
def test_nobody_under_eighteen_is_enrolled_invited_or_taken_in(both_engines_app, plan, groups):
    held = plan()
    minor = make_person("Asha", minor=True)
    for wanted in (EnrolmentState.CONFIRMED, EnrolmentState.INVITED):
        with refuses("People under 18"):
            enrol(held.workshop, minor, held.trainer, wanted)
    before = db.session.query(Person).count()
    with refuses("People under 18"):
        walk_in(
            held.workshop,
            ArrivingPerson("Bahati", groups[1].public_id, "female", "under18"),
            held.trainer,
        )
    assert db.session.query(Person).count() == before
    assert (states(held), roster(held)) == ({}, [])


@pytest.mark.any_engine
def test_whoever_turns_out_to_be_under_eighteen_is_given_no_seat_but_may_decline(
    both_engines_app, plan
):
    held = plan()
    enrol(held.workshop, make_person("Asha"), held.trainer, EnrolmentState.INVITED)
    db.session.query(Person).update({"minor": True})
    db.session.commit()
    (invited,) = people_in(held.row, [EnrolmentState.INVITED])
    with refuses("People under 18"):
        change_enrolment(held.workshop, invited.enrolment, EnrolmentState.CONFIRMED, held.trainer)
    change_enrolment(held.workshop, invited.enrolment, EnrolmentState.DECLINED, held.trainer)
    assert states(held) == {"Asha": "declined"}


def test_whoever_comes_to_the_door_is_on_the_register_at_once_even_without_a_seat(
    both_engines_app, plan, groups
):
    held = plan(capacity=1)
    enrol(held.workshop, make_person("Asha"), held.trainer)
    key = new_public_id()
    who = ArrivingPerson("Bahati wa Mlangoni", groups[1].public_id, "female", "25-34")
    for _ in range(2):
        assert walk_in(held.workshop, who, held.trainer, person_id=key) == key
    assert roster(held) == ["Asha", "Bahati wa Mlangoni"]
    taken = db.session.query(Person).filter_by(public_id=key).one()
    assert (taken.age_band, taken.sex, taken.group.letter) == ("25-34", "female", "B")
    assert actions().count("workshops.walk_in_taken") == 1
    assert db.session.query(RosterEntry).filter_by(person_id=taken.id).one().walk_in is True


def test_a_copy_has_the_plan_but_nobody_in_it(both_engines_app, held):
    add_session(
        held.workshop,
        SessionDetails("Extra", datetime(2026, 11, 18, 11, 0, tzinfo=UTC), 45),
        held.row_version,
        held.trainer,
    )
    made = duplicate_workshop(held.workshop, date(2026, 12, 1), held.trainer)
    copy = Held(made, held.trainer)
    assert [(day, clock, title) for day, clock, title in times(copy)] == [
        (day - 16, clock, title) for day, clock, title in times(held)
    ]
    assert (copy.row.starts_on, copy.row.ends_on) == (date(2026, 12, 1), date(2026, 12, 2))
    assert (states(copy), roster(copy)) == ({}, [])
    assert len(states(held)) == 3
    plans = {one.plan_id for one in db.session.query(WorkshopSession).all() if one.plan_id}
    assert len(plans) == 4


@pytest.mark.any_engine
def test_a_cancelled_workshop_stays_still_until_that_is_undone(both_engines_app, held):
    cancel_workshop(held.workshop, "The hall is flooded.", held.trainer)
    for act in (
        lambda: enrol(held.workshop, make_person("Asha"), held.trainer),
        lambda: lay_out_anew(held.workshop, held.trainer),
        lambda: change_workshop(held.workshop, details(), held.row_version, held.trainer),
    ):
        with pytest.raises(WorkshopCancelled):
            act()
    assert held.row.cancelled_reason == "The hall is flooded."
    restore_workshop(held.workshop, held.trainer)
    assert (held.row.state, held.row.cancelled_reason) == ("planned", "")
    assert len(roster(held)) == 3


@pytest.mark.any_engine
def test_costs_are_shared_wholly_or_not_at_all(both_engines_app, held):
    share = FunderShare
    for shares, sentence in (
        ([share("Fund A", 60)], "All shares together must make one hundred."),
        (
            [share("Fund A", 60), share("fund a", 40)],
            "A funder stands here twice. Give each one line.",
        ),
        ([share("Fund A", 0)], "Each share is a whole number from 1 to 100."),
    ):
        with refuses(sentence):
            share_costs(held.workshop, shares, held.row_version, held.trainer)
    share_costs(
        held.workshop,
        [share("Fund A", 60, "X1"), share("Fund B", 40)],
        held.row_version,
        held.trainer,
    )
    assert [(one.funder.name, one.share, one.budget_code) for one in funding_of(held.row)] == [
        ("Fund A", 60, "X1"),
        ("Fund B", 40, ""),
    ]
    share_costs(held.workshop, [share("fund b", 100)], held.row_version, held.trainer)
    assert [(one.funder.name, one.share) for one in funding_of(held.row)] == [("Fund B", 100)]
    share_costs(held.workshop, [], held.row_version, held.trainer)
    assert funding_of(held.row) == []
    # SQLite makes only English letters small.
    for name in ("Ärzte Übersee", "Ärzte ÜberSEE"):
        share_costs(held.workshop, [share(name, 100)], held.row_version, held.trainer)
        assert [one.funder.name for one in funding_of(held.row)] == ["Ärzte Übersee"]


@pytest.mark.any_engine
def test_trainers_are_changed_and_one_always_leads(both_engines_app, held, actor):
    other, stranger = actor("trainer", name="Neema"), actor("monitoring")
    change_workshop(
        held.workshop,
        details(facilitators=[other.public_id, stranger.public_id]),
        held.row_version,
        held.trainer,
    )
    assert [(one.name, one.lead) for one in facilitators_of(held.row)] == [("Neema", True)]
    # Whoever planned it still runs it.
    for who, expected in ((held.trainer, [held.row.id]), (other, [held.row.id]), (stranger, [])):
        assert list(db.session.scalars(run_by(who))) == expected


def test_a_locked_trainer_is_asked_for_nothing_new_but_stays_where_she_teaches(
    both_engines_app, held, plan, actor
):
    other = actor("trainer", name="Neema")
    both = [held.trainer.public_id, other.public_id]
    change_workshop(held.workshop, details(facilitators=both), held.row_version, held.trainer)
    lock_at_once(other, other.public_id)
    elsewhere = plan(by=held.trainer, facilitators=both)
    assert [one.name for one in trainers()] == ["Amani Mfano"]
    assert [one.name for one in trainers(elsewhere.row)] == ["Amani Mfano"]
    assert [one.name for one in facilitators_of(elsewhere.row)] == ["Amani Mfano"]
    assert [one.name for one in trainers(held.row)] == ["Amani Mfano", "Neema"]
    change_workshop(held.workshop, details(facilitators=both), held.row_version, held.trainer)
    assert [one.name for one in facilitators_of(held.row)] == ["Amani Mfano", "Neema"]


@pytest.mark.any_engine
def test_a_new_venue_is_added_once(both_engines_app, held):
    for name in ("Hall B", "hall b"):
        change_workshop(
            held.workshop,
            details(new_venue=name, new_venue_place="Kisumu"),
            held.row_version,
            held.trainer,
        )
    assert [venue.name for venue in venues()] == ["Hall B"]
    assert held.row.venue is not None
    assert held.row.venue.place == "Kisumu"


@pytest.mark.any_engine
def test_due_sessions_are_those_of_my_workshops(both_engines_app, held, plan, actor):
    plan(by=actor("trainer", name="Other"))
    noon = datetime(2026, 11, 17, 7, 30, tzinfo=UTC)
    assert [one.title for one in upcoming_sessions(held.trainer, noon, 2)] == [
        "Session 3",
        "Session 4",
    ]
    assert [(one.title, one.marked) for one in open_slots(held.trainer, noon)] == [
        ("Session 1", False),
        ("Session 2", False),
    ]
    close_slot(held.register, mark_somebody(held), held.trainer)
    assert [one.title for one in open_slots(held.trainer, noon)] == ["Session 2"]
    assert SECOND_DAY > FIRST_DAY


@pytest.mark.any_engine
def test_the_attendance_record_counts_weighted_minutes(both_engines_app, held):
    mark_somebody(held)
    record = attendance_record(held.row)
    assert sorted((one.minutes, one.total_minutes, one.percentage) for _her, one in record) == [
        (0, 90, 0),
        (0, 90, 0),
        (90, 90, 100),
    ]
    each = [workshops_of_person(person.public_id)[0].minutes for person, _there in record]
    assert each == [there.minutes for _person, there in record]
    assert [person.chosen_name for person, _there in record] == [
        "Baraka Sampuli",
        "Faraja Sampuli",
        "Zawadi Sampuli",
    ]


def test_each_module_of_a_course_gets_its_day_also_when_laid_out_afresh(
    both_engines_app, plan, actor
):
    version = make_version((90, 90, 90, 90, 90, 90))
    row = db.session.query(CourseVersion).filter_by(public_id=version).one()
    (first,) = row.modules
    second = Module(version_id=row.id, position=2, title="Second")
    db.session.add(second)
    db.session.flush()
    for each in list(first.plans)[3:]:
        each.module_id = second.id
    db.session.commit()
    trainer = actor("trainer", name="Amani Mfano")
    held = Held(plan_workshop(version, details(), trainer), trainer)
    days = [17, 17, 17, 18, 18, 18]
    assert [day for day, _clock, _title in times(held)] == days
    lay_out_anew(held.workshop, trainer)
    assert [day for day, _clock, _title in times(held)] == days
