"""Amounts, what is due, double claims, payments and files, by their properties."""

import hashlib
import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.money.payouts.rules import (
    MOST_CENTS,
    OWN_MEANS,
    ROLES,
    ApprovedPayment,
    Basis,
    Claim,
    DecidedPart,
    Double,
    Fixed,
    ListStep,
    NoColumns,
    NotDue,
    Payment,
    PaymentDifference,
    PaymentState,
    Rates,
    RoleRates,
    RowFault,
    Settled,
    Sitting,
    Transfer,
    allowed_steps,
    as_reference,
    blocks,
    bulk_file,
    difference,
    doubles,
    due,
    match_results,
    merged_part,
    needs_reason,
    new_reference,
    next_states,
    paid_by,
    paid_elsewhere,
    read_amount,
    read_results,
    reconcile,
    shared,
    signs_for_cash,
    written,
    written_amount,
)

FIRST = date(2026, 11, 16)
days = st.integers(0, 6).map(lambda number: FIRST + timedelta(days=number))
sittings = st.lists(st.builds(Sitting, days, st.integers(0, 100)), max_size=20)
rates_strategy = st.builds(
    lambda basis, cents, least, weighted: Rates(
        ("Near", "Far"), {"participant": RoleRates(basis, cents)}, least, weighted
    ),
    st.sampled_from(Basis),
    st.tuples(st.integers(0, MOST_CENTS), st.none() | st.integers(0, MOST_CENTS)),
    st.integers(1, 100),
    st.booleans(),
)


# --- Amounts ----------------------------------------------------------------------------------


@given(st.integers(0, MOST_CENTS))
def test_an_amount_is_read_back_as_it_was_written(cents):
    assert read_amount(written_amount(cents)) == cents
    assert read_amount(f" {cents // 100:,}.{cents % 100:02d} ") == cents


@pytest.mark.parametrize(
    "typed", ["", "-5", "5,00", "1.234", "12,34.50", "5e3", "KES 5", "٥", "99999999999", "1 000"]
)
def test_what_is_no_amount_is_not_guessed(typed):
    assert read_amount(typed) is None


@st.composite
def funder_shares(draw: st.DrawFn) -> list[tuple[str, int]]:
    left, found = 100, []
    for number in range(draw(st.integers(0, 6))):
        if left:
            share = draw(st.integers(1, left))
            found.append((f"funder {number}", share))
            left -= share
    return found


@given(st.integers(0, MOST_CENTS), funder_shares())
def test_shares_add_up_and_none_is_a_whole_cent_off(cents, shares):
    parts = shared(cents, shares)
    assert sum(parts.values()) == cents
    for name, share in shares:
        assert abs(parts[name] * 100 - cents * share) < 100
    left = 100 - sum(share for _, share in shares)
    assert (OWN_MEANS in parts) is (left > 0)


def test_cents_left_over_go_where_rounding_took_most():
    assert shared(100, [("a", 33), ("b", 33), ("c", 34)]) == {"a": 33, "b": 33, "c": 34}
    assert shared(101, [("a", 50), ("b", 50)]) == {"a": 51, "b": 50}
    assert shared(10, [("a", 25)]) == {"a": 3, OWN_MEANS: 7}


# --- What is due ------------------------------------------------------------------------------


@given(rates_strategy, sittings, st.integers(0, 1), st.integers(0, 5000))
def test_days_are_paid_once_and_never_more_than_they_count(rates, attended, band, extra):
    owed = due(rates, DecidedPart(band=band, extra=extra), attended)
    counting = [one for one in attended if one.weight >= rates.least_weight]
    assert owed.days == tuple(sorted({one.day for one in counting}))
    if not counting:
        assert owed.cents == 0
        return
    if owed.missing is NotDue.RATE:
        assert owed.cents == extra
        return
    whole = len(owed.days) if owed.basis is Basis.DAY else len(counting)
    assert 0 < owed.units <= 100 * whole
    assert rates.weighted or owed.units == 100 * whole
    assert abs(100 * (owed.cents - extra) - owed.rate * owed.units) <= 50


@given(rates_strategy, sittings, st.sets(days))
def test_a_day_left_out_is_as_if_nobody_had_come(rates, attended, out):
    kept = [one for one in attended if one.day not in out]
    assert due(rates, DecidedPart(band=0), attended, out) == due(rates, DecidedPart(band=0), kept)


@given(rates_strategy, sittings)
def test_whoever_is_waived_gets_nothing_and_an_open_band_is_told(rates, attended):
    assert due(rates, DecidedPart(band=0, waived=True, extra=900), attended).cents == 0
    owed = due(rates, DecidedPart(), attended)
    assert owed.cents == 0
    assert (owed.missing is NotDue.BAND) is bool(owed.days)
    gone = due(rates, DecidedPart(band=len(rates.bands)), attended)
    assert gone == owed


def test_a_weighted_day_counts_as_its_best_session():
    rates = Rates(("Near",), {"participant": RoleRates(Basis.DAY, (33_333,))}, 1, weighted=True)
    attended = [Sitting(FIRST, 50), Sitting(FIRST, 75), Sitting(FIRST + timedelta(1), 25)]
    owed = due(rates, DecidedPart(band=0), attended)
    assert (owed.units, owed.cents) == (100, 33_333)


# --- Double claims ----------------------------------------------------------------------------


@given(st.sets(st.builds(Claim, st.integers(1, 3), days, st.integers(1, 4)), max_size=25))
def test_each_pair_of_workshops_is_found_once(claims):
    found = doubles(claims)
    assert len(found) == len(set(found))
    assert set(found) == {
        Double(a.day, a.person, a.workshop, b.workshop)
        for a in claims
        for b in claims
        if (a.person, a.day) == (b.person, b.day) and a.workshop < b.workshop
    }


def test_a_settled_claim_blocks_only_the_workshop_that_gave_it_up():
    double = Double(FIRST, 7, 1, 2)
    assert [blocks(double, None, one) for one in (1, 2)] == [True, True]
    assert [blocks(double, Settled(None), one) for one in (1, 2)] == [False, False]
    assert [blocks(double, Settled(1), one) for one in (1, 2)] == [False, True]
    assert paid_elsewhere({double: Settled(1)}, 7, 2) == {FIRST}
    assert paid_elsewhere({double: Settled(1)}, 7, 1) == set()
    assert paid_elsewhere({double: Settled(None)}, 7, 2) == set()
    assert paid_elsewhere({double: Settled(1)}, 8, 2) == set()


# --- Steps and payments -----------------------------------------------------------------------


def test_nobody_may_approve_her_own_list_and_an_approved_one_is_frozen():
    assert allowed_steps("proposed", proposed_by="a", actor="a") == {ListStep.RETURN}
    assert allowed_steps("proposed", proposed_by="a", actor="b") == {
        ListStep.APPROVE,
        ListStep.RETURN,
    }
    assert allowed_steps("approved", proposed_by="a", actor="b") == {ListStep.PAY}
    assert allowed_steps("returned", proposed_by="a", actor="b") == frozenset()


def test_each_step_is_explained_but_paying_and_trying_again():
    unexplained = {
        (before, after)
        for before in PaymentState
        for after in PaymentState
        if after is not PaymentState.PAID and not needs_reason(before, after)
    }
    assert unexplained == {(PaymentState.FAILED, PaymentState.OUTSTANDING)}
    assert not any(needs_reason(before, PaymentState.PAID) for before in PaymentState)


def test_every_state_can_be_put_right():
    for state in set(PaymentState) - {PaymentState.CHANGED}:
        for in_file in (False, True):
            assert state not in next_states(state, in_file=in_file)
            assert next_states(state, in_file=in_file)
            assert next_states(state, in_file=in_file, made_file=True)
    # What went back is proposed anew, and stays.
    assert next_states(PaymentState.CHANGED) == frozenset()


def random_list(draw: random.Random) -> dict[str, Payment]:
    """What is due in a workshop of random rates, roles, bands and marks."""
    bands = tuple(f"Band {number}" for number in range(draw.randint(1, 4)))
    rates = Rates(
        bands,
        {
            role: RoleRates(
                draw.choice(list(Basis)),
                tuple(draw.choice([None, draw.randint(0, 500_000)]) for _ in bands),
            )
            for role in draw.sample(ROLES, draw.randint(3, len(ROLES)))
        },
        draw.choice([1, 50, 100]),
        draw.random() < 0.5,
    )
    payments = {}
    for _ in range(draw.randint(0, 20)):
        part = DecidedPart(
            draw.choice(ROLES),
            draw.choice([None, *range(len(bands)), *range(len(bands))]),
            draw.random() < 0.1,
            draw.choice([0, 0, draw.randint(1, 100_000)]),
        )
        attended = [
            Sitting(FIRST + timedelta(draw.randint(0, 4)), draw.choice([0, 25, 50, 100]))
            for _ in range(draw.randint(0, 10))
        ]
        owed = due(rates, part, attended)
        if owed.cents:
            payments[new_reference(draw.choice)] = Payment(owed.cents, PaymentState.OUTSTANDING)
    return payments


def a_result_file(draw: random.Random, payments: dict[str, Payment]) -> list[tuple[int, list[str]]]:
    """Some results, as a portal may write them, wrong ones among them."""
    rows = [["Bulk payment report"], ["Reference", "Amount", "Status", "Receipt No."]]
    for reference, payment in payments.items():
        if draw.random() < 0.7:
            rows.append(
                [
                    draw.choice([reference, reference.lower(), f"{reference[:5]} {reference[5:]}"]),
                    written_amount(payment.cents + draw.choice([0, 0, 0, 0, 1])),
                    draw.choice(["Completed", "FAILED", "reversed", "Pending"]),
                    f"QK{draw.randint(0, 99999)}",
                ]
            )
            if draw.random() < 0.1:
                rows.append(rows[-1])
    if draw.random() < 0.3:
        rows.append([new_reference(draw.choice), "100.00", "Completed", ""])
    draw.shuffle(rows[2:])
    return list(enumerate(rows, 1))


def test_money_adds_up_to_the_cent_in_a_thousand_random_cases():
    draw = random.Random(20261117)
    moved = 0
    for _ in range(1_000):
        payments = random_list(draw)
        proposed = sum(one.cents for one in payments.values())
        for _ in range(draw.randint(0, 3)):
            matched = match_results(payments, read_results(a_result_file(draw, payments)))
            for result in matched.changes:
                assert result.state is not None
                payments[result.reference] = Payment(payments[result.reference].cents, result.state)
                moved += 1
            for reference in draw.sample(sorted(payments), len(payments) // 3):
                state = payments[reference].state
                following = draw.choice(sorted(next_states(state) or [state]))
                payments[reference] = Payment(payments[reference].cents, following)
            sums = reconcile(proposed, [(one.state, one.cents) for one in payments.values()])
            assert sums.proposed == sums.paid + sums.failed + sums.returned + sums.outstanding
            assert sums.difference == 0
            funders = [("a", 37), ("b", 21)]
            by_funder: dict[str, int] = {}
            for one in payments.values():
                for name, cents in shared(one.cents, funders).items():
                    by_funder[name] = by_funder.get(name, 0) + cents
            assert sum(by_funder.values()) == proposed
    assert moved > 1_500


def test_what_is_lost_shows():
    assert reconcile(500, [(PaymentState.PAID, 300), (PaymentState.FAILED, 100)]).difference == 100


# --- Files ------------------------------------------------------------------------------------


def test_the_bulk_file_ends_with_its_sum_and_a_code_over_everything_before():
    lines = bulk_file(
        [
            Transfer("+254712345678", 50_000, "AAAAAAAAAA"),
            Transfer("+254722000111", 5, "BBBBBBBBBB"),
        ]
    )
    assert lines[:-1] == [
        "phone,amount,reference",
        "254712345678,500.00,AAAAAAAAAA",
        "254722000111,0.05,BBBBBBBBBB",
        "TOTAL,500.05,2",
    ]
    before = "".join(f"{line}\r\n" for line in lines[:-1]).encode()
    assert lines[-1] == f"CHECKSUM,sha256,{hashlib.sha256(before).hexdigest()}"


@given(
    st.lists(
        st.builds(
            Transfer,
            st.from_regex(r"\+[1-9][0-9]{7,13}", fullmatch=True),
            st.integers(1, MOST_CENTS),
            st.integers(0, 2**32).map(lambda seed: new_reference(random.Random(seed).choice)),
        ),
        max_size=20,
    )
)
def test_no_cell_of_the_bulk_file_begins_like_a_formula(transfers):
    for line in bulk_file(transfers):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in line.split(","))


@given(st.integers(0, 2**32))
def test_a_reference_is_read_however_it_was_written_down(seed):
    reference = new_reference(random.Random(seed).choice)
    assert as_reference(f" {reference[:5].lower()}-{reference[5:]} ") == reference
    assert as_reference(reference.replace("0", "O").replace("1", "l")) == reference


PAYMENTS = {
    "AAAAAAAAAA": Payment(50_000, PaymentState.OUTSTANDING),
    "BBBBBBBBBB": Payment(60_000, PaymentState.PAID),
    "CCCCCCCCCC": Payment(70_000, PaymentState.RETURNED),
    "DDDDDDDDDD": Payment(80_000, PaymentState.PAID, means="cash"),
    "EEEEEEEEEE": Payment(90_000, PaymentState.PAID, files=2),
}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (["AAAAAAAAAA", "500", "Success"], "change"),
        (["aaaaa-aaaaa", "KES 500.00", "failed"], "change"),
        (["AAAAAAAAAA", "", "reversed"], "change"),
        (["BBBBBBBBBB", "600.00", "completed"], "known"),
        (["ZZZZZZZZZZ", "500", "Success"], RowFault.UNKNOWN),
        (["AAAAAAAAAA", "500.01", "Success"], RowFault.AMOUNT),
        (["AAAAAAAAAA", "much", "Success"], RowFault.AMOUNT),
        (["AAAAAAAAAA", "500", "in progress"], RowFault.STATE),
        (["BBBBBBBBBB", "600", "failed"], RowFault.STEP),
        (["CCCCCCCCCC", "700", "Success"], RowFault.STEP),
        (["DDDDDDDDDD", "800", "Success"], RowFault.OTHERWISE),
        (["EEEEEEEEEE", "900", "Success"], RowFault.ANOTHER),
    ],
)
def test_a_row_is_matched_by_its_reference_and_must_agree(row, expected):
    results = read_results([(1, ["Reference", "Amount", "Status"]), (2, row)])
    matched = match_results(PAYMENTS, results)
    found = ["change" for _ in matched.changes]
    found += ["known" for _ in matched.known]
    found += [fault for _, fault in matched.faults]
    assert found == [expected]


def test_a_reference_that_comes_twice_is_taken_once():
    rows = [(1, ["ref", "status"]), (2, ["AAAAAAAAAA", "paid"]), (3, ["AAAAAAAAAA", "failed"])]
    matched = match_results(PAYMENTS, read_results(rows))
    assert [one.row for one in matched.changes] == [2]
    assert [(one.row, fault) for one, fault in matched.faults] == [(3, RowFault.TWICE)]


def test_a_table_without_references_is_no_result():
    with pytest.raises(NoColumns):
        read_results([(1, ["Phone", "Status"]), (2, ["254712345678", "paid"])])


# --- What was approved ------------------------------------------------------------------------

# Few values of each, so that two are often the same in all but one.
PAYMENTS_APPROVED = st.builds(
    ApprovedPayment,
    payee=st.sampled_from(["0123456789abcdef", "0123456789abcdeg"]),
    cents=st.sampled_from([1, 100, 10**9]),
    currency=st.sampled_from(["KES", "UGX"]),
    phone=st.sampled_from(["", "+254712345678", "+254722000111"]),
)


def fixed(one: ApprovedPayment) -> Fixed:
    return Fixed(written(one, mobile=False), written(one, mobile=True) if one.phone else None)


@given(PAYMENTS_APPROVED, PAYMENTS_APPROVED)
def test_only_exactly_what_was_approved_is_paid(approved, now):
    same = (approved.payee, approved.cents, approved.currency) == (
        now.payee,
        now.cents,
        now.currency,
    )
    assert (difference(fixed(approved), fixed(now), mobile=False) is None) is same
    by_mobile = difference(fixed(approved), fixed(now), mobile=True)
    assert (by_mobile is None) is (approved == now)


@given(PAYMENTS_APPROVED)
def test_a_phone_that_was_not_approved_is_told_as_such(now):
    approved = now._replace(phone="")
    by_mobile = difference(fixed(approved), fixed(now), mobile=True)
    assert by_mobile is (PaymentDifference.NO_PHONE if now.phone else None)


@given(st.lists(st.sampled_from(PaymentState), max_size=12), st.booleans())
def test_what_is_in_a_file_is_never_outstanding_nor_paid_in_cash_before_it_failed(wanted, in_file):
    state = PaymentState.SENT if in_file else PaymentState.OUTSTANDING
    for one in wanted:
        if one not in next_states(state, in_file=in_file):
            continue
        state = one
        if state is PaymentState.FAILED:
            in_file = False
        if in_file:
            assert state is not PaymentState.OUTSTANDING
            assert paid_by(state, in_file=True) <= {"mobile"}
            assert not signs_for_cash(state, in_file=True)


@pytest.mark.parametrize(
    ("kept", "gone", "changes"),
    [
        ({}, {"band": "Far", "role": "driver"}, {"band": "Far", "role": "driver"}),
        ({"band": "Near"}, {"band": "Far"}, {}),
        ({}, {"extra_cents": 500, "reason": "Bus"}, {"extra_cents": 500, "reason": "Bus"}),
        ({"extra_cents": 100, "reason": "Boat"}, {"extra_cents": 500, "reason": "Bus"}, {}),
        ({"waived": True, "reason": "Twice"}, {"extra_cents": 500, "reason": "Bus"}, {}),
        ({}, {"waived": True, "reason": "Twice"}, {}),
    ],
)
def test_of_two_who_were_one_nothing_that_was_decided_is_lost(kept, gone, changes):
    open_part = {"role": "participant", "band": "", "waived": False, "extra_cents": 0, "reason": ""}
    assert merged_part(open_part | kept, open_part | gone) == changes
