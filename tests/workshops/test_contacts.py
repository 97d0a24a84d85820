"""A trainer reads the phones of people whom she met, and of nobody else, on both engines."""

import random
from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select, update

from kash.accounts.models import Account, AccountBacking
from kash.accounts.services.accounts import change_settings
from kash.attendance.models import Mark, MarkOperation, Slot
from kash.attendance.queries.registers import slot_sheet
from kash.attendance.rules.marking import Operation
from kash.attendance.services.marking import apply_marks, close_slot
from kash.attendance.services.registers import confirm_slot, correct_mark
from kash.people.models import (
    ContactLooks,
    ContactReason,
    ContactRequest,
    ContactRequestPerson,
    Group,
    Person,
)
from kash.people.queries import persons
from kash.people.queries.duplicates import people_like
from kash.people.queries.persons import contacts_waiting, looks_beyond, reach_of, request_reason
from kash.people.queries.search import PeopleSearch, people
from kash.people.rules.duplicates import Likeness, Reason
from kash.people.rules.persons import Agreement, Attendance, opened_by
from kash.people.scope import contact_open
from kash.people.services.contacts import (
    ReasonNeeded,
    ask_for_contact,
    decide_on_contact,
    end_contact,
    note_looks_seen,
    show_contact,
)
from kash.people.services.persons import ContactChange, PersonDetails, add_person, change_person
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.vault import lookup
from kash.platform.vault.models import AuditEntry
from kash.platform.web import NotFound
from kash.policy import SYSTEM, Actor
from kash.workshops.models import Enrolment, Facilitator, Workshop
from kash.workshops.rules import EnrolmentState
from kash.workshops.services.people import admit_walk_in, answer_invitation, enrol
from tests.refusals import refuses

from .conftest import Held

pytestmark = pytest.mark.usefixtures("both_engines_app")

PHONE, EMAIL = "+254712345678", "asali@example.org"
Actors = Callable[..., Actor]


def add(by: Actor, name: str = "Asali Mfano", phone: str | None = PHONE, **more: Any) -> str:
    group = db.session.scalars(select(Group.public_id).where(Group.letter == "B")).one()
    return add_person(PersonDetails(name, group, phone=phone, **more), by)


def opened(by: Actor, public_id: str) -> bool:
    person = db.session.scalars(select(Person).where(Person.public_id == public_id)).one()
    found = "phone" in reach_of(by, person).opened
    db.session.rollback()
    return found


def looks(by: Actor, public_id: str) -> str | None:
    return show_contact(public_id, "phone", by)


def operation(held: Held, slot: Slot, name: str, status: str, correction: str = "") -> Operation:
    row = next(one for one in slot_sheet(held.row.register_id, slot).rows if one.name == name)
    return Operation(
        op_id=new_public_id(),
        slot=slot.public_id,
        entry=row.entry,
        status=status,
        expected_version=row.version,
        device_time=utc_now(),
        correction=correction,
    )


def mark_and_close(held: Held, name: str, status: str = "present") -> str:
    """Mark somebody in the first session and close it; the slot's public id."""
    slot = held.row.register.slots[0]
    made = operation(held, slot, name, status)
    register, public_id = held.register, slot.public_id
    db.session.rollback()
    assert close_slot(register, public_id, held.trainer, [made]).closed
    return public_id


@pytest.fixture
def other(actor):
    return actor("trainer", name="Mwingine Mfano")


@pytest.fixture
def stranger(other):
    """Somebody whom another trainer added, with a phone and an e-mail."""
    return add(other, email=EMAIL)


@pytest.fixture
def enrolled(plan, stranger):
    """A workshop of a trainer who has enrolled her."""
    held = plan()
    enrol(held.workshop, stranger, held.trainer)
    return held


# --- What does not open a contact --------------------------------------------------------------


def test_two_accounts_of_one_hand_that_confirm_each_other_open_nobody(enrolled, stranger, actor):
    """Two trainers whom an administrator let in may confirm each other's registers; but whoever
    lets accounts in opens no phone by two puppets."""
    puppet = actor("trainer", name="Kibaraka Mfano")
    for account in (puppet, enrolled.trainer):
        db.session.add(AccountBacking(account_id=account.account_id or 0, by="a" * 16))
    db.session.commit()
    slot = mark_and_close(enrolled, "Asali Mfano")
    confirm_slot(enrolled.register, slot, puppet)
    assert not opened(enrolled.trainer, stranger)
    db.session.query(AccountBacking).delete()
    db.session.commit()
    assert opened(enrolled.trainer, stranger)


@pytest.mark.any_engine
def test_enrolling_a_stranger_does_not_let_a_trainer_read_her_phone(enrolled, stranger):
    with refuses("Closed to you"):
        looks(enrolled.trainer, stranger)
    with refuses("Closed to you"):
        show_contact(stranger, "email", enrolled.trainer)
    # What a trainer needs of whom she enrolled stays: her name and facts.
    assert persons.person(enrolled.trainer, stranger).chosen_name == "Asali Mfano"


@pytest.mark.any_engine
def test_inviting_taking_in_at_the_door_and_marking_present_open_nothing(
    enrolled, stranger, plan, actor
):
    door = plan(by=enrolled.trainer)
    admit_walk_in(door.workshop, stranger, enrolled.trainer)
    mark_and_close(door, "Asali Mfano")
    mark_and_close(enrolled, "Asali Mfano")
    assert not opened(enrolled.trainer, stranger)


@pytest.mark.any_engine
def test_a_mark_corrected_after_the_confirming_opens_nothing(enrolled, stranger, actor):
    slot = mark_and_close(enrolled, "Asali Mfano", "absent")
    confirm_slot(enrolled.register, slot, actor("director"))
    first = enrolled.row.register.slots[0]
    made = operation(enrolled, first, "Asali Mfano", "present", "She was here.")
    register = enrolled.register
    db.session.rollback()
    correct_mark(register, made, enrolled.trainer)
    assert not opened(enrolled.trainer, stranger)


@pytest.mark.any_engine
def test_a_mark_of_another_that_was_put_right_before_the_confirming_closes_nothing(
    enrolled, stranger, actor
):
    enrol(enrolled.workshop, add(SYSTEM, "Baraka Mfano", None), enrolled.trainer)
    slot = enrolled.row.register.slots[0]
    for status in ("absent", "present"):
        made = operation(enrolled, slot, "Baraka Mfano", status)
        register = enrolled.register
        db.session.rollback()
        apply_marks(register, [made], enrolled.trainer)
    confirm_slot(enrolled.register, mark_and_close(enrolled, "Asali Mfano"), actor("director"))
    assert opened(enrolled.trainer, stranger)


@pytest.mark.any_engine
def test_being_put_among_those_who_taught_opens_nothing(enrolled, stranger, actor):
    slot = mark_and_close(enrolled, "Asali Mfano")
    confirm_slot(enrolled.register, slot, actor("director"))
    late = actor("trainer", name="Baadaye Mfano")
    db.session.add(Facilitator(workshop_id=enrolled.row.id, account_id=late.account_id or 0))
    db.session.commit()
    assert opened(enrolled.trainer, stranger)
    assert persons.person(late, stranger).chosen_name == "Asali Mfano"
    db.session.rollback()
    assert not opened(late, stranger)
    db.session.execute(
        update(Facilitator)
        .where(Facilitator.account_id == late.account_id)
        .values(added_at=utc_now() - timedelta(days=400))
    )
    db.session.commit()
    assert opened(late, stranger)


@pytest.mark.any_engine
def test_a_refusal_that_a_trainer_turns_into_a_yes_opens_nothing(enrolled, stranger, actor):
    her = as_herself(actor, stranger)
    extend(enrolled)
    assert answer_invitation(enrolled.workshop, her, comes=False) == "declined"
    enrol(enrolled.workshop, stranger, enrolled.trainer)
    assert not opened(enrolled.trainer, stranger)


@pytest.mark.any_engine
def test_asking_oneself_opens_nothing(enrolled, stranger):
    asked = ask_for_contact([stranger], "To tell her the place", enrolled.trainer)
    assert not opened(enrolled.trainer, stranger)
    with pytest.raises(NotFound):
        decide_on_contact(asked, enrolled.trainer, agree=True)
    assert not opened(enrolled.trainer, stranger)


# --- Other ways to the number -------------------------------------------------------------------


def test_a_phone_is_not_guessed_by_searching_for_it(both_engines_app, enrolled, stranger, actor):
    with_phone = PeopleSearch(text="0712 345 678")

    def found(by: Actor) -> list[str]:
        with both_engines_app.test_request_context():
            rows = people(by, with_phone, PHONE).rows
        return [row.public_id for row in rows]

    assert found(enrolled.trainer) == []
    director = actor("director")
    assert found(director) == [stranger]


def test_a_phone_is_not_guessed_by_typing_it_for_somebody_else(enrolled, stranger):
    asked = Likeness(
        key=new_public_id(),
        group=db.session.scalars(select(Group.public_id).where(Group.letter == "B")).one(),
        name="asali mfano",
        phones=frozenset([lookup(PHONE, kind="phone")]),
    )
    reasons = [reason for match in people_like(enrolled.trainer, asked) for reason in match.reasons]
    assert Reason.SAME_NAME in reasons
    assert Reason.SAME_PHONE not in reasons
    db.session.rollback()
    # Nor by being told that somebody has it already.
    assert add(enrolled.trainer, "Mtu Mwingine")


@pytest.mark.any_engine
def test_a_list_does_not_tell_whether_a_phone_was_written_rightly(enrolled, stranger):
    from kash.people.lists.queries import kept_facts
    from kash.people.lists.rules.classing import CLOSED

    facts = kept_facts([stranger], enrolled.trainer)[stranger][2]
    assert facts is not None
    assert (facts.phone, facts.email) == (CLOSED, CLOSED)


@pytest.mark.any_engine
def test_a_closed_phone_is_not_brought_along_by_a_merge(enrolled, stranger):
    own = add(enrolled.trainer, "Asali Mfano Wangu", phone=None)
    assert persons.person(enrolled.trainer, own, "people.merge").public_id == own
    db.session.rollback()
    with pytest.raises(NotFound):
        persons.person(enrolled.trainer, stranger, "people.merge")


def test_a_closed_phone_is_not_replaced_by_whoever_enrolled_her(enrolled, stranger):
    """Or her money could be led to another phone before it is approved."""
    details = PersonDetails(
        "Asali Mfano", db.session.scalars(select(Group.public_id).where(Group.letter == "B")).one()
    )
    db.session.rollback()
    for change in (
        ContactChange(phone="+254722000111"),
        ContactChange(remove_phone=True),
        ContactChange(email="x@example.org"),
    ):
        with refuses("Closed to you"):
            change_person(stranger, details, change, 1, enrolled.trainer)
    change_person(stranger, details, ContactChange(), 1, enrolled.trainer)


# --- What opens one -----------------------------------------------------------------------------


def as_herself(actor: Actors, public_id: str) -> Actor:
    person = db.session.scalars(select(Person).where(Person.public_id == public_id)).one()
    return actor("peer", name="Asali Mfano", person_id=person.id)


def back(one: Actor, by: str) -> None:
    """Have an account stand behind another."""
    db.session.add(AccountBacking(account_id=one.account_id or 0, by=by))
    db.session.commit()


def extend(held: Held) -> None:
    """The workshop is not over yet."""
    db.session.execute(
        update(Workshop)
        .where(Workshop.public_id == held.workshop)
        .values(ends_on=utc_now().date() + timedelta(days=3))
    )
    db.session.commit()


@pytest.mark.any_engine
def test_whoever_came_to_her_own_workshop_is_open_once_another_confirmed(enrolled, stranger, actor):
    slot = mark_and_close(enrolled, "Asali Mfano")
    confirm_slot(enrolled.register, slot, actor("director"))
    assert looks(enrolled.trainer, stranger) == PHONE
    assert show_contact(stranger, "email", enrolled.trainer) == EMAIL


@pytest.mark.any_engine
def test_an_answer_by_her_own_hand_opens_it_to_whoever_invited_her(plan, stranger, actor):
    held = plan()
    enrol(held.workshop, stranger, held.trainer, EnrolmentState.INVITED)
    extend(held)
    her = as_herself(actor, stranger)
    assert not opened(held.trainer, stranger)
    assert answer_invitation(held.workshop, her, comes=True) == "confirmed"
    assert opened(held.trainer, stranger)
    # She changes her mind: it closes.
    answer_invitation(held.workshop, her, comes=False)
    assert not opened(held.trainer, stranger)


@pytest.mark.any_engine
def test_checking_in_herself_opens_it(enrolled, stranger, actor):
    her = as_herself(actor, stranger)
    first = enrolled.row.register.slots[0]
    made = operation(enrolled, first, "Asali Mfano", "present")
    register = enrolled.register
    db.session.rollback()
    apply_marks(register, [made], her)
    assert opened(enrolled.trainer, stranger)


def test_a_second_person_who_agrees_opens_it_and_may_close_it_again(enrolled, stranger, actor):
    director = actor("director")
    asked = ask_for_contact([stranger], "To tell her the place", enrolled.trainer)
    assert contacts_waiting(director).requests == 1
    found = db.session.scalars(select(ContactRequest)).one()
    assert request_reason(found) == "To tell her the place"
    assert b"place" not in found.reason_sealed
    db.session.rollback()
    with refuses("Nothing to ask"):
        ask_for_contact([stranger], "Again", enrolled.trainer)
    decide_on_contact(asked, director, agree=True)
    assert looks(enrolled.trainer, stranger) == PHONE
    with refuses("Somebody decided this already."):
        decide_on_contact(asked, director, agree=False)
    end_contact(asked, director)
    assert not opened(enrolled.trainer, stranger)


@pytest.mark.any_engine
def test_the_trainer_whose_person_she_is_decides_and_no_other_trainer(
    enrolled, stranger, other, actor
):
    asked = ask_for_contact([stranger], "To tell her the place", enrolled.trainer)
    third = actor("trainer", name="Watatu Mfano")
    assert (contacts_waiting(other).requests, contacts_waiting(third).requests) == (1, 0)
    with pytest.raises(NotFound):
        decide_on_contact(asked, third, agree=True)
    decide_on_contact(asked, other, agree=False)
    assert not opened(enrolled.trainer, stranger)


def test_a_trainer_does_not_make_herself_the_second_person_by_typing_an_email(plan, actor, other):
    victim = add(other)
    held = plan()
    enrol(held.workshop, victim, held.trainer)
    accomplice = actor("trainer", name="Mshirika Mfano")
    found = db.session.scalars(select(Person).where(Person.public_id == victim)).one()
    found.email_sealed, found.email_by = b"kept", accomplice.public_id
    db.session.commit()
    asked = ask_for_contact([victim], "To tell her the place", held.trainer)
    assert contacts_waiting(accomplice).requests == 0
    with pytest.raises(NotFound):
        decide_on_contact(asked, accomplice, agree=True)
    assert contacts_waiting(other).requests == 1


@pytest.mark.any_engine
@pytest.mark.parametrize("decider", ["trainer", "director"])
def test_two_accounts_of_one_hand_are_not_two_people_who_agree_on_a_contact(
    enrolled, stranger, other, actor, decider
):
    second = other if decider == "trainer" else actor("director")
    administrator = actor("administrator").public_id
    back(enrolled.trainer, administrator)
    asked = ask_for_contact([stranger], "To tell her the place", enrolled.trainer)
    assert contacts_waiting(second).requests == 1
    db.session.rollback()
    back(second, administrator)
    assert contacts_waiting(second).requests == 0
    with pytest.raises(NotFound):
        decide_on_contact(asked, second, agree=True)


@pytest.mark.any_engine
@pytest.mark.parametrize("way", ["answer", "mark"])
def test_an_administrator_does_not_open_a_stranger_by_a_puppet_that_answers_for_her(
    plan, stranger, actor, way
):
    held, administrator = plan(), actor("administrator").public_id
    between = actor("trainer", name="Kati Mfano")
    puppet = as_herself(actor, stranger)
    # One of them is a puppet's puppet.
    back(held.trainer, administrator)
    back(between, administrator)
    back(puppet, between.public_id)
    if way == "answer":
        enrol(held.workshop, stranger, held.trainer, EnrolmentState.INVITED)
        extend(held)
        assert answer_invitation(held.workshop, puppet, comes=True) == "confirmed"
    else:
        enrol(held.workshop, stranger, held.trainer)
        made = operation(held, held.row.register.slots[0], "Asali Mfano", "present")
        register = held.register
        db.session.rollback()
        apply_marks(register, [made], puppet)
    assert not opened(held.trainer, stranger)
    # Nor once the puppet gives way to her own account.
    db.session.execute(
        update(Account).where(Account.public_id == puppet.public_id).values(person_id=None)
    )
    db.session.commit()
    as_herself(actor, stranger)
    assert not opened(held.trainer, stranger)


@pytest.mark.any_engine
def test_forty_people_of_her_own_are_hers_without_asking(plan):
    held = plan()
    own = [add(held.trainer, f"Mtu {number}", f"+2547120000{number:02}") for number in range(40)]
    for person in own:
        enrol(held.workshop, person, held.trainer)
    assert all(opened(held.trainer, person) for person in own)


# --- Looks --------------------------------------------------------------------------------------


@pytest.fixture
def few_looks(enrolled):
    change_settings(SYSTEM, "contacts", "contacts", {"looks_a_day": 5})


@pytest.mark.any_engine
@pytest.mark.usefixtures("few_looks")
def test_forty_phones_in_a_row_stop_at_the_days_number_and_a_director_is_told(enrolled, actor):
    director, trainer = actor("director"), enrolled.trainer
    own = add(trainer, "Mtu Wangu", "+254712000001")
    for _ in range(5):
        assert looks(trainer, own) == "+254712000001"
    for _ in range(3):
        with pytest.raises(ReasonNeeded):
            looks(trainer, own)
    assert looks_beyond(director) == []
    reason = "The hall changed, all must be told"
    assert show_contact(own, "phone", trainer, reason=reason) == "+254712000001"
    # A reason is good for ten, and no more.
    for _ in range(9):
        looks(trainer, own)
    with pytest.raises(ReasonNeeded):
        looks(trainer, own)
    (told,) = looks_beyond(director)
    assert (told.account, told.looks, told.beyond) == (trainer.public_id, 15, 10)
    assert told.reasons == (reason,)
    assert looks_beyond(trainer) == []
    kept = db.session.scalars(select(ContactReason)).one()
    assert b"hall" not in kept.reason_sealed
    last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
    assert last.subjects == [own, kept.public_id]
    note_looks_seen(director.public_id, told.day, director)
    assert looks_beyond(director) == [told]
    note_looks_seen(trainer.public_id, told.day, director)
    assert looks_beyond(director) == []


@pytest.mark.usefixtures("few_looks")
def test_looks_at_once_are_all_counted(both_engines_app, enrolled):
    trainer = enrolled.trainer
    own = add(trainer, "Mtu Wangu", "+254712000001")
    barrier = Barrier(8)
    answers: list[str] = []

    def go() -> None:
        with both_engines_app.app_context():
            barrier.wait()
            try:
                answers.append(looks(trainer, own) or "")
            except ReasonNeeded:
                answers.append("reason")
            finally:
                db.session.remove()

    db.session.rollback()
    threads = [Thread(target=go) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["+254712000001"] * 5 + ["reason"] * 3
    row = db.session.scalars(select(ContactLooks)).one()
    assert (row.account, row.looks, row.beyond) == (trainer.public_id, 5, 0)


@pytest.mark.any_engine
@pytest.mark.parametrize("chosen", [0, 4, 201, "30", None])
def test_a_setting_out_of_bounds_is_as_usual(chosen, enrolled):
    from kash.platform.web.programme import contact_looks_a_day

    change_settings(SYSTEM, "contacts", "contacts", {"looks_a_day": chosen})
    assert contact_looks_a_day() == 30


# --- The rule and the database decide alike -----------------------------------------------------


def test_the_database_opens_exactly_what_the_rule_opens(plan, other, actor):
    held = plan(minutes=(90, 90, 90, 90))
    trainer, director = held.trainer, actor("director")
    back(trainer, director.public_id)
    tied = {trainer.public_id, director.public_id}
    draw = random.Random(41)
    slots = list(held.row.register.slots)
    confirmed = utc_now()
    signed: list[tuple[str | None, str | None]] = [
        (None, None),
        (trainer.public_id, None),
        (trainer.public_id, director.public_id),
        (trainer.public_id, trainer.public_id),
    ]
    for slot, (closed_by, confirmed_by) in zip(slots, signed, strict=True):
        slot.closed_by, slot.confirmed_by = closed_by, confirmed_by
        slot.closed_at = confirmed if closed_by else None
        slot.confirmed_at = confirmed if confirmed_by else None
    db.session.commit()
    expected: dict[str, bool] = {}
    for number in range(80):
        public_id = add(draw.choice([other, other, other, trainer]), f"Mtu {number}", None)
        person = db.session.scalars(select(Person).where(Person.public_id == public_id)).one()
        entered_by = person.created_by
        db.session.execute(
            update(Person)
            .where(Person.id == person.id)
            .values(phone_sealed=b"kept", phone_by=entered_by)
        )
        key = person.id
        own: Account | None = None
        if draw.random() < 0.3:
            db.session.commit()
            herself = actor("peer", name=f"Mtu {number}", person_id=key)
            own = db.session.scalars(
                select(Account).where(Account.public_id == herself.public_id)
            ).one()
        answered = own is not None and draw.random() < 0.4
        if own is not None and draw.random() < 0.4:
            # Brought in by whoever brought in the trainer, or by the trainer herself.
            by = draw.choice([director.public_id, trainer.public_id])
            db.session.add(AccountBacking(account_id=own.id, by=by))
            tied.add(own.public_id)
        enrolment_state = draw.choice(["confirmed", "confirmed", "waiting", "declined"])
        db.session.add(
            Enrolment(
                workshop_id=held.row.id,
                person_id=key,
                state=enrolment_state,
                answered_at=confirmed if answered else None,
                answered_by=own.public_id if answered and own is not None else "",
            )
        )
        attended = []
        for slot, (closed_by, confirmed_by) in zip(slots, signed, strict=True):
            if draw.random() < 0.6:
                continue
            before, later = (
                draw.choice(["present", "absent"]),
                draw.choice([None, "present", "absent"]),
            )
            history = [(before, confirmed - timedelta(hours=1))]
            if later:
                history.append((later, confirmed + timedelta(hours=1)))
            by = own.public_id if own is not None and draw.random() < 0.5 else trainer.public_id
            for version, (status, at) in enumerate(history, 1):
                db.session.add(
                    MarkOperation(
                        op_id=new_public_id(),
                        slot_id=slot.id,
                        person_id=key,
                        status=status,
                        expected_version=version - 1,
                        device_time=at,
                        received_at=at,
                        marked_by=by,
                        answer="applied",
                        version=version,
                    )
                )
            now = history[-1][0]
            db.session.add(Mark(slot_id=slot.id, person_id=key, status=now, version=len(history)))
            attended.append(
                Attendance(
                    counts=now == "present",
                    counted=confirmed_by is not None and before == "present",
                    closed_by=closed_by,
                    confirmed_by=confirmed_by,
                    own_hand=own.public_id if own is not None and by == own.public_id else "",
                )
            )
        agreements = []
        if draw.random() < 0.3:
            state = draw.choice(["waiting", "agreed", "refused", "ended", "agreed"])
            decided_by = draw.choice([director.public_id, trainer.public_id])
            request = ContactRequest(
                asked_by=draw.choice([trainer.public_id, other.public_id]),
                reason_sealed=b"",
                state=state,
                decided_by=decided_by,
            )
            db.session.add(request)
            db.session.flush()
            db.session.add(ContactRequestPerson(request_id=request.id, person_id=key))
            if state == "agreed":
                agreements.append(Agreement(request.asked_by, decided_by))
        db.session.commit()
        expected[public_id] = (
            opened_by(
                trainer.public_id,
                entered_by=entered_by,
                answered_by=own.public_id
                if own is not None and answered and enrolment_state != "declined"
                else "",
                tied=tied,
                attended=attended,
                agreements=agreements,
            )
            is not None
        )
    found = set(db.session.scalars(select(Person.public_id).where(contact_open(trainer, "phone"))))
    assert found == {public_id for public_id, is_open in expected.items() if is_open}
    assert 15 < len(found) < 70
