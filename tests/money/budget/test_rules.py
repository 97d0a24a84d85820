"""Sums of lines: cents add up whatever bears them, and each count is the one that is named."""

from hypothesis import given
from hypothesis import strategies as st

from kash.money.budget.rules import (
    OF_PEOPLE,
    Bearer,
    BudgetLineFacts,
    BudgetPart,
    Driver,
    HeadCounts,
    PaidSum,
    line_sums,
    total_of,
    units,
)
from kash.money.payouts.rules import shared

NAMES = ("Ziwa", "Kilima", "Bahari")
CENTS = st.integers(0, 10**8)
COUNTS = st.builds(
    HeadCounts,
    days=st.integers(1, 10),
    invited=st.integers(0, 60),
    confirmed=st.integers(0, 40),
    trainers=st.integers(0, 5),
    attended=st.none() | st.integers(0, 40),
    person_days=st.none() | st.integers(0, 300),
)


@st.composite
def bearers(draw: st.DrawFn) -> list[Bearer]:
    left, found = 100, []
    for name in draw(st.permutations(NAMES))[: draw(st.integers(0, 3))]:
        if left:
            share = draw(st.integers(1, left))
            found.append(Bearer(name, draw(st.sampled_from(["", "B-1", "B-2"])), share))
            left -= share
    return found


LINES = st.builds(
    BudgetLineFacts,
    driver=st.sampled_from(Driver),
    unit_cents=CENTS,
    with_trainers=st.booleans(),
    funder=st.sampled_from(["", *NAMES]),
    code=st.sampled_from(["", "L-9"]),
    spent_cents=st.none() | CENTS,
)
PAID = st.lists(st.builds(PaidSum, CENTS, st.booleans(), st.integers(1, 4)), max_size=4)


@given(LINES, COUNTS, bearers(), st.booleans())
def test_parts_add_up_to_the_cent_and_follow_the_count(line, counts, shares, cancelled):
    sums = line_sums(line, counts, shares, cancelled=cancelled)
    count = units(line.driver, counts, with_trainers=line.with_trainers)
    assert sums.planned == (0 if cancelled else line.unit_cents * count)
    assert sums.spent == (line.spent_cents or 0)
    assert sum(one.planned for one in sums.parts) == sums.planned
    assert sum(one.spent for one in sums.parts) == sums.spent
    if line.funder:
        assert [one.funder for one in sums.parts] == [line.funder]
    if line.code:
        assert {one.code for one in sums.parts} == {line.code}


@given(LINES, COUNTS, bearers(), PAID)
def test_payouts_are_borne_as_their_own_page_shares_them(line, counts, shares, paid):
    facts = BudgetLineFacts(line.driver, line.unit_cents, from_payouts=True)
    sums = line_sums(facts, counts, shares, paid)
    each = [one for one in paid for _ in range(one.count)]
    if not each:
        assert (sums.spent, sums.listed) == (0, False)
        return
    assert sums.planned == sum(one.cents for one in each)
    assert sums.spent == sum(one.cents for one in each if one.paid)
    expected: dict[str, int] = {}
    for one in each:
        for name, cents in shared(one.cents, [(one.funder, one.share) for one in shares]).items():
            expected[name] = expected.get(name, 0) + cents
    assert {one.funder: one.planned for one in sums.parts} == expected


@given(COUNTS)
def test_trainers_are_counted_only_where_the_line_says_so(counts):
    for driver in Driver:
        more = units(driver, counts, with_trainers=True) - units(driver, counts)
        a_day = counts.days if driver is Driver.PERSON_DAYS else 1
        assert more == (counts.trainers * a_day if driver in OF_PEOPLE else 0)


def test_before_anybody_is_marked_those_with_a_place_stand_for_those_who_come():
    before = HeadCounts(days=2, invited=30, confirmed=20, trainers=3)
    after = HeadCounts(days=2, invited=30, confirmed=20, trainers=3, attended=17, person_days=31)
    assert [units(driver, before) for driver in Driver] == [1, 2, 30, 20, 20, 40, 3]
    assert [units(driver, after) for driver in Driver] == [1, 2, 30, 20, 17, 31, 3]
    lunch = BudgetLineFacts(Driver.PERSON_DAYS, 50_000)
    assert line_sums(lunch, before, []).expected
    assert not line_sums(lunch, after, []).expected


def test_sums_by_funder_and_code_put_own_means_last():
    parts = [BudgetPart("", "", 1, 0), BudgetPart("Ziwa", "A", 2, 1), BudgetPart("Ziwa", "A", 3, 0)]
    assert list(total_of(parts).values()) == [
        BudgetPart("Ziwa", "A", 5, 1),
        BudgetPart("", "", 1, 0),
    ]
