"""Seats under a race, offers with a deadline, and courses that were had before: on both engines."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask_babel import force_locale

from kash.accounts.services.accounts import change_settings
from kash.attendance.models import Mark, Slot
from kash.people.models import Person
from kash.people.notices.models import Notice
from kash.people.notices.rules import fault_of
from kash.people.services.persons import phone_values
from kash.platform.database import db, utc_now, writing
from kash.platform.vault import AuditEntry, verify
from kash.platform.web.formats import local_today
from kash.policy import SYSTEM
from kash.training.models import Course, CourseVersion
from kash.workshops.models import Enrolment
from kash.workshops.queries.deliveries import CertificatesHeld, earlier_told
from kash.workshops.queries.people import SEATS, past_turnouts, people_in, why_the_list_stands
from kash.workshops.rules import CourseHeld as Holds
from kash.workshops.rules import EnrolmentState, PastTurnout, Standstill
from kash.workshops.services.people import (
    answer_by_link,
    answer_invitation,
    change_enrolment,
    enrol,
    enrol_all,
    make_answer_links,
    tend_waiting_lists,
)
from kash.workshops.services.planning import cancel_workshop, restore_workshop, set_earlier_courses
from kash.workshops.services.seats import GIVEN, OFFERED, SEAT_MESSAGES, move_up, offer_event
from tests.declaring import also_declared
from tests.people.notices.conftest import answered, gateway
from tests.people.notices.conftest import states as outbox_states
from tests.refusals import refuses
from tests.workshops.conftest import Held, in_days, make_person
from tests.workshops.test_services import roster, states

RACING, PLACES = 50, 10

__all__ = ["gateway"]


def _enrolment(held: Held, name: str) -> Enrolment:
    db.session.rollback()
    found = db.session.query(Enrolment).join(Enrolment.person)
    return found.filter(Enrolment.workshop_id == held.row.id, Person.chosen_name == name).one()


def _moved(held: Held, name: str, wanted: EnrolmentState) -> EnrolmentState:
    enrolment = _enrolment(held, name).public_id
    return change_enrolment(held.workshop, enrolment, wanted, held.trainer)


def _queue(held: Held) -> list[str]:
    db.session.rollback()
    return [one.name for one in people_in(held.row, [EnrolmentState.WAITING])]


def _why(held: Held, confirmed: int) -> list[Standstill]:
    db.session.rollback()
    return [one.why for one in why_the_list_stands(held.row, confirmed, utc_now())]


def _full(plan: Callable[..., Held], days: int, *waiting: str, seats: int = 1) -> Held:
    """A workshop in so many days whose seats are taken, and who waits."""
    held = plan(capacity=seats, **in_days(days))
    for name in (*(f"Seated {number}" for number in range(seats)), *waiting):
        enrol(held.workshop, make_person(name), held.trainer)
    return held


def test_of_fifty_who_answer_at_once_exactly_ten_have_a_seat_and_the_rest_wait_in_their_order(
    both_engines_app, plan
):
    held = plan(capacity=PLACES, **in_days(30))
    people = [make_person(f"Person {number:02}") for number in range(RACING)]
    enrol_all(held.workshop, people, held.trainer, EnrolmentState.INVITED)
    invited = [one.enrolment for one in people_in(held.row, [EnrolmentState.INVITED])]
    tokens = list(make_answer_links(held.workshop, invited, held.trainer).values())
    db.session.remove()

    def answer(token: str) -> str:
        with both_engines_app.app_context():
            state = answer_by_link(token, comes=True)
            db.session.remove()
        return str(state)

    with ThreadPoolExecutor(RACING) as pool:
        answers = list(pool.map(answer, tokens))
    assert (answers.count("confirmed"), answers.count("waiting")) == (PLACES, RACING - PLACES)
    entries = db.session.query(AuditEntry).filter_by(action="workshops.answered_by_link")
    in_order = [one.subjects[1] for one in entries.order_by(AuditEntry.seq)]
    seated = {one.enrolment for one in people_in(held.row, [EnrolmentState.CONFIRMED])}
    assert seated == set(in_order[:PLACES])
    assert len(roster(held)) == PLACES
    waiting = [one.enrolment for one in people_in(held.row, [EnrolmentState.WAITING])]
    assert waiting == in_order[PLACES:]
    assert verify(db.session()).sound


@pytest.mark.any_engine
def test_three_days_before_a_seat_is_offered_and_held_until_it_is_answered(both_engines_app, plan):
    held = _full(plan, 2, "Asha", "Bahati")
    assert _why(held, 1) == [Standstill.NO_SEAT]
    _moved(held, "Seated 0", EnrolmentState.WITHDRAWN)
    offered = _enrolment(held, "Asha")
    assert offered.offer_until is not None
    assert timedelta(hours=23) < offered.offer_until - utc_now() <= timedelta(hours=24)
    assert _why(held, 0) == [Standstill.OFFERED]
    # Nobody who comes new gets past those who wait, nor the seat that is held.
    db.session.rollback()
    assert enrol(held.workshop, make_person("Chausiku"), held.trainer) == "waiting"
    with refuses("No seat is free:"):
        _moved(held, "Bahati", EnrolmentState.CONFIRMED)
    (link,) = make_answer_links(
        held.workshop, [_enrolment(held, "Asha").public_id], held.trainer
    ).values()
    assert answer_by_link(link, comes=True) is EnrolmentState.CONFIRMED
    assert _enrolment(held, "Asha").offer_until is None
    assert (roster(held), _queue(held)) == (["Asha"], ["Bahati", "Chausiku"])
    assert _why(held, 1) == [Standstill.NO_SEAT]


@pytest.mark.any_engine
def test_an_offer_lapses_in_the_moment_in_which_it_ends(both_engines_app, plan):
    held = _full(plan, 2, "Asha")
    _moved(held, "Seated 0", EnrolmentState.WITHDRAWN)
    asha = _enrolment(held, "Asha")
    until, public_id = asha.offer_until, asha.public_id
    assert until is not None
    for now, lapsed in ((until - timedelta(seconds=1), []), (until, [public_id])):
        assert move_up(db.session(), held.row, now) == lapsed
    db.session.rollback()


def test_an_unanswered_offer_lapses_and_goes_to_the_next_and_no_one_is_asked_twice(
    both_engines_app, plan
):
    held = _full(plan, 2, "Asha", "Bahati")
    _moved(held, "Seated 0", EnrolmentState.WITHDRAWN)
    db.session.rollback()
    assert tend_waiting_lists(utc_now()) == 0
    for name, left in (("Asha", ["Bahati", "Asha"]), ("Bahati", ["Asha", "Bahati"])):
        _enrolment(held, name).offer_until = utc_now() - timedelta(seconds=1)
        db.session.commit()
        assert tend_waiting_lists(utc_now()) == 1
        assert _queue(held) == left
    assert _why(held, 0) == [Standstill.LAPSED]
    assert [_enrolment(held, name).offer_until for name in ("Asha", "Bahati")] == [None, None]
    db.session.rollback()
    assert tend_waiting_lists(utc_now()) == 0
    # Whoever let it lapse has the seat if it is still free once she answers; or is given it.
    (link,) = make_answer_links(
        held.workshop, [_enrolment(held, "Bahati").public_id], held.trainer
    ).values()
    assert answer_by_link(link, comes=True) is EnrolmentState.CONFIRMED
    _moved(held, "Bahati", EnrolmentState.WITHDRAWN)
    db.session.rollback()
    assert _moved(held, "Asha", EnrolmentState.CONFIRMED) is EnrolmentState.CONFIRMED


@pytest.mark.any_engine
def test_whoever_withdrew_or_declined_is_last_when_she_comes_back(both_engines_app, plan):
    held = _full(plan, 30, "Asha", "Bahati", "Chausiku")
    _moved(held, "Seated 0", EnrolmentState.WITHDRAWN)
    assert roster(held) == ["Asha"]
    _moved(held, "Bahati", EnrolmentState.DECLINED)
    db.session.rollback()
    assert _moved(held, "Seated 0", EnrolmentState.CONFIRMED) is EnrolmentState.WAITING
    assert _moved(held, "Bahati", EnrolmentState.CONFIRMED) is EnrolmentState.WAITING
    assert _queue(held) == ["Chausiku", "Seated 0", "Bahati"]
    # A yes that changes nothing costs nobody her place.
    with refuses("No seat is free:"):
        _moved(held, "Chausiku", EnrolmentState.CONFIRMED)
    assert _queue(held) == ["Chausiku", "Seated 0", "Bahati"]


@pytest.mark.any_engine
def test_whoever_is_under_eighteen_is_passed_over_and_the_page_says_so(both_engines_app, plan):
    held = _full(plan, 30, "Asha")
    _enrolment(held, "Asha").person.minor = True
    db.session.commit()
    _moved(held, "Seated 0", EnrolmentState.WITHDRAWN)
    assert states(held)["Asha"] == "waiting"
    assert _why(held, 0) == [Standstill.UNDER_AGE]


@pytest.mark.any_engine
def test_the_programme_decides_when_offers_begin(both_engines_app, plan):
    change_settings(SYSTEM, "seats", SEATS, {"days_before": 0})
    held = _full(plan, 2, "Asha")
    _moved(held, "Seated 0", EnrolmentState.WITHDRAWN)
    assert states(held)["Asha"] == "confirmed"


def _attend(held: Held, name: str, sessions: int) -> None:
    """Have somebody come to so many of the sessions."""
    db.session.rollback()
    person = db.session.query(Person).filter_by(chosen_name=name).one()
    slots = db.session.query(Slot).filter_by(register_id=held.row.register_id)
    for slot in slots.order_by(Slot.position)[:sessions]:
        db.session.add(Mark(slot_id=slot.id, person_id=person.id, status="present"))
    db.session.commit()


def course_of(held: Held) -> tuple[int, str, str]:
    db.session.rollback()
    row = (
        db.session.query(Course)
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .filter(CourseVersion.id == held.row.version_id)
        .one()
    )
    found = row.id, row.public_id, row.name
    db.session.rollback()
    return found


def test_a_missing_course_and_a_repeat_are_told_and_keep_out_only_if_the_programme_says_so(
    both_engines_app, plan, actor
):
    first = plan(**in_days(-20, -19))
    people = {name: make_person(name) for name in ("Asha", "Bahati", "Chausiku")}
    for person in people.values():
        enrol(first.workshop, person, first.trainer)
    _attend(first, "Asha", 4)
    # Less than half of it is not to have had it.
    _attend(first, "Bahati", 1)
    _key, basic, name = course_of(first)
    second = plan(**in_days(20))
    _key, course, _name = course_of(second)
    set_earlier_courses(course, [basic], second.trainer)
    everybody = list(people.values())

    def told(held: Held) -> dict[str, dict[str, object]]:
        db.session.rollback()
        found = earlier_told(held.row, everybody)
        db.session.rollback()
        return {who: found[person] for who, person in people.items() if person in found}

    missing = {"missing": [name], "had_on": None, "until": None}
    assert told(second) == {"Bahati": missing, "Chausiku": missing}
    assert told(first) == {}
    again = plan(**in_days(40))
    db.session.query(CourseVersion).filter_by(id=again.row.version_id).update(
        {"course_id": course_of(first)[0], "number": 2}
    )
    db.session.commit()
    had = {"missing": [], "had_on": local_today() - timedelta(days=19), "until": None}
    assert told(again) == {"Asha": had}
    # Told, and in nobody's way.
    assert enrol(second.workshop, people["Bahati"], second.trainer) == "confirmed"
    # One of the two rules is enough.
    refused = {
        "needs_earlier": (second, "Chausiku", "a course that this one asks for"),
        "refuses_repeats": (again, "Asha", "was attended before"),
    }
    for rule, (held, who, problem) in refused.items():
        change_settings(SYSTEM, "seats", SEATS, {each: each == rule for each in refused})
        with refuses(problem):
            enrol(held.workshop, people[who], held.trainer)
    change_settings(SYSTEM, "seats", SEATS, {"needs_earlier": True, "refuses_repeats": True})
    with refuses("a course that this one asks for"):
        enrol(second.workshop, people["Chausiku"], second.trainer)
    with refuses("was attended before"):
        enrol(again.workshop, people["Asha"], again.trainer, EnrolmentState.INVITED)
    done = enrol_all(second.workshop, everybody, second.trainer)
    assert (done.done, done.waiting) == (1, 0)
    assert list(done.left.values()) == 2 * [
        "Nothing was changed: a course that this one asks for is missing."
    ]
    # Where certificates are given, they say whether it still holds.
    lapsed = Holds(local_today() - timedelta(days=700), local_today() + timedelta(days=10))
    holds = Holds(local_today() - timedelta(days=19), local_today() + timedelta(days=90))
    asha = db.session.query(Person.id).filter_by(public_id=people["Asha"]).scalar()
    for days, expected in (
        ([lapsed], {}),
        ([lapsed, holds], {"Asha": {"missing": [], "had_on": holds.since, "until": holds.until}}),
    ):
        with also_declared(CertificatesHeld(lambda *_asked, days=days: {asha: days})):
            assert told(again) == expected


@pytest.mark.any_engine
def test_turnout_counts_the_invited_who_came_and_nobody_who_only_waited_or_walked_in(
    both_engines_app, plan
):
    from kash.workshops.services.people import admit_walk_in

    days = in_days(-20, -19)
    held = plan(capacity=3, **days)
    for name in ("Asha", "Bahati", "Chausiku", "Waits"):
        enrol(held.workshop, make_person(name), held.trainer)
    _moved(held, "Chausiku", EnrolmentState.WITHDRAWN)
    # Never on the register, as she did not answer.
    enrol(held.workshop, make_person("Silent"), held.trainer, EnrolmentState.INVITED)
    admit_walk_in(held.workshop, make_person("Door"), held.trainer)
    unmarked = plan(**days)
    enrol(unmarked.workshop, make_person("Unmarked"), unmarked.trainer)
    _attend(held, "Asha", 2)
    _attend(held, "Door", 2)
    db.session.rollback()
    community = db.session.query(Person).filter_by(chosen_name="Asha").one().group_id
    expected = PastTurnout(days["starts_on"].weekday(), 8, 4, 1)
    assert past_turnouts(local_today()) == {community: [expected]}


@pytest.mark.any_engine
def test_a_yes_by_link_opens_no_contact_and_a_no_takes_an_earlier_yes_back(
    both_engines_app, plan, actor
):
    held = plan(**in_days(30))
    person = make_person("Asha")
    enrol(held.workshop, person, held.trainer, EnrolmentState.INVITED)
    (link,) = make_answer_links(
        held.workshop, [_enrolment(held, "Asha").public_id], held.trainer
    ).values()
    assert answer_by_link(link, comes=True) is EnrolmentState.CONFIRMED
    assert _enrolment(held, "Asha").answered_at is None
    key = _enrolment(held, "Asha").person_id
    db.session.rollback()
    her = actor("peer", person_id=key)
    answer_invitation(held.workshop, her, comes=True)
    assert _enrolment(held, "Asha").answered_at is not None
    db.session.rollback()
    answer_by_link(link, comes=False)
    after = _enrolment(held, "Asha")
    assert (after.state, after.answered_at, after.answered_by) == ("declined", None, "")


@pytest.mark.any_engine
def test_whoever_moves_up_is_told_once_with_a_link_that_works(both_engines_app, plan):
    held = _full(plan, 2, "Asha", "Bahati", seats=2)
    given = _full(plan, 30, "Chausiku")
    _moved(given, "Seated 0", EnrolmentState.WITHDRAWN)
    _moved(held, "Seated 0", EnrolmentState.WITHDRAWN)
    db.session.rollback()
    assert tend_waiting_lists(utc_now()) == 0
    notices = db.session.query(Notice).order_by(Notice.id).all()
    asha = _enrolment(held, "Asha")
    assert asha.offer_until is not None
    assert [(one.kind, one.person_id) for one in notices] == [
        (GIVEN, _enrolment(given, "Chausiku").person_id),
        (OFFERED, asha.person_id),
    ]
    assert notices[1].event_key == offer_event(asha.public_id, asha.offer_until)
    # Nobody here agreed to messages: the page tells whoever runs it to do so.
    assert [one.unsent for one in notices] == ["not_agreed", "not_agreed"]


def _give_phone(name: str) -> None:
    """A phone of hers, to which she agreed that messages go."""
    with writing() as session:
        person = session.query(Person).filter_by(chosen_name=name).one()
        for column, value in phone_values(person.public_id, "+254712345678", "system").items():
            setattr(person, column, value)
        answered(session, person.id, "given")


@pytest.mark.parametrize("ends", ["cancelled", "given", "taken_off"])
def test_an_offer_that_ends_is_told_to_nobody_any_more(app, plan, gateway, ends):
    held = _full(plan, 2, "Asha")
    _give_phone("Asha")
    _moved(held, "Seated 0", EnrolmentState.WITHDRAWN)
    assert (outbox_states(), _why(held, 0)) == (["due"], [Standstill.OFFERED])
    db.session.rollback()
    if ends == "cancelled":
        cancel_workshop(held.workshop, "", held.trainer)
    elif ends == "given":
        _moved(held, "Asha", EnrolmentState.CONFIRMED)
    else:
        _moved(held, "Asha", EnrolmentState.DECLINED)
    assert outbox_states() == ["left"]
    assert _enrolment(held, "Asha").offer_until is None
    if ends == "cancelled":
        # Held after all, she is offered the seat as before.
        restore_workshop(held.workshop, held.trainer)
        assert tend_waiting_lists(utc_now() + timedelta(minutes=1)) == 1
        assert _enrolment(held, "Asha").offer_until is not None


def test_an_offer_until_the_start_is_told_again_once_the_workshop_is_restored(
    app, plan, gateway, monkeypatch
):
    # As within a day of the start: each offer ends with it.
    monkeypatch.setattr(
        "kash.workshops.services.seats.offer_until", lambda _now, begins, _rules: begins
    )
    held = _full(plan, 2, "Asha")
    _give_phone("Asha")
    _moved(held, "Seated 0", EnrolmentState.WITHDRAWN)
    db.session.rollback()
    cancel_workshop(held.workshop, "", held.trainer)
    restore_workshop(held.workshop, held.trainer)
    tend_waiting_lists(utc_now() + timedelta(minutes=1))
    assert outbox_states() == ["left", "due"]


def test_messages_about_seats_are_one_sms_each_and_say_nothing_of_a_group(app):
    faults = []
    for language in ("en", "sw"):
        for kind in SEAT_MESSAGES:
            lengths = {one.name: one.longest for one in kind.fields}
            with force_locale(language):
                faults += [
                    fault_of(str(kind.sms), lengths, sms=True, names=("Police", "Community")),
                    fault_of(str(kind.mail), lengths, sms=False, names=("Police", "Community")),
                ]
            lengths["link"] = len("https://programme.example.org/r/") + 16
            with force_locale(language):
                faults.append(fault_of(str(kind.sms), lengths, sms=True))
    assert faults == [None] * 12
