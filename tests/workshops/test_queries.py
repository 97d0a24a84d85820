"""What is read of workshops where another has the like of everything, and of each kind of row there
is one that just doesn't belong."""

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select

from kash.attendance.models import HeldItem, Mark, MarkStatus, Pad, RosterEntry, Slot, WalkIn
from kash.people.models import Group, Organisation, Person, Posting, Venue
from kash.platform.database import db, utc_now
from kash.platform.web.errors import NotFound
from kash.policy import Actor
from kash.training.models import Course, CourseVersion, Module, SessionPlan
from kash.workshops.models import Enrolment, Facilitator, Funder, Funding, Workshop, WorkshopSession
from kash.workshops.queries.deliveries import (
    from_phones,
    open_slots,
    own_slots,
    to_confirm,
    upcoming_sessions,
    workshops_of_trainer,
)
from kash.workshops.queries.people import (
    attendance_record,
    group_letter,
    headcount,
    own_part,
    people_expected,
    people_in,
    place_of,
    place_on_register,
    states_in,
    workshops_of_person,
)
from kash.workshops.queries.plan import (
    facilitators_of,
    funder_names,
    funding_of,
    hour_shares,
    next_workshops,
    session_of,
    sessions_of,
    teachable_versions,
    teachings_of,
    trainers,
    venues,
    workshop_list,
)
from kash.workshops.queries.scope import (
    find_workshops,
    is_run_by,
    people_of,
    run_by,
    runs,
    versions_taught_to,
)
from kash.workshops.queries.workshops import held_sessions, next_to_confirm, registers_to_confirm
from kash.workshops.rules import EnrolmentState
from tests.rows import row

NOW = utc_now().replace(microsecond=0)
TODAY = date(2026, 11, 20)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
_numbers = count(1)


@pytest.fixture(autouse=True)
def _as_it_was(sqlite_app):
    for position, (code, weight) in enumerate((("present", 100), ("late", 50), ("absent", 0))):
        row(MarkStatus, code=code, letter=code[0].upper(), weight=weight, position=position)
    yield
    db.session.rollback()


@pytest.fixture
def trainer(actor):
    return actor("trainer", name="Zawadi")


def _workshop(title: str, starts: int = 0, days: int = 1, **more: Any) -> Workshop:
    first = TODAY + starts * DAY
    values = {"title": title, "starts_on": first, "ends_on": first + (days - 1) * DAY}
    return row(Workshop, **(values | more))


def _session(found: Workshop, title: str, begins: datetime, **more: Any) -> WorkshopSession:
    plan_id = more.pop("plan_id", None)
    values = {"register_id": found.register_id, "starts_at": begins, "minutes": 60, "position": 1}
    slot = row(Slot, **(values | more))
    return row(WorkshopSession, workshop=found, slot=slot, title=title, plan_id=plan_id)


def _person(group: Group, name: str, **more: Any) -> Person:
    return row(Person, chosen_name=name, sort_name=name.lower(), group_id=group.id, **more)


def _on(found: Workshop, person: Person, state: str = "confirmed", **more: Any) -> Enrolment:
    removed = more.pop("removed_at", None)
    entry = None
    if state == "confirmed":
        key = {"register_id": found.register_id, "person_id": person.id}
        entry = row(RosterEntry, removed_at=removed, **key)
    return row(Enrolment, workshop=found, person=person, state=state, roster_entry=entry, **more)


def _mark(session: WorkshopSession, person: Person, status: str) -> None:
    row(Mark, slot_id=session.slot_id, person_id=person.id, status=status)


def test_the_list_tells_when_each_workshop_is_and_narrows_by_title_venue_and_whose(
    sqlite_app, trainer, groups
):
    hall = row(Venue, name="hall")
    ends_today = _workshop("B ends today", -1, 2, venue=hall, created_by=trainer.public_id)
    _workshop("a past", -2, 2, venue=row(Venue, name="Annex"))
    _workshop("C 100% to come", 1)
    _workshop("Off", 1, state="cancelled")
    for state in ("confirmed", "confirmed", "waiting"):
        _on(ends_today, _person(groups[1], state), state)

    def listed(address: str = "/", **asked: Any) -> list[tuple[str, int]]:
        with sqlite_app.test_request_context(address):
            rows = workshop_list(trainer, TODAY, **({"when": "all"} | asked))
            return [(one.title, one.people) for one in rows]

    def titles(*given: Any, **asked: Any) -> list[str]:
        return [title for title, _people in listed(*given, **asked)]

    assert listed(when="upcoming") == [("B ends today", 2), ("C 100% to come", 0)]
    assert titles(when="past") == ["a past"]
    assert titles(when="cancelled") == ["Off"]
    assert titles() == ["Off", "C 100% to come", "B ends today", "a past"]
    assert titles("/?sort=title") == ["a past", "B ends today", "C 100% to come", "Off"]
    assert titles("/?sort=venue")[2:] == ["a past", "B ends today"]
    assert titles(text="0%") == ["C 100% to come"]
    assert titles(text="PAST") == ["a past"]
    assert titles(venue=hall.public_id) == titles(mine=True) == ["B ends today"]
    found = [one.title for one in find_workshops(trainer, "O", 5)]
    assert found == ["Off", "C 100% to come", "B ends today"]
    assert len(find_workshops(trainer, "", 2)) == 2
    assert [one.title for one in db.session.scalars(workshops_of_trainer(trainer))] == [
        "B ends today"
    ]
    nobody = Actor("x" * 16, frozenset(), 0)
    assert find_workshops(nobody, "", 5) == []
    assert [one.title for one in find_workshops(trainer, "%", 5)] == ["C 100% to come"]
    with sqlite_app.test_request_context("/"):
        assert list(workshop_list(nobody, TODAY, when="all")) == []


def test_whoever_made_or_teaches_a_workshop_runs_it(trainer, actor, groups):
    made = _workshop("made", created_by=trainer.public_id)
    taught, other = _workshop("taught"), _workshop("other")
    row(Facilitator, workshop=taught, account_id=trainer.account_id)
    row(Facilitator, workshop=other, account_id=actor("trainer").account_id)
    assert set(db.session.scalars(run_by(trainer))) == {made.id, taught.id}
    each = select(Workshop.id).where(is_run_by(trainer))
    assert set(db.session.scalars(each)) == {made.id, taught.id}
    assert [runs(trainer, one, "workshops.edit") for one in (made, taught, other)] == [
        True,
        True,
        False,
    ]
    her, him = _person(groups[1], "Nyota"), _person(groups[0], "Mto")
    _on(made, her, "waiting")
    _on(other, him)
    assert set(db.session.scalars(people_of(trainer))) == {her.id}
    peer = actor("peer", person_id=her.id)
    assert list(db.session.scalars(versions_taught_to(peer))) == []
    _on(taught, her)
    _on(_workshop("off", state="cancelled"), her)
    assert list(db.session.scalars(versions_taught_to(peer))) == [taught.version_id]
    assert [one.title for one in find_workshops(peer, "", 9)] == ["off", "taught", "made"]


def test_sessions_wait_while_their_register_is_open_those_to_come_and_those_that_began(
    trainer, actor, groups
):
    mine = _workshop("mine", created_by=trainer.public_id, venue=row(Venue, name="hall"))
    her = _person(groups[1], "Nyota")
    began = _session(mine, "began", NOW - HOUR)
    for title, begins, more in (
        ("later", NOW + 2 * HOUR, {}),
        ("now", NOW, {}),
        ("long ago", NOW - 9 * DAY, {}),
        ("closed ahead", NOW + HOUR, {"closed_at": NOW}),
        ("closed", NOW - HOUR, {"closed_at": NOW}),
    ):
        _session(mine, title, begins, **more)
    off = _workshop("off", created_by=trainer.public_id, state="cancelled")
    for of in (off, _workshop("other")):
        _session(of, "elsewhere", NOW - HOUR)
        _session(of, "elsewhere", NOW + HOUR)
    _mark(began, her, "present")
    told = [(one.title, one.venue, one.marked) for one in open_slots(trainer, NOW)]
    assert told == [("long ago", "hall", False), ("began", "hall", True)]
    assert [one.title for one in open_slots(trainer, NOW, limit=1)] == ["long ago"]
    assert [one.title for one in upcoming_sessions(trainer, NOW)] == ["now", "later"]
    assert [one.title for one in upcoming_sessions(trainer, NOW, limit=1)] == ["now"]

    entry = _on(mine, her).roster_entry
    assert entry is not None
    peer = actor("peer", person_id=her.id)
    for of in (off, _workshop("hers too")):
        _session(of, "of no matter", NOW - 2 * DAY)
        _on(of, her)
    slots = [one.slot for one in own_slots(peer, NOW)]
    now = next(one for one in mine.sessions if one.title == "now")
    assert slots == [began.slot.public_id, now.slot.public_id]
    assert own_slots(trainer, NOW) == []
    assert own_slots(actor("peer", person_id=_person(groups[0], "Mto").id), NOW) == []
    entry.removed_at = NOW
    db.session.flush()
    assert own_slots(peer, NOW) == []


def test_what_phones_sent_is_told_of_workshops_in_which_something_waits(trainer, groups):
    later, first, quiet = (
        _workshop(title, starts, created_by=trainer.public_id)
        for title, starts in (("later", 5), ("first", 1), ("quiet", 0))
    )
    for of, held, came, decided in (
        (later, 1, 0, None),
        (first, 0, 2, None),
        (quiet, 1, 1, NOW),
        (_workshop("other"), 1, 1, None),
    ):
        pad = row(Pad, register_id=of.register_id)
        for _ in range(held):
            row(
                HeldItem,
                register_id=of.register_id,
                pad_id=pad.id,
                op_id=f"op {next(_numbers)}",
                why="conflict",
                decided_at=decided,
                decision="kept" if decided else "",
            )
        for _ in range(came):
            row(
                WalkIn,
                register_id=of.register_id,
                person_id=_person(groups[1], "x").id,
                op_id=f"op {next(_numbers)}",
                settled_at=decided,
                outcome="kept" if decided else "",
            )
    told = [(one.title, one.to_decide, one.to_match) for one in from_phones(trainer)]
    assert told == [("first", 0, 2), ("later", 1, 0)]


def test_registers_are_confirmed_by_somebody_else_once_they_began(trainer, actor):
    director, other = actor("director"), actor("trainer")
    mine, theirs = _workshop("mine", created_by=trainer.public_id), _workshop("theirs")
    off = _workshop("off", state="cancelled")
    closed = {"closed_by": other.public_id}
    confirmed = closed | {"confirmed_at": NOW, "confirmed_by": "x"}
    plan = row(SessionPlan, minutes=90)
    for title, of, begins, more in (
        ("second", mine, NOW - 5 * HOUR, {"closed_at": NOW - 4 * HOUR, **closed}),
        ("first", mine, NOW - 9 * HOUR, {"closed_at": NOW - 3 * HOUR, **closed}),
        ("odd", mine, NOW - 8 * HOUR, {"closed_at": NOW - HOUR, "plan_id": plan.id, **closed}),
        ("confirmed", mine, NOW - DAY, {"closed_at": NOW, **confirmed}),
        ("open", mine, NOW - DAY, {}),
        ("ahead", mine, NOW + DAY, {"closed_at": NOW - 9 * HOUR, **closed}),
        ("own", mine, NOW - DAY, {"closed_at": NOW - DAY, "closed_by": trainer.public_id}),
        ("alone", theirs, NOW - DAY, {"closed_at": NOW - 9 * HOUR, **closed}),
        ("off", off, NOW - DAY, {"closed_at": NOW - 9 * HOUR, **closed}),
    ):  # fmt: skip
        _session(of, title, begins, **more)
    told = [(one.title, one.registers, one.since) for one in to_confirm(trainer)]
    assert told == [("mine", 3, NOW - 4 * HOUR)]
    alone = theirs.sessions[0]
    found = to_confirm(director)
    assert [(one.title, one.registers) for one in found] == [("mine", 4), ("theirs", 1)]
    assert found[1].session == alone.public_id
    assert [one.title for one in to_confirm(director, limit=1)] == ["mine"]
    assert to_confirm(other) == to_confirm(actor("peer")) == []
    titles = [one.title for one in held_sessions(mine)]
    assert titles == ["confirmed", "open", "own", "first", "odd", "second", "ahead"]
    waiting = registers_to_confirm(mine, trainer)
    assert [(one.title, one.wants_a_look) for one in waiting] == [
        ("odd", True),
        ("first", False),
        ("second", False),
    ]
    assert next_to_confirm(waiting, waiting[1]) is waiting[2]
    assert next_to_confirm(waiting, waiting[0]) is None
    assert next_to_confirm(waiting, waiting[2]) is None
    assert [one.title for one in registers_to_confirm(mine, other)] == ["own"]


def test_the_best_share_of_hours_of_each_person_counts_with_the_day_that_reached_it(groups):
    course = row(Course)
    version = row(CourseVersion, course=course, number=1, state="published")
    other_version = row(CourseVersion, course=course, number=2, state="published")
    her, him, gone = (_person(groups[1], name) for name in ("Nyota", "Mto", "Gone"))

    def held(title: str, days_ago: int, marks: dict[str, str], **more: Any) -> Workshop:
        of = _workshop(title, -days_ago, version=more.pop("version", version), **more)
        first = _session(of, "one", NOW - DAY, closed_at=NOW)
        _session(of, "two", NOW - DAY, closed_at=NOW)
        _session(of, "never held", NOW - DAY)
        for person in (her, him, gone):
            removed = NOW if person is gone else None
            _on(of, person, removed_at=removed)
            if person.chosen_name in marks:
                _mark(first, person, marks[person.chosen_name])
        return of

    held("early", 30, {"Nyota": "present", "Mto": "late", "Gone": "present"})
    held("late", 10, {"Nyota": "present"}, version=other_version)
    held("off", 5, {"Mto": "present"}, state="cancelled")
    held("another course", 5, {"Mto": "present"}, version=row(CourseVersion, state="published"))
    early, late = TODAY - 30 * DAY, TODAY - 10 * DAY

    def shares(need: int = 50, versions: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
        found = hour_shares(db.session(), course.public_id, versions, need, TODAY, **more)
        names = {one.id: one.chosen_name for one in (her, him, gone)}
        return {names[key]: told for key, told in found.items()}

    assert shares() == {"Nyota": (50, early), "Mto": (25, early)}
    assert shares(need=51) == {"Nyota": (50, late), "Mto": (25, early)}
    assert shares(versions=(other_version.public_id,)) == {"Nyota": (50, late)}
    assert shares(people={him.id}) == {"Mto": (25, early)}
    assert shares(since=late) == {"Nyota": (50, late)}
    assert shares(since=late + DAY) == {}
    assert shares(until=early) == {"Nyota": (50, early), "Mto": (25, early)}
    assert shares(until=early - DAY) == {}
    # What is still to come was missed by nobody, and is part of the whole.
    coming = held("coming", 1, {"Mto": "present"})
    _session(coming, "tomorrow", NOW + DAY)
    assert shares()["Mto"] == (33, TODAY - DAY)
    # Whoever was there all the time has a hundred per cent, and no more.
    whole = _workshop("whole", -1, version=version)
    for at in range(3):
        _mark(_session(whole, str(at), NOW - DAY, closed_at=NOW), him, "present")
    assert shares()["Mto"] == (100, TODAY - DAY)
    for title, starts, more in (
        ("today", 0, {}),
        ("later", 4, {}),
        ("before", -1, {}),
        ("called off", 0, {"state": "cancelled"}),
    ):
        _workshop(title, starts, version=other_version, **more)
    courses = [course.public_id, row(Course).public_id]
    assert next_workshops(db.session(), courses, TODAY) == {course.public_id: TODAY}
    assert next_workshops(db.session(), courses, TODAY + DAY) == {course.public_id: TODAY + 4 * DAY}


def test_people_stand_by_name_and_the_queue_in_its_order(actor, groups):
    found, other = _workshop("found"), _workshop("other")
    people = {
        name: _person(groups[group], name, minor=name == "Bahari")
        for name, group in (("Nyota", 1), ("Bahari", 1), ("Mto", 0), ("Ziwa", 0), ("Ua", 1))
    }
    places = {
        "Nyota": _on(found, people["Nyota"]),
        "Bahari": _on(found, people["Bahari"]),
        "Mto": _on(found, people["Mto"], "waiting", queued_at=NOW),
        "Ziwa": _on(found, people["Ziwa"], "waiting", queued_at=NOW - DAY),
        "Ua": _on(found, people["Ua"], "declined"),
    }
    _on(other, people["Mto"])
    for name, until in (("old", date(2026, 5, 1)), ("station", None)):
        row(
            Posting,
            person_id=people["Nyota"].id,
            organisation=row(Organisation, name=name, kind="station"),
            since=date(2026, 1, 1),
            until=until,
        )
    C, W = EnrolmentState.CONFIRMED, EnrolmentState.WAITING
    listed = people_in(found, [C, W])
    assert [(one.name, one.letter, one.state, one.minor) for one in listed] == [
        ("Bahari", "B", C, True),
        ("Nyota", "B", C, False),
        ("Ziwa", "A", W, False),
        ("Mto", "A", W, False),
    ]
    assert [one.place_in_queue for one in listed[2:]] == [1, 2]
    assert [one.station for one in listed[:2]] == ["", "station"]
    assert {one.name for one in people_in(found, [EnrolmentState.DECLINED])} == {"Ua"}
    session = _session(found, "one", NOW - DAY, closed_at=NOW)
    _mark(session, people["Nyota"], "late")
    _mark(_session(other, "two", NOW - DAY), people["Nyota"], "present")
    place = place_of(found, places["Nyota"].public_id)
    assert (place.person, place.marked, place.state) == (people["Nyota"].public_id, 1, C)
    with pytest.raises(NotFound):
        place_of(other, places["Nyota"].public_id)
    assert states_in(other) == {people["Mto"].public_id: C}
    expected = set(db.session.scalars(people_expected(found)))
    assert expected == {people[name].id for name in ("Nyota", "Bahari", "Mto", "Ziwa")}
    assert group_letter(people["Mto"].public_id) == "A"
    entry = places["Nyota"].roster_entry
    assert entry is not None
    assert place_on_register(found, people["Nyota"].public_id) == (entry.public_id, "B")
    assert place_on_register(other, people["Nyota"].public_id) is None
    counted = headcount(found)
    assert (counted["confirmed"], counted["waiting"]) == (2, 2)
    assert counted["by_group"] == [("Community", 2)]
    _on(other, people["Ua"])
    assert headcount(other)["by_group"] == [("Police", 1), ("Community", 1)]
    assert [(person.chosen_name, there.minutes) for person, there in attendance_record(found)] == [
        ("Bahari", 0),
        ("Nyota", 30),
    ]
    part = own_part(found, people["Nyota"].id)
    assert part["attended"] is not None
    assert (part["state"], part["attended"].minutes) == (C, 30)
    assert own_part(found, people["Mto"].id)["attended"] is None
    with pytest.raises(NotFound):
        own_part(other, people["Nyota"].id)
    entry.removed_at = NOW
    db.session.flush()
    assert place_on_register(found, people["Nyota"].public_id) is None
    assert [person.chosen_name for person, _there in attendance_record(found)] == ["Bahari"]


def test_a_persons_workshops_stand_with_the_latest_first_and_what_she_attended(groups):
    her = _person(groups[1], "Nyota")
    _on(_workshop("early", -9), her, "declined", history=[["invited", NOW.isoformat()]])
    latest = _workshop("latest", 5)
    _on(latest, her)
    _on(_workshop("of another", 9), _person(groups[1], "Mto"))
    for begins, status in ((NOW - HOUR, "late"), (NOW - DAY, "present"), (NOW + DAY, "present")):
        _mark(_session(latest, status, begins), her, status)
    told = workshops_of_person(her.public_id)
    assert [(one.title, one.enrolment, one.minutes) for one in told] == [
        ("latest", EnrolmentState.CONFIRMED, 90),
        ("early", EnrolmentState.DECLINED, 0),
    ]
    assert [state for state, _day in told[1].history] == [EnrolmentState.INVITED]


def test_a_plan_tells_sessions_trainers_money_and_what_can_be_taught_in_order(actor, groups):
    found, other = _workshop("found"), _workshop("other")
    second = _session(found, "second", NOW, minutes=30)
    first = _session(found, "first", NOW - DAY, closed_at=NOW, confirmed_at=NOW, confirmed_by="x")
    _session(other, "elsewhere", NOW)
    for name, status, removed in (
        ("a", "present", None),
        ("b", "absent", None),
        ("c", "present", NOW),
    ):
        person = _person(groups[1], name)
        _on(found, person, removed_at=removed)
        _mark(first, person, status)
    told = [
        (one.title, one.marked, one.present, one.closed, one.confirmed)
        for one in sessions_of(found)
    ]
    assert told == [("first", 2, 1, True, True), ("second", 0, 0, False, False)]
    assert session_of(found, second.public_id) is second
    with pytest.raises(NotFound):
        session_of(other, second.public_id)
    lead, helper = actor("trainer", name="Zawadi"), actor("trainer", name="Amani")
    closed = actor("trainer", name="Closed", active=False)
    paused = actor("trainer", name="Paused", paused_at=NOW)
    for of, who, leads in (
        (found, helper, False),
        (found, lead, True),
        (found, paused, False),
        (other, closed, True),
    ):
        row(Facilitator, workshop=of, account_id=who.account_id, lead=leads)
    assert [one.name for one in facilitators_of(found)] == ["Zawadi", "Amani", "Paused"]
    assert [one.name for one in trainers()] == ["Amani", "Zawadi"]
    assert [one.name for one in trainers(found)] == ["Amani", "Paused", "Zawadi"]
    funders = {name: row(Funder, name=name) for name in ("beta", "Alpha", "Gamma")}
    for name, share, of in (("beta", 30, found), ("Alpha", 70, found), ("Gamma", 100, other)):
        row(Funding, workshop=of, funder=funders[name], share=share)
    assert [one.funder.name for one in funding_of(found)] == ["Alpha", "beta"]
    assert funder_names() == ["Alpha", "beta", "Gamma"]
    for name in ("hall", "Annex"):
        row(Venue, name=name)
    assert [one.name for one in venues()] == ["Annex", "hall"]
    course = row(Course, name="a course")
    versions = [
        row(CourseVersion, course=course, number=number, state=state)
        for number, state in ((1, "published"), (2, "published"), (3, "draft"))
    ]
    own = [one.number for one in teachable_versions() if one.course is course]
    assert own == [2, 1]
    modules = [row(Module, version=versions[0], position=position) for position in (2, 1)]
    plans = [
        row(SessionPlan, module=module, position=position, title=f"{module.position}.{position}")
        for module in modules
        for position in (2, 1)
    ]
    row(SessionPlan, title="elsewhere")
    assert [plan.title for plan, _teaching in teachings_of(versions[0].id)] == [
        "1.1",
        "1.2",
        "2.1",
        "2.2",
    ]
    assert {teaching.key for _plan, teaching in teachings_of(versions[0].id)} == {
        one.public_id for one in plans
    }
