"""Money goes to whom it was approved for, once, on both engines."""

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select, update

from kash.accounts.models import AccountBacking, AccountNotice
from kash.money.payouts.models import REVERSAL, PayoutFile, PayoutLine, PayoutList, PayoutReversal
from kash.money.payouts.queries import payments as lists
from kash.money.payouts.queries.payments import (
    files_of,
    lines_of,
    lists_paid_again,
    reconciliations,
    reversals_waiting,
)
from kash.money.payouts.rules import Matched, PaymentState, RowFault
from kash.money.payouts.services import payments as sending
from kash.money.payouts.services.claims import NoPaymentToSend, WrongState
from kash.money.payouts.services.payments import (
    InCash,
    Note,
    Numbers,
    approve,
    approve_reversal,
    note_compared,
    note_payment,
    open_numbers,
    pay_in_cash,
    repeat_file,
    take_results,
    turn_back_reversal,
)
from kash.people.models import Person
from kash.people.services.merging import merge_people
from kash.platform.approvals.approval import (
    GivenToApprover,
    SamePerson,
    StandsBehind,
    StandsInForProposer,
    WrongStep,
)
from kash.platform.database import db, utc_now
from kash.platform.vault import verify
from kash.platform.vault.models import AuditEntry
from kash.policy import Actor, Role, StandIn
from tests.refusals import refuses
from tests.workshops.conftest import make_person

from .conftest import FAR, NEAR, Ready, give_phone

pytestmark = pytest.mark.usefixtures("both_engines_app")

ZAWADI, BARAKA = "Zawadi Sampuli", "Baraka Sampuli"
HER_PHONE, OTHER_PHONE = "+254712345678", "+254722000111"


@pytest.fixture
def approved(ready):
    """A list of two with phones, approved."""
    ready.band(Zawadi=FAR, Baraka=NEAR)
    give_phone(ready.person(ZAWADI), HER_PHONE)
    give_phone(ready.person(BARAKA), "+254733000222")
    return ready.approved()


@pytest.fixture
def other(actor):
    """Another trainer, who made no file."""
    return actor("trainer", name="Mwingine Mfano")


def line_of(ready: Ready, made: str, name: str = ZAWADI) -> PayoutLine:
    lines = lines_of(ready.one(made))
    return next(line for line in lines if line.person and line.person.chosen_name == name)


def states(ready: Ready, made: str) -> dict[str, str]:
    return {
        line.person.chosen_name: line.state for line in lines_of(ready.one(made)) if line.person
    }


def phones(numbers: Numbers) -> list[str]:
    return sorted(one.phone for one in numbers.transfers)


@pytest.mark.any_engine
def test_money_does_not_go_to_a_phone_that_was_put_in_after_the_approval(ready, approved):
    give_phone(ready.person(ZAWADI), OTHER_PHONE)
    told = open_numbers(ready.one(approved), ready.trainer)
    assert told == Numbers(changed=1)
    assert states(ready, approved) == {BARAKA: "outstanding", ZAWADI: "changed"}
    assert files_of(ready.one(approved)) == []
    # What others get is sent by another press, without her.
    sent = open_numbers(ready.one(approved), ready.trainer)
    assert phones(sent) == ["+254733000222"]
    # It is due again, and only another approval lets it go to the new phone.
    assert ready.rows()[ZAWADI].amount == 240_100
    again = ready.proposed()
    with pytest.raises(WrongStep):
        open_numbers(ready.one(again), ready.trainer)
    approve(ready.one(again), ready.director)
    assert phones(open_numbers(ready.one(again), ready.trainer)) == [OTHER_PHONE]
    sums = reconciliations([ready.one(approved)])[ready.one(approved).id]
    assert (sums.changed, sums.sent, sums.difference) == (240_100, 50_000, 0)


@pytest.mark.any_engine
def test_money_does_not_go_to_a_phone_that_nobody_approved(ready):
    ready.band(Zawadi=FAR, Baraka=NEAR)
    made = ready.approved()
    give_phone(ready.person(ZAWADI), OTHER_PHONE)
    assert open_numbers(ready.one(made), ready.trainer).changed == 1
    assert states(ready, made)[ZAWADI] == "changed"


@pytest.mark.any_engine
def test_a_phone_put_back_as_it_was_approved_may_be_sent(ready, approved):
    give_phone(ready.person(ZAWADI), OTHER_PHONE)
    give_phone(ready.person(ZAWADI), HER_PHONE)
    numbers = open_numbers(ready.one(approved), ready.trainer)
    assert phones(numbers) == [HER_PHONE, "+254733000222"]


@pytest.mark.any_engine
def test_an_amount_changed_in_the_database_is_not_sent(ready, approved):
    key = line_of(ready, approved).id
    db.session.execute(update(PayoutLine).where(PayoutLine.id == key).values(amount_cents=999))
    db.session.commit()
    assert open_numbers(ready.one(approved), ready.trainer).changed == 1


@pytest.mark.any_engine
def test_the_money_of_one_who_was_merged_into_another_is_neither_sent_nor_paid(ready, approved):
    puppet = make_person("Zawadi Sampuli Mwingine", "B")
    kept = db.session.scalars(select(Person).where(Person.public_id == puppet)).one()
    gone = db.session.scalars(select(Person).where(Person.public_id == ready.person(ZAWADI))).one()
    row_versions, paid = (kept.row_version, gone.row_version), line_of(ready, approved).public_id
    ids = kept.public_id, gone.public_id
    db.session.rollback()
    merge_people(*ids, {}, row_versions, ready.trainer)
    one = ready.one(approved)
    assert pay_in_cash(one, [paid], ready.trainer) == InCash(0, 1)
    assert lists.line_of(one, paid).state == "changed"


@pytest.mark.any_engine
def test_a_payment_noted_by_hand_is_not_paid_to_another_than_was_approved(ready, approved):
    line = line_of(ready, approved)
    key, public_id = line.id, line.public_id
    other = db.session.scalars(select(Person).where(Person.chosen_name == "Faraja Sampuli")).one()
    db.session.execute(update(PayoutLine).where(PayoutLine.id == key).values(person_id=other.id))
    db.session.commit()
    stands = note_payment(
        ready.one(approved),
        public_id,
        Note(PaymentState.PAID, "bank"),
        PaymentState.OUTSTANDING,
        ready.trainer,
    )
    assert stands is PaymentState.CHANGED


@pytest.mark.any_engine
def test_money_noted_by_hand_as_sent_by_mobile_did_not_go_to_a_phone_put_in_after_the_approval(
    ready, approved
):
    give_phone(ready.person(ZAWADI), OTHER_PHONE)

    def note(name: str) -> PaymentState:
        line = line_of(ready, approved, name).public_id
        by_mobile = Note(PaymentState.PAID, "mobile")
        one = ready.one(approved)
        return note_payment(one, line, by_mobile, PaymentState.OUTSTANDING, ready.trainer)

    assert note(ZAWADI) is PaymentState.CHANGED
    assert note(BARAKA) is PaymentState.PAID


@pytest.mark.any_engine
def test_nobody_is_sent_her_money_in_two_files(ready, approved):
    assert len(open_numbers(ready.one(approved), ready.trainer).transfers) == 2
    with pytest.raises(NoPaymentToSend):
        open_numbers(ready.one(approved), ready.trainer)
    assert set(states(ready, approved).values()) == {"sent"}


def test_of_two_exports_at_once_one_wins(both_engines_app, ready, approved):
    list_id, trainer = ready.one(approved).id, ready.trainer
    barrier = Barrier(4)
    answers: list[int] = []

    def go() -> None:
        with both_engines_app.app_context():
            one = db.session.get_one(PayoutList, list_id)
            barrier.wait()
            try:
                answers.append(len(open_numbers(one, trainer).transfers))
            except NoPaymentToSend:
                answers.append(0)
            finally:
                db.session.remove()

    db.session.rollback()
    threads = [Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [0, 0, 0, 2]
    assert len(files_of(ready.one(approved))) == 1


@pytest.mark.any_engine
def test_who_was_sent_her_money_is_not_paid_in_cash_as_well(ready, approved):
    open_numbers(ready.one(approved), ready.trainer)
    line = line_of(ready, approved).public_id
    paid = pay_in_cash(ready.one(approved), [line], ready.trainer)
    assert paid == InCash(0, 0)
    for means in ("cash", "bank", ""):
        with refuses("This payment is in a file for mobile money."):
            note_payment(
                ready.one(approved),
                line,
                Note(PaymentState.PAID, means),
                PaymentState.SENT,
                ready.trainer,
            )
    assert states(ready, approved)[ZAWADI] == "sent"


@pytest.mark.any_engine
def test_whoever_made_the_file_does_not_have_its_money_paid_a_second_time_by_saying_it_failed(
    ready, approved
):
    open_numbers(ready.one(approved), ready.trainer)
    line = line_of(ready, approved).public_id

    def note(state: PaymentState, before: PaymentState) -> PaymentState:
        told = Note(state, "mobile", reason="Number not registered")
        return note_payment(ready.one(approved), line, told, before, ready.trainer)

    for state in (PaymentState.FAILED, PaymentState.RETURNED):
        with refuses("You made the file with this payment."):
            note(state, PaymentState.SENT)
    # Nor by the way of noting it as paid first.
    note(PaymentState.PAID, PaymentState.SENT)
    with refuses("You made the file with this payment."):
        note(PaymentState.RETURNED, PaymentState.PAID)
    note(PaymentState.SENT, PaymentState.PAID)
    assert states(ready, approved)[ZAWADI] == "sent"
    # Nor by a file that she wrote herself: she brings what arrived, and nothing else.
    for said in ("Failed", "Reversed"):
        brought = result(ready, approved, said)
        assert [fault for _row, fault in brought.faults] == [RowFault.MAKER]
    assert (states(ready, approved)[ZAWADI], ready.agreed()) == ("sent", 0)


def result(
    ready: Ready, made: str, said: str, receipt: str = "", by: Actor | None = None
) -> Matched:
    reference = line_of(ready, made).reference
    content = f"Reference,Amount,Status,Receipt\n{reference},2401.00,{said},{receipt}\n".encode()
    return take_results(ready.one(made), content, by or ready.trainer, only_fitting=False)


def waiting(ready: Ready) -> PayoutReversal:
    return db.session.scalars(
        select(PayoutReversal).where(PayoutReversal.state == "proposed")
    ).one()


@pytest.mark.parametrize("way", ["file", "hand"])
def test_what_is_said_to_have_failed_is_payable_again_only_once_another_approved(
    ready, approved, other, actor, way
):
    open_numbers(ready.one(approved), ready.trainer)
    line = line_of(ready, approved).public_id
    if way == "file":
        assert result(ready, approved, "Failed", by=other).reversals == 1
        # The same file again changes nothing and proposes nothing.
        assert len(result(ready, approved, "Failed", by=other).known) == 1
    else:
        failed = Note(PaymentState.FAILED, reason="No such number")
        stands = note_payment(ready.one(approved), line, failed, PaymentState.SENT, other)
        assert stands is PaymentState.SENT
        with refuses("It was said that this money did not arrive"):
            note_payment(ready.one(approved), line, failed, PaymentState.SENT, other)

    def payable() -> bool:
        with pytest.raises(NoPaymentToSend):
            open_numbers(ready.one(approved), ready.trainer)
        return bool(pay_in_cash(ready.one(approved), [line], ready.trainer).paid)

    assert not payable()
    # Neither who said it, nor who made the file, nor a stand-in for either, nor who is paid by it.
    zawadi = db.session.query(Person).filter_by(chosen_name=ZAWADI).one().id
    director = ready.director
    lent = actor("monitoring", name="Badala Mfano")

    def stands_in(*absent: Actor) -> Actor:
        named = tuple(StandIn("payouts.approve", one.public_id) for one in absent)
        return replace(lent, stands_in=named)

    powerful = {"roles": frozenset({Role.TRAINER, Role.DIRECTOR})}
    for refused, by in (
        (SamePerson, replace(other, **powerful)),
        (SamePerson, replace(ready.trainer, **powerful)),
        (StandsInForProposer, stands_in(ready.trainer)),
        (StandsInForProposer, stands_in(ready.trainer, other)),
        (GivenToApprover, replace(director, person_id=zawadi)),
    ):
        with pytest.raises(refused):
            approve_reversal(waiting(ready), by)
        offered = REVERSAL.offered(waiting(ready), by)
        assert not offered.approves
        db.session.rollback()
        assert not payable()
    assert [one.public_id for one in reversals_waiting(ready.director)] == [
        waiting(ready).public_id
    ]
    assert reversals_waiting(stands_in(ready.trainer, other)) == []
    approve_reversal(waiting(ready), stands_in(ready.trainer, director))
    assert states(ready, approved)[ZAWADI] == "failed"
    event = lists.events_of(line_of(ready, approved))[0]
    assert (event.noted_by, event.approved_by) == (other.public_id, lent.public_id)
    assert pay_in_cash(ready.one(approved), [line], ready.trainer) == InCash(1, 0)
    assert verify(db.session()).sound


@pytest.mark.parametrize("above", ["director", "trainer"])
def test_nobody_approves_for_a_maker_of_the_file_who_depends_on_her_or_she_on_the_maker(
    ready, approved, other, actor, above
):
    open_numbers(ready.one(approved), ready.trainer)
    result(ready, approved, "Failed", by=other)
    director, trainer = ready.director, ready.trainer
    upper, lower = (director, trainer) if above == "director" else (trainer, director)
    db.session.add(AccountBacking(account_id=lower.account_id, by=upper.public_id))
    db.session.commit()
    with pytest.raises(StandsBehind):
        approve_reversal(waiting(ready), director)
    db.session.rollback()
    assert reversals_waiting(director) == []
    assert states(ready, approved)[ZAWADI] == "sent"
    approve_reversal(waiting(ready), actor("director", name="Mwingine Mfano"))
    assert states(ready, approved)[ZAWADI] == "failed"


def test_what_is_sent_back_stays_sent_and_who_said_it_is_told(ready, approved, other):
    open_numbers(ready.one(approved), ready.trainer)
    result(ready, approved, "Failed", by=other)
    turn_back_reversal(waiting(ready), "The statement says that it arrived.", ready.director)
    assert states(ready, approved)[ZAWADI] == "sent"
    told = db.session.scalars(select(AccountNotice.kind)).all()
    assert told == ["reversal_sent_back"]
    # It can be said again, and of one whose result came meanwhile nothing is made payable.
    result(ready, approved, "Failed", by=other)
    result(ready, approved, "Completed", "QK1")
    with refuses("A payment changed since this was proposed"):
        approve_reversal(waiting(ready), ready.director)
    db.session.rollback()
    assert states(ready, approved)[ZAWADI] == "paid"


def test_what_was_paid_in_cash_is_not_made_payable_again_by_one_person(ready, approved):
    line = line_of(ready, approved).public_id
    pay_in_cash(ready.one(approved), [line], ready.trainer)
    wrongly = Note(PaymentState.OUTSTANDING, reason="Ticked the wrong line")
    stands = note_payment(ready.one(approved), line, wrongly, PaymentState.PAID, ready.trainer)
    assert stands is PaymentState.PAID
    assert HER_PHONE not in phones(open_numbers(ready.one(approved), ready.trainer))
    assert ready.agreed() == 1
    assert phones(open_numbers(ready.one(approved), ready.trainer)) == [HER_PHONE]


@pytest.mark.parametrize("way", ["file", "cash"])
def test_todays_page_of_the_director_names_what_was_paid_after_a_failure(
    ready, approved, other, actor, way
):
    line = line_of(ready, approved)
    reference, public_id = line.reference, line.public_id

    def named(by: Actor) -> list[str]:
        db.session.rollback()
        return [line.reference for _list, lines in lists_paid_again(by) for line in lines]

    open_numbers(ready.one(approved), ready.trainer)
    result(ready, approved, "Failed", by=other)
    ready.agreed()
    assert named(ready.director) == []
    if way == "file":
        again = Note(PaymentState.OUTSTANDING)
        note_payment(ready.one(approved), public_id, again, PaymentState.FAILED, ready.trainer)
        open_numbers(ready.one(approved), ready.trainer)
    else:
        pay_in_cash(ready.one(approved), [public_id], ready.trainer)
    assert named(ready.director) == [reference]
    # Nobody who had a hand in it compares it, and nobody without that permission.
    both = replace(ready.trainer, roles=frozenset({Role.TRAINER, Role.DIRECTOR}))
    assert (named(both), named(other), named(actor("monitoring"))) == ([], [], [])
    with refuses("You noted these payments yourself, so another person compares"):
        note_compared(ready.one(approved), [public_id], both)
    db.session.rollback()
    note_compared(ready.one(approved), [], ready.director)
    assert named(ready.director) == [reference]
    note_compared(ready.one(approved), [public_id], ready.director)
    assert named(ready.director) == []
    # Once more after another failure.
    if way == "file":
        result(ready, approved, "Failed", by=other)
        ready.agreed()
        pay_in_cash(ready.one(approved), [public_id], ready.trainer)
        assert named(ready.director) == [reference]


@pytest.mark.any_engine
def test_a_result_that_says_paid_of_what_was_paid_in_cash_is_told_as_money_paid_twice(
    ready, approved, other
):
    open_numbers(ready.one(approved), ready.trainer)
    line = line_of(ready, approved).public_id
    failed = Note(PaymentState.FAILED, reason="Number not registered")
    note_payment(ready.one(approved), line, failed, PaymentState.SENT, other)
    assert ready.agreed() == 1
    pay_in_cash(ready.one(approved), [line], ready.trainer)
    told = result(ready, approved, "Completed", "QK1")
    assert [fault for _row, fault in told.faults] == [RowFault.OTHERWISE]
    assert told.known == ()


def test_money_that_arrived_by_two_files_is_told_by_its_second_receipt(ready, approved, other):
    open_numbers(ready.one(approved), ready.trainer)
    line = line_of(ready, approved).public_id
    for state, before in (
        (PaymentState.FAILED, PaymentState.SENT),
        (PaymentState.OUTSTANDING, PaymentState.FAILED),
    ):
        note = Note(state, reason="The network was down")
        note_payment(ready.one(approved), line, note, before, other)
        ready.agreed()
    open_numbers(ready.one(approved), ready.trainer)
    assert len(result(ready, approved, "Completed", "QK1").changes) == 1
    assert len(result(ready, approved, "Completed", "qk1").known) == 1
    for receipt in ("QK2", ""):
        told = result(ready, approved, "Completed", receipt)
        assert [fault for _row, fault in told.faults] == [RowFault.ANOTHER]


@pytest.mark.any_engine
def test_what_was_sent_is_paid_otherwise_only_after_it_failed_for_a_reason(ready, approved, other):
    open_numbers(ready.one(approved), ready.trainer)
    line = line_of(ready, approved).public_id

    def note(state: PaymentState, before: PaymentState, reason: str = "") -> PaymentState:
        return note_payment(ready.one(approved), line, Note(state, "", "", reason), before, other)

    with refuses("Say why. The readers of the list need it later."):
        note(PaymentState.FAILED, PaymentState.SENT)
    note(PaymentState.FAILED, PaymentState.SENT, "Number not registered")
    assert ready.agreed() == 1
    paid = pay_in_cash(ready.one(approved), [line], ready.trainer)
    assert paid == InCash(1, 0)


@pytest.mark.any_engine
def test_what_was_sent_and_paid_is_not_made_outstanding_and_sent_again(ready, approved, other):
    open_numbers(ready.one(approved), ready.trainer)
    line = line_of(ready, approved).public_id

    def note(state: PaymentState, before: PaymentState) -> PaymentState:
        wanted = Note(state, "mobile", "", "Noted wrongly")
        return note_payment(ready.one(approved), line, wanted, before, other)

    note(PaymentState.PAID, PaymentState.SENT)
    with pytest.raises(WrongState):
        note(PaymentState.OUTSTANDING, PaymentState.PAID)
    note(PaymentState.RETURNED, PaymentState.PAID)
    assert ready.agreed() == 1
    with pytest.raises(WrongState):
        note(PaymentState.OUTSTANDING, PaymentState.RETURNED)
    note(PaymentState.SENT, PaymentState.RETURNED)
    with pytest.raises(NoPaymentToSend):
        open_numbers(ready.one(approved), ready.trainer)


@pytest.mark.any_engine
def test_what_failed_is_sent_once_more(ready, approved, other):
    open_numbers(ready.one(approved), ready.trainer)
    line = line_of(ready, approved).public_id
    for state, before in (
        (PaymentState.FAILED, PaymentState.SENT),
        (PaymentState.OUTSTANDING, PaymentState.FAILED),
    ):
        note = Note(state, reason="The network was down")
        note_payment(ready.one(approved), line, note, before, other)
        ready.agreed()
    numbers = open_numbers(ready.one(approved), ready.trainer)
    assert phones(numbers) == [HER_PHONE]
    assert [made.number for made in files_of(ready.one(approved))] == [2, 1]


@pytest.mark.any_engine
def test_what_came_back_and_was_given_by_a_later_list_is_not_paid_again(ready, approved):
    line = line_of(ready, approved).public_id
    back = Note(PaymentState.RETURNED, reason="She had left")
    note_payment(ready.one(approved), line, back, PaymentState.OUTSTANDING, ready.trainer)
    ready.approved()
    again = Note(PaymentState.OUTSTANDING, reason="By mistake")
    with refuses("A later list gives this money again"):
        note_payment(ready.one(approved), line, again, PaymentState.RETURNED, ready.trainer)


def fetched(ready: Ready, made: str, by: Actor) -> Numbers:
    (file,) = files_of(ready.one(made))
    return repeat_file(ready.one(made), file.public_id, by)


def test_a_lost_file_is_fetched_again_as_the_very_same_and_written_down(ready, approved):
    first = open_numbers(ready.one(approved), ready.trainer)
    assert fetched(ready, approved, ready.trainer).transfers == first.transfers
    (file,) = files_of(ready.one(approved))
    assert file.repeats == 1
    told = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action.like("payouts.%")).order_by(AuditEntry.seq)
    ).all()
    assert [one.action for one in told[-2:]] == [
        "payouts.numbers_exported",
        "payouts.file_fetched_again",
    ]
    # Both say whose numbers went out.
    whose = {ready.person(ZAWADI), ready.person(BARAKA)}
    for one in told[-2:]:
        assert set(one.subjects) == {approved, file.public_id, *whose}


@pytest.mark.any_engine
@pytest.mark.parametrize("harm", ["settled", "phone", "late", "other"])
def test_a_file_is_not_fetched_again_as_another(ready, approved, actor, monkeypatch, harm):
    open_numbers(ready.one(approved), ready.trainer)
    by = ready.trainer
    if harm == "settled":
        line = line_of(ready, approved).public_id
        failed = Note(PaymentState.FAILED, reason="Number not registered")
        note_payment(ready.one(approved), line, failed, PaymentState.SENT, actor("trainer"))
        assert ready.agreed() == 1
    elif harm == "phone":
        give_phone(ready.person(ZAWADI), OTHER_PHONE)
    elif harm == "late":
        db.session.execute(update(PayoutFile).values(made_at=utc_now() - timedelta(minutes=61)))
        db.session.commit()
    else:
        by = actor("trainer", name="Mwingine Mfano")
    with refuses("The person who made this file can download it again within an hour"):
        fetched(ready, approved, by)
    assert timedelta(hours=1) == sending.FETCHED_AGAIN_FOR


@pytest.mark.any_engine
def test_no_phone_is_kept_with_what_was_approved(ready, approved):
    open_numbers(ready.one(approved), ready.trainer)
    line = line_of(ready, approved)
    kept = [line.cash_digest, line.mobile_digest, files_of(ready.one(approved))[0].digest]
    assert [len(digest or "") for digest in kept] == [64, 64, 64]
    assert len(set(kept)) == 3


@pytest.mark.any_engine
def test_a_list_approved_before_digests_were_kept_goes_back_only_for_mobile_money(ready, approved):
    db.session.execute(update(PayoutLine).values(cash_digest=None, mobile_digest=None))
    db.session.commit()
    line = line_of(ready, approved, BARAKA).public_id
    paid = pay_in_cash(ready.one(approved), [line], ready.trainer)
    assert paid == InCash(1, 0)
    assert open_numbers(ready.one(approved), ready.trainer).changed == 1
