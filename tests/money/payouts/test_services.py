"""From rates to money that adds up, on both engines."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from kash.accounts.models import Account
from kash.attendance.services.registers import reopen_slot
from kash.money.payouts.models import APPROVAL, PaymentSheet, PayoutEvent, PayoutLine, PayoutPart
from kash.money.payouts.queries.claims import (
    double_claims,
    drafted_claims,
    latest_table,
    paid_on,
    rates_of,
    table_for,
    table_versions,
)
from kash.money.payouts.queries.payments import (
    events_of,
    files_of,
    funder_parts,
    line_of,
    lines_of,
    reconciliations,
    sheets_of,
    waiting_for,
)
from kash.money.payouts.rules import Basis, NotDue, PaymentState, Rates, RoleRates
from kash.money.payouts.services.claims import (
    Chosen,
    WrongState,
    add_payee,
    choose_bands,
    follow_programme,
    make_exception,
    remove_payee,
    set_rates,
    settle,
)
from kash.money.payouts.services.payments import (
    InCash,
    Note,
    approve,
    note_payment,
    open_numbers,
    pay_in_cash,
    take_results,
    turn_back,
)
from kash.people.models import Consent, Person
from kash.people.queries.copies import in_the_way
from kash.people.services.merging import merge_people, undo_merge
from kash.platform.approvals.approval import (
    GivenToApprover,
    SamePerson,
    StandsInForProposer,
    WrongStep,
)
from kash.platform.database import db
from kash.platform.vault import open_text, verify
from kash.platform.vault.models import AuditEntry, AuditSubject
from kash.policy import SYSTEM, Actor, StandIn
from kash.workshops.models import Funder, Funding
from kash.workshops.services.people import enrol
from tests.refusals import refuses
from tests.workshops.conftest import FIRST_DAY, SECOND_DAY, make_person

from .conftest import FAR, NEAR, RATES, Ready, give_phone, mark

pytestmark = pytest.mark.usefixtures("both_engines_app")

ZAWADI, BARAKA, FARAJA = "Zawadi Sampuli", "Baraka Sampuli", "Faraja Sampuli"


def actions() -> list[str]:
    return list(
        db.session.scalars(
            select(AuditEntry.action)
            .where(AuditEntry.action.startswith("payouts."))
            .order_by(AuditEntry.seq)
        )
    )


def result_file(*rows: tuple[str, str, str]) -> bytes:
    lines = ["Reference,Amount,Status,Transaction ID"]
    lines += [f"{reference},{amount},{state},QK123" for reference, amount, state in rows]
    return "\n".join(lines).encode()


def lines_by_name(ready: Ready, public_id: str) -> dict[str, PayoutLine]:
    return {
        line.person.chosen_name if line.person else line.payee.name: line  # type: ignore[union-attr]
        for line in lines_of(ready.one(public_id))
    }


@pytest.mark.any_engine
def test_what_is_due_follows_from_attendance_and_the_band(ready):
    rows = ready.rows()
    assert list(rows) == [BARAKA, ZAWADI]
    assert all(row.due.missing is NotDue.BAND for row in rows.values())
    with refuses("Choose a distance band for everybody who attended first."):
        ready.proposed()
    ready.band(Zawadi=FAR, Baraka=NEAR)
    rows = ready.rows()
    assert (rows[ZAWADI].amount, rows[ZAWADI].due.days) == (240_100, (FIRST_DAY, SECOND_DAY))
    assert (rows[BARAKA].amount, rows[BARAKA].due.days) == (50_000, (FIRST_DAY,))


@pytest.mark.any_engine
def test_rates_are_followed_by_others_and_a_workshop_may_have_its_own(ready):
    first = table_for(ready.workshop.id)
    set_rates(RATES, ready.director)
    assert [one.version for one in table_versions(None)] == [1]
    own = Rates((NEAR,), {"participant": RoleRates(Basis.SESSION, (10_000,))}, 1, weighted=True)
    set_rates(own, ready.trainer, ready.workshop)
    table = table_for(ready.workshop.id)
    assert table is not None
    assert first is not None
    assert rates_of(table) == own
    assert rates_of(latest_table(None) or table) == RATES
    rows = ready.rows()
    assert rows[ZAWADI].amount == 40_000
    # Whoever left early was there for half of it.
    assert (rows[BARAKA].due.units, rows[BARAKA].amount) == (150, 15_000)
    with refuses("Choose one of the offered possibilities."):
        set_rates(Rates((), {}), ready.director)


@pytest.mark.any_engine
def test_a_workshop_goes_back_to_the_programmes_rates(ready):
    key = ready.workshop.id
    follow_programme(ready.workshop, ready.trainer)
    assert table_versions(key) == []
    own = Rates((NEAR,), {"participant": RoleRates(Basis.SESSION, (10_000,))}, 1, weighted=True)
    set_rates(own, ready.trainer, ready.workshop)
    made = ready.proposed()
    # Given up while a list waits: it keeps the rates that it was proposed under.
    for _twice in range(2):
        follow_programme(ready.workshop, ready.trainer)
    approve(ready.one(made), ready.director)
    table = table_for(key)
    assert table is not None
    assert (table.workshop_id, rates_of(table)) == (None, RATES)
    assert [(one.version, one.bands) for one in table_versions(key)] == [(2, []), (1, [NEAR])]
    asked = db.session.query(AuditEntry).filter_by(action="payouts.rates_given_up")
    assert asked.count() == 1
    assert all(row.undecided for row in ready.rows().values() if row.due.days)
    set_rates(own, ready.trainer, ready.workshop)
    table = table_for(key)
    assert table is not None
    assert (table.version, rates_of(table)) == (3, own)


def test_the_whole_way_of_a_list(ready):
    assert double_claims(ready.workshop, ()) == []
    assert [ready.band(Zawadi=FAR, Baraka=NEAR) for _ in range(2)] == [2, 0]
    made = ready.proposed()
    with refuses("A list of this workshop waits to be approved or sent back first"):
        ready.proposed()
    with pytest.raises(SamePerson):
        approve(ready.one(made), ready.trainer)
    approve(ready.one(made), ready.director)
    with pytest.raises(WrongStep):
        approve(ready.one(made), ready.director)
    with pytest.raises(WrongStep):
        turn_back(ready.one(made), "Too late", ready.director)
    one = ready.one(made)
    assert (one.number, one.state, one.total_cents) == (1, "approved", 290_100)
    assert ready.amounts(made) == {BARAKA: 50_000, ZAWADI: 240_100}
    assert [(sheet.letter, sheet.number) for sheet in sheets_of(one)] == [("A", 1), ("B", 2)]
    with refuses("Nothing is due that is not on a list already."):
        ready.proposed()

    lines = lines_by_name(ready, made)
    assert (lines[BARAKA].band, lines[ZAWADI].band) == (NEAR, FAR)
    baraka = [lines[BARAKA].public_id]
    assert pay_in_cash(one, baraka, ready.trainer) == InCash(1, 0)
    assert pay_in_cash(one, baraka, ready.trainer) == InCash(0, 0)
    content = result_file((lines[ZAWADI].reference.lower(), "2401.00", "Completed"))
    matched = take_results(one, content, ready.trainer, only_fitting=False)
    assert len(matched.changes) == 1
    again = take_results(one, content, ready.trainer, only_fitting=False)
    assert (len(again.changes), len(again.known)) == (0, 1)
    event = events_of(line_of(one, lines[ZAWADI].public_id))[0]
    assert (event.state, event.means) == ("paid", "mobile")
    assert event.receipt_sealed is not None
    assert b"QK123" not in event.receipt_sealed
    receipt = open_text(event.receipt_sealed, kind="payout.receipt", public_id=event.public_id)
    assert receipt == "QK123"
    sums = reconciliations([one])[one.id]
    assert (sums.proposed, sums.paid, sums.difference) == (290_100, 290_100, 0)
    assert actions() == [
        "payouts.rates_set",
        "payouts.bands_chosen",
        "payouts.proposed",
        "payouts.approved",
        "payouts.paid_in_cash",
        "payouts.results_taken",
    ]
    assert verify(db.session()).sound


@pytest.mark.any_engine
def test_who_is_paid_is_counted_beside_paper_and_marks(ready):
    ready.band(Zawadi=FAR, Baraka=NEAR)
    register = ready.workshop.register_id
    assert paid_on(register) == {}
    made = ready.proposed()
    counts = {day: len(people) for day, people in paid_on(register).items()}
    assert counts == {FIRST_DAY: 2, SECOND_DAY: 1}
    turn_back(ready.one(made), "Not yet", ready.director)
    assert paid_on(register) == {}


@pytest.mark.any_engine
def test_a_list_turned_back_pays_nothing_and_can_be_proposed_again(ready):
    ready.band(Zawadi=FAR, Baraka=NEAR)
    made = ready.proposed()
    turn_back(ready.one(made), "Baraka came by foot", ready.trainer, as_organiser=True)
    make_exception(
        ready.workshop,
        ready.person(BARAKA),
        waived=True,
        extra_cents=0,
        reason="Came by foot",
        by=ready.trainer,
    )
    again = ready.approved()
    assert ready.one(again).number == 2
    assert ready.amounts(again) == {ZAWADI: 240_100}
    # Nor is anything owed by it that stands in the way of erasing somebody.
    keys = {one.chosen_name: one.id for one in db.session.query(Person)}
    line = lines_by_name(ready, again)[ZAWADI].public_id
    for state in (PaymentState.OUTSTANDING, PaymentState.FAILED, PaymentState.RETURNED):
        if state is not PaymentState.OUTSTANDING:
            one = ready.one(again)
            note = Note(state, reason="No such number")
            note_payment(one, line, note, PaymentState(line_of(one, line).state), ready.trainer)
        session = db.session()
        assert in_the_way(session, keys[BARAKA]) == []
        owed = len(in_the_way(session, keys[ZAWADI]))
        assert owed == (state is not PaymentState.RETURNED)


@pytest.mark.any_engine
def test_what_changed_since_it_was_proposed_is_not_approved(ready):
    ready.band(Zawadi=FAR, Baraka=NEAR)
    made = ready.proposed()
    ready.band(Zawadi=NEAR)
    with refuses("What is due changed since this list was proposed."):
        approve(ready.one(made), ready.director)
    ready.band(Zawadi=FAR)
    # New rates hold for what is proposed from then on.
    set_rates(Rates((NEAR, FAR), {"participant": RoleRates(Basis.DAY, (1, 2))}), ready.director)
    approve(ready.one(made), ready.director)
    assert ready.amounts(made)[ZAWADI] == 240_100


@pytest.mark.any_engine
def test_later_changes_come_as_another_list_of_the_difference(ready):
    ready.band(Zawadi=NEAR, Baraka=FAR)
    first = ready.approved()
    ready.band(Zawadi=FAR, Baraka=NEAR)
    make_exception(
        ready.workshop,
        ready.person(ZAWADI),
        waived=False,
        extra_cents=10_000,
        reason="A night's bus",
        by=ready.trainer,
    )
    rows = ready.rows()
    assert (rows[ZAWADI].amount, rows[ZAWADI].overpaid) == (150_100, 0)
    assert (rows[BARAKA].amount, rows[BARAKA].overpaid) == (0, 70_050)
    second = ready.approved()
    assert ready.amounts(first) == {BARAKA: 120_050, ZAWADI: 100_000}
    assert ready.amounts(second) == {ZAWADI: 150_100}
    line = lines_by_name(ready, second)[ZAWADI]
    assert (line.due_cents, line.before_cents, line.extra_cents) == (250_100, 100_000, 10_000)
    # Money that came back is due again.
    one = ready.one(first)
    baraka = lines_by_name(ready, first)[BARAKA].public_id
    note_payment(
        one,
        baraka,
        Note(PaymentState.RETURNED, reason="Wrong number"),
        PaymentState.OUTSTANDING,
        ready.trainer,
    )
    assert ready.rows()[BARAKA].amount == 50_000


def test_what_was_given_in_one_currency_is_not_taken_off_what_is_due_in_another(ready):
    ready.band(Zawadi=FAR, Baraka=NEAR)
    ready.approved()
    dollars = replace(
        RATES, currency="USD", roles={"participant": RoleRates(Basis.DAY, (1, 900_000))}
    )
    set_rates(dollars, ready.trainer, ready.workshop)
    with refuses("Earlier lists of this workshop are in another currency."):
        ready.proposed()


@pytest.mark.any_engine
def test_nothing_is_proposed_while_a_register_is_open(ready):
    ready.band(Zawadi=FAR, Baraka=NEAR)
    register = ready.workshop.register
    reopen_slot(register.public_id, register.slots[0].public_id, ready.trainer)
    with refuses("Close every register first, or remove sessions not held"):
        ready.proposed()


def test_drivers_are_paid_without_standing_on_a_register(ready):
    ready.band(Zawadi=NEAR, Baraka=NEAR)
    add_payee(
        ready.workshop,
        name="Dereva Mfano",
        phone="+254700000001",
        chosen=Chosen("driver", FAR),
        days=[SECOND_DAY, FIRST_DAY, FIRST_DAY + timedelta(days=30)],
        by=ready.trainer,
    )
    removed = add_payee(
        ready.workshop,
        name="Mwezeshaji Mfano",
        phone="",
        chosen=Chosen("facilitator", NEAR),
        days=[FIRST_DAY],
        by=ready.trainer,
    )
    # Two sessions on that day.
    assert ready.rows()["Mwezeshaji Mfano"].amount == 200_000
    remove_payee(ready.workshop, removed, ready.trainer)
    made = ready.approved()
    assert ready.amounts(made)["Dereva Mfano"] == 600_000
    assert [sheet.letter for sheet in sheets_of(ready.one(made))] == ["A", "B", ""]
    numbers = open_numbers(ready.one(made), ready.trainer)
    assert [(one.phone, one.cents) for one in numbers.transfers] == [("+254700000001", 600_000)]
    assert numbers.without == 2


@pytest.mark.any_engine
def test_opening_numbers_is_one_entry_that_names_whose(ready):
    ready.band(Zawadi=FAR, Baraka=NEAR)
    zawadi, baraka = ready.person(ZAWADI), ready.person(BARAKA)
    give_phone(zawadi, "+254712345678")
    give_phone(baraka, "+254722000111")
    db.session.add(
        Consent(
            person_id=ready.rows()[BARAKA].person_id,
            purpose="contact",
            answer="refused",
            text="As read out.",
            text_version="1",
            recorded_by="system",
        )
    )
    db.session.commit()
    made = ready.proposed()
    with pytest.raises(WrongStep):
        open_numbers(ready.one(made), ready.trainer)
    approve(ready.one(made), ready.director)
    numbers = open_numbers(ready.one(made), ready.trainer)
    assert [one.phone for one in numbers.transfers] == ["+254712345678"]
    assert numbers.without == 1
    entry = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "payouts.numbers_exported")
    ).one()
    (file,) = files_of(ready.one(made))
    assert set(
        db.session.scalars(select(AuditSubject.subject).where(AuditSubject.seq == entry.seq))
    ) == {zawadi, made, file.public_id}


@pytest.mark.any_engine
def test_a_result_with_faults_changes_nothing_unless_asked(ready):
    ready.band(Zawadi=FAR, Baraka=NEAR)
    one = ready.one(ready.approved())
    lines = lines_by_name(ready, one.public_id)
    content = result_file(
        (lines[ZAWADI].reference, "2401.00", "Failed"), (lines[BARAKA].reference, "1.00", "Paid")
    )
    matched = take_results(one, content, ready.trainer, only_fitting=False)
    assert (len(matched.changes), len(matched.faults)) == (1, 1)
    assert reconciliations([one])[one.id].outstanding == 290_100
    take_results(one, content, ready.trainer, only_fitting=True)
    sums = reconciliations([one])[one.id]
    assert (sums.failed, sums.outstanding, sums.difference) == (240_100, 50_000, 0)
    with refuses("This file has no columns of references and states."):
        take_results(one, b"phone,amount\n1,2\n", ready.trainer, only_fitting=False)


@pytest.mark.any_engine
def test_a_payment_is_noted_only_as_the_page_showed_it(ready):
    ready.band(Zawadi=FAR, Baraka=NEAR)
    one = ready.one(ready.approved())
    line = lines_by_name(ready, one.public_id)[ZAWADI].public_id
    paid = Note(PaymentState.PAID, "mobile", "QK999")
    with refuses("Choose one of the offered possibilities."):
        note_payment(
            one, line, Note(PaymentState.PAID, "cheque"), PaymentState.OUTSTANDING, ready.trainer
        )
    note_payment(one, line, paid, PaymentState.OUTSTANDING, ready.trainer)
    with pytest.raises(WrongState):
        note_payment(one, line, paid, PaymentState.OUTSTANDING, ready.trainer)
    failed = Note(PaymentState.FAILED, reason="No such number")
    with pytest.raises(WrongState):
        note_payment(one, line, failed, PaymentState.PAID, ready.trainer)
    states = [event.state for event in events_of(line_of(one, line))]
    assert states == ["paid"]


def test_sums_of_the_database_agree_whatever_happens(ready):
    ready.band(Zawadi=FAR, Baraka=NEAR)
    one = ready.one(ready.approved())
    draw = random.Random(7)
    for _ in range(12):
        line = draw.choice(lines_of(one))
        following = draw.choice(list(PaymentState))
        try:
            note = Note(following, reason="Tried")
            note_payment(one, line.public_id, note, PaymentState(line.state), ready.trainer)
            ready.agreed()
        except WrongState:
            db.session.rollback()
        sums = reconciliations([one])[one.id]
        assert sums.difference == 0
        assert sums.proposed == 290_100
    assert db.session.query(PayoutEvent).count() > 3


def test_funders_bear_each_payment_to_the_cent(ready):
    ready.band(Zawadi=FAR, Baraka=NEAR)
    found = ready.workshop
    for name, share in (("Fund One", 33), ("Fund Two", 33)):
        db.session.add(Funding(workshop_id=found.id, funder=Funder(name=name), share=share))
    db.session.commit()
    made = ready.approved()
    parts = funder_parts(ready.workshop, lines_of(ready.one(made)))
    assert sum(cents for _name, cents, _paid in parts) == 290_100
    assert {name: cents for name, cents, _paid in parts} == {
        "Fund One": 95_733,
        "Fund Two": 95_733,
        "": 98_634,
    }


# --- Double claims ----------------------------------------------------------------------------


def test_a_day_claimed_twice_is_shown_to_both_and_blocks_both(ready, twice):
    ready.band(Zawadi=NEAR, Baraka=NEAR)
    twice.band(Zawadi=NEAR)
    here, there = ready.proposed(), twice.proposed()
    for one in (ready, twice):
        (claim,) = double_claims(one.workshop, ())
        assert (claim.name, claim.day, claim.blocks) == (ZAWADI, FIRST_DAY, True)
    with refuses("Somebody here is paid for the same day in another workshop"):
        approve(ready.one(here), ready.director)
    with refuses("Somebody here is paid for the same day in another workshop"):
        approve(twice.one(there), ready.director)

    other = ready.workshop.public_id
    given: dict[str, object] = {
        "person": ready.person(ZAWADI),
        "day": FIRST_DAY,
        "other": other,
        "reason": "She was here in the morning only",
    }
    with refuses("Only a director takes a day away from another workshop."):
        settle(twice.workshop, **given, keeps="here", by=twice.trainer)  # type: ignore[arg-type]
    settle(twice.workshop, **given, keeps="there", by=twice.trainer)  # type: ignore[arg-type]
    approve(ready.one(here), ready.director)
    with refuses("What is due changed since this list was proposed."):
        approve(twice.one(there), ready.director)
    turn_back(twice.one(there), "Paid elsewhere", ready.director)
    assert twice.rows()[ZAWADI].amount == 0
    assert double_claims(ready.workshop, ()) == []
    with refuses("Nothing is due that is not on a list already."):
        twice.proposed()
    # What was left to the other can still be settled differently, or nobody ever pays that day.
    (claim,) = double_claims(twice.workshop, ())
    assert (claim.name, claim.keeps_here) == (ZAWADI, False)
    settle(twice.workshop, **given, keeps="both", by=twice.trainer)  # type: ignore[arg-type]
    assert twice.rows()[ZAWADI].amount == 50_000


@pytest.mark.any_engine
def test_both_may_be_paid_with_a_reason(ready, twice):
    ready.band(Zawadi=NEAR, Baraka=NEAR)
    first = ready.approved()
    twice.band(Zawadi=NEAR)
    # It shows before anything is proposed.
    rows = list(twice.rows().values())
    (claim,) = double_claims(twice.workshop, drafted_claims(twice.workshop, rows))
    assert (claim.other_title, claim.other_approved) == (ready.workshop.title, True)
    given: dict[str, object] = {
        "person": ready.person(ZAWADI),
        "day": FIRST_DAY,
        "other": ready.workshop.public_id,
    }
    with refuses("The day stands on an approved list"):
        settle(
            twice.workshop,
            **given,
            keeps="here",
            reason="No",
            by=ready.director,  # type: ignore[arg-type]
        )
    settle(
        twice.workshop,
        **given,
        keeps="both",
        reason="Two journeys",
        by=twice.trainer,  # type: ignore[arg-type]
    )
    second = twice.approved()
    assert ready.amounts(first)[ZAWADI] == 100_000
    assert twice.amounts(second) == {ZAWADI: 50_000}


def test_a_merge_shows_who_was_paid_twice_under_two_names(ready, twice):
    alias = make_person("Zawadi Mfano", "B")
    enrol(twice.held.workshop, alias, twice.trainer)
    register = twice.workshop.register
    for slot in [one.public_id for one in register.slots]:
        reopen_slot(register.public_id, slot, twice.trainer)
    mark_again(twice)
    ready.band(Zawadi=NEAR, Baraka=NEAR)
    choose_bands(
        twice.workshop,
        {alias: Chosen("participant", FAR), ready.person(ZAWADI): Chosen("participant", "")},
        twice.trainer,
    )
    make_exception(
        twice.workshop,
        ready.person(ZAWADI),
        waived=True,
        extra_cents=0,
        reason="Not there",
        by=twice.trainer,
    )
    ready.approved()
    twice.approved()
    assert double_claims(ready.workshop, ()) == []
    merge = merge_people(ready.person(ZAWADI), alias, {}, (1, 1), SYSTEM)
    (claim,) = double_claims(ready.workshop, ())
    assert (claim.name, claim.day, claim.blocks) == (ZAWADI, FIRST_DAY, True)
    assert db.session.query(PayoutPart).filter_by(workshop_id=twice.workshop.id).count() == 1
    undo_merge(merge, SYSTEM)
    assert double_claims(ready.workshop, ()) == []


def mark_again(made: Ready) -> None:
    """Mark the one who was added since as present on the first day."""
    db.session.rollback()
    marks = {"Zawadi Mfano": ("present", "absent", "absent", "absent")}
    mark(made.held, marks)


# --- Standing in ------------------------------------------------------------------------------


def lent(actor: Actor, absent: str) -> Actor:
    return replace(actor, stands_in=(StandIn(permission="payouts.approve", absent=absent),))


@pytest.mark.any_engine
def test_whoever_stands_in_approves_for_the_director(ready, actor):
    ready.band(Zawadi=FAR, Baraka=NEAR)
    monitoring = actor("monitoring", name="Tathmini Mfano")
    made = ready.proposed()
    approve(ready.one(made), lent(monitoring, ready.director.public_id))
    assert ready.one(made).approved_for == ready.director.public_id
    assert db.session.query(PaymentSheet).count() == 2


def test_what_the_absent_proposed_is_neither_offered_to_her_stand_in_nor_approved_by_her(
    ready, actor
):
    """Today told her to check and approve it, and its page had no button."""
    ready.band(Zawadi=FAR, Baraka=NEAR)
    monitoring = actor("monitoring")
    made = ready.proposed()
    (waits,) = waiting_for(lent(monitoring, ready.director.public_id))
    assert waits[0].public_id == made
    hers = lent(monitoring, ready.trainer.public_id)
    assert waiting_for(hers) == []
    with pytest.raises(StandsInForProposer):
        approve(ready.one(made), hers)
    assert ready.one(made).state == "proposed"


@pytest.mark.any_engine
def test_nobody_approves_money_for_herself(ready):
    ready.band(Zawadi=FAR, Baraka=NEAR)
    made = ready.proposed()
    herself = replace(ready.director, person_id=ready.rows()[ZAWADI].person_id)
    with pytest.raises(GivenToApprover):
        approve(ready.one(made), herself)
    assert ready.one(made).state == "proposed"
    # Today offers nothing that is refused, and the page says why instead of a button.
    assert waiting_for(herself) == []
    offered = APPROVAL.offered(ready.one(made), herself)
    assert (offered.approves, offered.refused) == (False, APPROVAL.gained)
    assert [one.public_id for one, _count in waiting_for(ready.director)] == [made]


def test_nobody_approves_for_whom_the_list_pays(ready, actor):
    """An absent director's stand-in doesn't approve what pays the director."""
    ready.band(Zawadi=FAR, Baraka=NEAR)
    made, monitoring = ready.proposed(), actor("monitoring")
    account = db.session.query(Account).filter_by(public_id=ready.director.public_id).one()
    account.person_id = ready.rows()[ZAWADI].person_id
    db.session.commit()
    for_her = lent(monitoring, ready.director.public_id)
    assert waiting_for(for_her) == []
    with pytest.raises(GivenToApprover):
        approve(ready.one(made), for_her)
    assert ready.one(made).state == "proposed"


@pytest.mark.any_engine
@pytest.mark.parametrize(("name", "phone"), [("subira mfano", ""), ("Other Name", "+254700000077")])
def test_nobody_approves_money_in_her_name_or_to_her_phone(ready, name, phone):
    """A facilitator on no register is a name and a phone: the director's own are refused too."""
    ready.band(Zawadi=FAR, Baraka=NEAR)
    chosen, days = Chosen("driver", NEAR), [FIRST_DAY]
    add_payee(ready.workshop, name=name, phone=phone, chosen=chosen, days=days, by=ready.trainer)
    person = make_person("Subira Sampuli", "A")
    give_phone(person, "+254700000077")
    made = ready.proposed()
    herself = replace(
        ready.director, person_id=db.session.query(Person).filter_by(public_id=person).one().id
    )
    with refuses("A payment of this list goes to you or the person you stand in for"):
        approve(ready.one(made), herself)
    assert ready.one(made).state == "proposed"
