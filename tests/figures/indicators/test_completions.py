"""Facts of completion, written in the transaction that confirms the last register."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import text

from kash.attendance import models as confirmed
from kash.attendance.queries.registers import slot_sheet
from kash.attendance.rules.marking import Operation
from kash.attendance.services.registers import confirm_slot, correct_mark
from kash.certificates.queries.issuing import candidates
from kash.certificates.rules.issuing import Requirement
from kash.certificates.services.issuing import set_rule
from kash.figures.indicators.feature import better_completion
from kash.figures.indicators.models import Completion
from kash.figures.indicators.services import FOLLOWS, ask_who_completed
from kash.people.models import Organisation, Person, Posting
from kash.platform.database import db, utc_now
from kash.platform.web.formats import from_local
from kash.workshops.rules import EnrolmentState
from kash.workshops.services.people import change_enrolment
from tests.certificates.conftest import ALL, LITTLE, MOST
from tests.declaring import also_declared

from .conftest import confirm, facts

WHOLE = {ALL: (360, 100, True), MOST: (270, 75, True), LITTLE: (90, 25, False)}


def test_nothing_counts_before_a_second_person_confirmed_the_last_register(ready):
    confirm(ready.held, ready.director, leave=1)
    assert facts(ready.held) == {}
    confirm(ready.held, ready.director)
    assert facts(ready.held) == WHOLE


def test_days_are_those_on_which_she_was_there_by_the_programmes_clocks(ready):
    """Shortly after midnight it is still the day before by the stored time."""
    first = ready.workshop.starts_on - timedelta(2)
    second = first + timedelta(1)
    clocks = ((first, time(0, 30)), (first, time(23)), (second, time(9)), (second, time(11)))
    for slot, (day, clock) in zip(ready.held.row.register.slots, clocks, strict=True):
        slot.starts_at = from_local(day, clock)
    db.session.commit()
    confirm(ready.held, ready.director)
    rows = db.session.query(Person.chosen_name, Completion.days)
    found = rows.join(Completion, Completion.person_id == Person.id).all()
    assert {name: days for name, days in found} == {ALL: 2, MOST: 2, LITTLE: 1}  # noqa: C416


def test_facts_and_confirmation_stand_or_fall_together(ready):
    """A register that says confirmed while its facts were lost would be missing from every
    figure for ever."""

    def fail(*_given: object) -> None:
        raise RuntimeError

    confirm(ready.held, ready.director, leave=1)
    last = ready.held.row.register.slots[-1].public_id
    register = ready.held.register
    db.session.rollback()
    with also_declared(replace(FOLLOWS, follow=fail)), pytest.raises(RuntimeError):
        confirm_slot(register, last, ready.director)
    db.session.rollback()
    assert ready.held.row.register.slots[-1].confirmed_at is None
    assert facts(ready.held) == {}


def test_met_is_what_certificates_ask_for_and_never_another_rule(ready):
    confirm(ready.held, ready.director)
    of_rule = {Requirement.RULE, Requirement.TRACK, Requirement.HERE}
    wanted = {
        one.chosen_name: not any(lack.requirement in of_rule for lack in one.missing)
        for one in candidates(ready.workshop)
    }
    assert {name: met for name, (_minutes, _share, met) in facts(ready.held).items()} == wanted


def test_a_corrected_mark_is_in_the_fact_at_once(ready):
    confirm(ready.held, ready.director)
    register = ready.held.row.register
    slot = register.slots[-1]
    row = next(one for one in slot_sheet(register.id, slot).rows if one.name == MOST)
    operation = Operation(
        "correction-1", slot.public_id, row.entry, "present", row.version, utc_now(),
        correction="She came late, and her mark was forgotten",
    )  # fmt: skip
    public_id = register.public_id
    db.session.rollback()
    correct_mark(public_id, operation, ready.trainer)
    assert facts(ready.held) == {**WHOLE, MOST: (360, 100, True)}


def test_whoever_is_taken_off_the_register_is_counted_no_more(ready):
    confirm(ready.held, ready.director)
    enrolment = next(
        one.public_id for one in ready.workshop.enrolments if one.person.chosen_name == LITTLE
    )
    db.session.rollback()
    change_enrolment(ready.held.workshop, enrolment, EnrolmentState.WITHDRAWN, ready.trainer)
    assert set(facts(ready.held)) == {ALL, MOST}


def test_she_is_counted_as_she_was_that_day_and_not_as_she_is_now(ready):
    held_on = ready.workshop.ends_on
    person = db.session.query(Person).filter_by(chosen_name=ALL).one()
    person.sex, person.birth_year, person.ward = "female", held_on.year - 24, "Nyalenda"
    db.session.commit()
    confirm(ready.held, ready.director)
    person = db.session.query(Person).filter_by(chosen_name=ALL).one()
    person.ward, person.birth_year = "Manyatta", held_on.year - 25
    db.session.commit()
    slot = ready.held.row.register.slots[0].public_id
    register = ready.held.register
    db.session.rollback()
    confirm_slot(register, slot, ready.director)
    fact = db.session.query(Completion).join(Person).filter_by(chosen_name=ALL).one()
    assert (fact.sex, fact.age_band, fact.ward) == ("female", "18-24", "Nyalenda")
    assert (fact.held_on, fact.completed_on) == (held_on, held_on)


def test_a_rule_that_asks_for_more_later_takes_nothing_from_who_met_the_earlier_one(ready):
    confirm(ready.held, ready.director)
    set_rule(90, name_must_be_confirmed=True, by=ready.director)
    db.session.execute(text("update completion set asked_on = null"))
    db.session.commit()
    assert ask_who_completed() == 1
    assert facts(ready.held) == WHOLE


def test_a_test_that_was_passed_after_the_confirmation_is_found_within_a_day(ready):
    set_rule(90, name_must_be_confirmed=True, by=ready.director)
    confirm(ready.held, ready.director)
    assert facts(ready.held)[MOST] == (270, 75, False)
    # What she lacked is there by now.
    set_rule(70, name_must_be_confirmed=True, by=ready.director)
    assert ask_who_completed() == 0, "it was asked today"
    yesterday = utc_now().date() - timedelta(2)
    db.session.query(Completion).update({"asked_on": yesterday})
    db.session.commit()
    assert (ask_who_completed(), ask_who_completed()) == (1, 0)
    assert facts(ready.held) == WHOLE


def test_a_meeting_leaves_no_fact(ready):
    db.session.rollback()
    ready.held.row.register.purpose = "meeting"
    confirmed.let_facts_follow(db.session(), 0, utc_now())
    db.session.rollback()
    assert facts(ready.held) == {}


def test_a_posting_counts_by_the_day_of_the_workshop(ready):
    person = db.session.query(Person).filter_by(chosen_name=ALL).one()
    then = Organisation(name="Then Station", kind="station")
    now = Organisation(name="Now Station", kind="station")
    day = ready.workshop.ends_on
    person.postings = [
        Posting(organisation=then, since=date(2020, 1, 1), until=day),
        Posting(organisation=now, since=day + timedelta(1)),
    ]
    db.session.commit()
    confirm(ready.held, ready.director)
    fact = db.session.query(Completion).join(Person).filter_by(chosen_name=ALL).one()
    assert (
        fact.organisation_id
        == db.session.query(Organisation).filter_by(name="Then Station").one().id
    )


def test_of_two_facts_of_one_workshop_the_better_stands_whole():
    names = ("completed_on", "minutes", "percentage", "days", "met", "version_id", "asked_on")
    fewer = dict(zip(names, (date(2026, 11, 5), 60, 33, 1, True, 1, None), strict=True))
    more = dict(
        zip(names, (date(2026, 11, 6), 120, 67, 2, True, 2, date(2026, 11, 7)), strict=True)
    )
    assert better_completion(fewer, more) == more
    assert better_completion(more, fewer) == {}
